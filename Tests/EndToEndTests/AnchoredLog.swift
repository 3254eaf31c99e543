import Crypto
import Domain
import Staging
import Transparency
import Wire

/// A log of one lease with the key that signs its heads, and a job's bundle from it, made as a market makes
/// them.
struct AnchoredLog {
    static let origin = "market.example/log"
    private static let salt = [UInt8](0..<16)

    private let signer: NoteSigner
    private let nodeKey: [UInt8]
    private let records: [[UInt8]]
    private let lease: LeaseID
    private let job: JobID
    private let renter: AccountID
    private let rate: Rate
    private let charge: Money

    init() throws {
        signer = try NoteSigner(name: Self.origin, privateKey: Curve25519.Signing.PrivateKey())
        guard let lease = LeaseID("lse_L1"), let job = JobID("job_J"),
            let renter = AccountID("acc_R"), let provider = AccountID("acc_P"),
            let node = NodeID("nod_A")
        else { throw Stage.Unexpected(description: "names") }
        (self.lease, self.job, self.renter) = (lease, job, renter)
        let rate = try Rate(microPerHour: 100_000)
        self.rate = rate
        charge = try Money(micro: 2_139)
        let key = Curve25519.Signing.PrivateKey()
        nodeKey =
            NodeKeyRecord(
                node: node, provider: provider, key: Array(key.publicKey.rawRepresentation)
            ).bytes
        let hashes = [renter.text, job.text].map { SaltedHash.of($0, salt: Self.salt) }
        let plan: [(UsageRecord.Kind, Int64, Int64, RunStatus)] = [
            (.period, 60, 1_667, .running), (.final, 77, 2_139, .ended(.exited(code: 0))),
        ]
        records = try plan.enumerated().map { place, record in
            let (kind, seconds, micro, status) = record
            let receipt = Receipt(
                lease: lease, attempt: 1, node: node, sequence: Int64(place + 1),
                seconds: seconds, status: status, level: .live, cpuMilliseconds: 1_000,
                peakMemoryBytes: 4_096)
            let signature = Array(try key.signature(for: receipt.bytes))
            return UsageRecord(
                kind: kind, lease: lease, attempt: 1, provider: provider, node: node,
                deviceModel: "cpu", seconds: seconds, rate: rate,
                charge: try Money(micro: micro), renterHash: hashes[0], jobHash: hashes[1],
                receipt: SignedReceipt(bytes: receipt.bytes, signature: signature)
            ).bytes
        }
    }

    private var leaves: [LogHash] { ([nodeKey] + records).map(LogHash.leaf) }

    var size: Int64 { Int64(records.count) + 1 }

    /// Of all entries.
    var root: LogHash { MerkleLog.root(ofLeaves: leaves) }

    /// Of the first entry alone, which is another head of the same log.
    var earlierRoot: LogHash { MerkleLog.root(ofLeaves: leaves.prefix(1)) }

    func bundle(_ anchor: AnchorDTO?) throws -> ProofBundleDTO {
        let head = try Head(origin: Self.origin, size: size, root: root)
        return ProofBundleDTO(
            job: job, renter: renter, salt: Base64Bytes(Self.salt), origin: Self.origin,
            logKey: Base64Bytes(signer.verifier.publicKey),
            head: String(decoding: try SignedHead(signing: head, by: signer).bytes, as: UTF8.self),
            leases: [
                ProofLeaseDTO(
                    lease: lease, task: 1, attempt: 1, microPerHour: rate.microPerHour,
                    chargedMicro: charge.micro,
                    records: try records.enumerated().map { try proven(Int64($0 + 1), $1) },
                    nodeKey: try proven(0, nodeKey))
            ], anchor: anchor)
    }

    private func proven(_ index: Int64, _ bytes: [UInt8]) throws -> ProofRecordDTO {
        let leaves = leaves
        let proof = try MerkleLog.inclusionProof(index: index, size: size) { level, place in
            let width = 1 << level
            let start = Int(place) * width
            return MerkleLog.root(ofLeaves: leaves[start..<start + width])
        }
        return ProofRecordDTO(
            index: index, bytes: Base64Bytes(bytes),
            proof: proof.path.map { Base64Bytes($0.bytes) })
    }

    /// The note of who anchors this log's heads.
    func publisher(chain: UInt64, contract: String, account: String) throws -> String {
        guard let contract = ChainAddress(contract.lowercased()),
            let account = ChainAddress(account.lowercased())
        else { throw Stage.Unexpected(description: "addresses") }
        let publisher = try LogPublisher(
            origin: Self.origin, chain: Int64(chain), contract: contract, account: account)
        return String(
            decoding: try SignedPublisher(signing: publisher, by: signer).bytes, as: UTF8.self)
    }
}
