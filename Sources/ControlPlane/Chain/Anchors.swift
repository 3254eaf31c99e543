import Domain
import Ethereum
import Marketplace
import Transparency
import Wire

extension MarketServices {
    /// The largest head that is anchored for good, if any.
    func anchored() async throws -> (head: PublishedHead, anchor: AnchorDTO)? {
        guard let publisher, let number = try await store.read([.books]).books?.anchored,
            let deed = try await store.read([.deed(number)]).deed(number),
            let head = deed.head, case .done(let place) = deed.life
        else { return nil }
        return (
            head,
            AnchorDTO(
                publisher: String(decoding: publisher.bytes, as: UTF8.self),
                transaction: Ethereum.Hex.text(of: place.transaction), block: place.block)
        )
    }
}

extension SignedPublisher {
    /// - Throws: `NoteRefusal`.
    init(of configuration: ChainConfiguration, by signer: NoteSigner) throws {
        try self.init(
            signing: LogPublisher(
                origin: signer.name, chain: Int64(clamping: configuration.chain.number),
                contract: ChainAddress(configuration.anchor.address),
                account: ChainAddress(configuration.key.address)), by: signer)
    }
}
