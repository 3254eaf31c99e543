import Crypto
import Domain
import Ethereum
import Testing
import Transparency
import Wire

@testable import Commands

/// The first vector's bundle with its head signed by a key that the test has, and an anchor; every part can
/// be changed before it is made.
struct AnchoredBundle {
    static let contract = "0x00000000000000000000000000000000000000c0"
    static let account = "0xffffffffffffffffffffffffffffffffffffff01"
    static let hash = "0x" + String(repeating: "5a", count: 32)

    let vector: ProofBundleDTO
    let head: Head
    let signer: NoteSigner
    var origin: String
    var chain: Int64 = 31_337
    var contract = Self.contract
    var account = Self.account
    var transaction = Self.hash
    var block: Int64 = 7
    /// Nil: the one of the fields above, signed by the log's key.
    var publisher: String?

    init() throws {
        vector = try #require(BundleVector.all.first).bundle
        let note = try SignedNote(parsing: Array(vector.head.utf8))
        head = try Head(parsing: note.text)
        origin = head.origin
        signer = try Self.makeSigner(head.origin, seed: 9)
    }

    static func makeSigner(_ name: String, seed: UInt8) throws -> NoteSigner {
        try NoteSigner(
            name: name,
            privateKey: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: seed, count: 32)))
    }

    var publisherText: String {
        get throws {
            try LogPublisher(
                origin: origin, chain: chain, contract: try #require(ChainAddress(contract)),
                account: try #require(ChainAddress(account))
            ).text
        }
    }

    func note(of text: String, by signer: NoteSigner) throws -> String {
        String(decoding: try signer.signing(text).bytes, as: UTF8.self)
    }

    var anchor: AnchorDTO {
        get throws {
            AnchorDTO(
                publisher: try publisher ?? note(of: publisherText, by: signer),
                transaction: transaction, block: block)
        }
    }

    func bundle(anchored: Bool = true) throws -> ProofBundleDTO {
        ProofBundleDTO(
            job: vector.job, renter: vector.renter, salt: vector.salt, origin: vector.origin,
            logKey: Base64Bytes(signer.verifier.publicKey),
            head: try note(of: head.text, by: signer), leases: vector.leases,
            anchor: anchored ? try anchor : nil)
    }

    func claim() throws -> HeadAnchor {
        try BundleAudit(bundle: try bundle(), pinned: nil, mirror: nil).anchor()
    }
}

/// A log of `Anchored` as an endpoint tells it; every part can be changed.
struct AnchoredLog {
    static let blockHash = "0x" + String(repeating: "b1", count: 32)

    var contract = AnchoredBundle.contract
    var account = AnchoredBundle.account
    var size: UInt64
    var root: [UInt8]
    var block: UInt64 = 7
    var blockHash = Self.blockHash
    var transaction = AnchoredBundle.hash
    var isOtherEvent = false

    init(of head: Head) {
        size = UInt64(head.size)
        root = head.root.bytes
    }

    func log() throws -> Log {
        let address = try Address(contract)
        let topics = try UsageAnchor(address).filter(of: try Address(account)).topics
            .compactMap { $0?.first }
        return Log(
            address: address, topics: isOtherEvent ? topics.reversed() : topics,
            data: try ABIEncoding.encode(
                [.uint(UInt256(size)), .fixedBytes(root), .string("https://market.example")],
                as: [.uint256, .bytes32, .string]),
            blockNumber: block, blockHash: try #require(Hash256(blockHash)),
            transaction: try #require(Hash256(transaction)), index: 3)
    }
}
