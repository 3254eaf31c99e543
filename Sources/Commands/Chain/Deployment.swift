import Ethereum
import NodeAgent
import Wire

/// Where the contracts are on one chain: what `ORBAN_CONTRACTS` and `--contracts` hold.
struct Deployment: Hashable, Codable, Sendable {
    let chain: ChainID
    let vault: Address
    let escrow: Address
    let anchor: Address
    /// The token that is settled in: six decimals.
    let dollar: Address
    /// No event of theirs is in an earlier block; 0 where that is not known.
    let fromBlock: UInt64

    init(
        chain: ChainID, vault: Address, escrow: Address, anchor: Address, dollar: Address,
        fromBlock: UInt64 = 0
    ) {
        self.fromBlock = fromBlock
        self.chain = chain
        self.vault = vault
        self.escrow = escrow
        self.anchor = anchor
        self.dollar = dollar
    }

    private enum CodingKeys: String, CodingKey {
        case chain = "chain_id"
        case vault, escrow, anchor, dollar
        case fromBlock = "from_block"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func address(_ key: CodingKeys) throws -> Address {
            guard let address = try? Address(try values.decode(String.self, forKey: key)) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: values, debugDescription: "not an address")
            }
            return address
        }
        chain = ChainID(try values.decode(UInt64.self, forKey: .chain))
        vault = try address(.vault)
        escrow = try address(.escrow)
        anchor = try address(.anchor)
        dollar = try address(.dollar)
        fromBlock = try values.decodeIfPresent(UInt64.self, forKey: .fromBlock) ?? 0
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(chain.number, forKey: .chain)
        try values.encode(vault.description, forKey: .vault)
        try values.encode(escrow.description, forKey: .escrow)
        try values.encode(anchor.description, forKey: .anchor)
        try values.encode(dollar.description, forKey: .dollar)
        if fromBlock > 0 { try values.encode(fromBlock, forKey: .fromBlock) }
    }

    private static let mostBytes = 65_536

    /// - Parameter text: the JSON itself, or the path of a file with it.
    /// - Throws: `WireError.fileNotFound`, `.chainWrong`.
    static func read(_ text: String, in surroundings: Surroundings) throws -> Deployment {
        let bytes =
            text.first == "{"
            ? Array(text.utf8)
            : try LocalFile(reading: surroundings.absolute(text)).read(mostBytes, at: 0)
        do {
            return try WireJSON.decode(Deployment.self, from: bytes)
        } catch {
            throw WireError.chainWrong(.chainContractsUnreadable, [:])
        }
    }
}
