import ControlPlane
import Domain
import Ethereum
import Transparency
import Wire

/// Where a bundle says that its head is anchored: chain, contract and account by the log's own word. Whether
/// it is so, a chain says.
struct HeadAnchor: Hashable {
    let head: Head
    let publisher: LogPublisher
    let transaction: Hash256
    let block: UInt64

    /// - Throws: `AuditFault`, also where the publisher's note is not by the key of the head.
    init(_ anchor: AnchorDTO, of head: Head, by verifier: NoteVerifier) throws(AuditFault) {
        guard let transaction = Hash256(anchor.transaction) else {
            throw .bundleUnreadable("anchor.transaction")
        }
        // In the first block there is no transaction.
        guard let block = UInt64(exactly: anchor.block), block > 0 else {
            throw .bundleUnreadable("anchor.block")
        }
        do throws(NoteRefusal) {
            let note = Array(anchor.publisher.utf8)
            publisher = try SignedPublisher(verifying: note, with: verifier).publisher
        } catch {
            throw error == .otherLog ? .publisherOfOtherLog : .publisherRefused(error.description)
        }
        self.head = head
        self.transaction = transaction
        self.block = block
    }

    var chain: ChainID { ChainID(UInt64(publisher.chain)) }
    var contract: UsageAnchor { UsageAnchor(Address(publisher.contract)) }
    var account: Address { Address(publisher.account) }
    var root: Hash256 { Hash256(head.root) }

    /// What is filled into sentences about it.
    var words: [String: String] { Verdict(self, codeBlock: block).words }

    // MARK: Rules

    func check(finalized: UInt64) throws(AuditFault) {
        guard block <= finalized else { throw fault(.notFinal(finalized: finalized)) }
    }

    func check(code: [UInt8], asOf seen: UInt64) throws(AuditFault) {
        guard !code.isEmpty else { throw fault(.noContract(asOf: seen)) }
        guard code == UsageAnchor.code else { throw fault(.otherCode(asOf: seen)) }
    }

    /// - Parameter hash: of the anchor's block.
    func check(_ logs: [Log], in hash: Hash256) throws(AuditFault) {
        guard logs.contains(where: { isBorneOut(by: $0, in: hash) }) else {
            throw fault(.notAnchored)
        }
    }

    private func isBorneOut(by log: Log, in hash: Hash256) -> Bool {
        guard log.blockHash == hash, log.blockNumber == block, log.transaction == transaction,
            let found = try? contract.head(log)
        else { return false }
        return found.publisher == account && found.root == root
            && found.size == UInt64(head.size)
    }

    private func fault(_ fault: AnchorFault) -> AuditFault { .anchor(fault, self) }
}

// MARK: - Asking

extension HeadAnchor {
    /// - Throws: `AuditFault.anchor`; what keeps the endpoints from answering or agreeing.
    func verify(on chain: Chain) async throws -> Verdict {
        let finalized = try await chain.finalized().number
        try check(finalized: finalized)
        let codeBlock = try await codeBlock(on: chain, finalized)
        let hash = try await chain.header(block).hash
        let logs = try await chain.logs(contract.filter(of: account), in: .block(hash))
        try check(logs, in: hash)
        return Verdict(self, codeBlock: codeBlock)
    }

    /// The block as of which the contract was seen to be `UsageAnchor`. Its code cannot end, so that what stood
    /// there before the anchor's block made the anchor; a contract that came later could have followed one that
    /// only pretended to.
    private func codeBlock(on chain: Chain, _ finalized: UInt64) async throws -> UInt64 {
        let before: [UInt8]
        do {
            before = try await code(on: chain, asOf: block - 1)
        } catch let error where error is RPCRefusal.Kind || error is Quorum.Disagreement {
            // The state of old blocks is kept by archive nodes alone.
            try check(code: try await code(on: chain, asOf: finalized), asOf: finalized)
            return finalized
        }
        try check(code: before, asOf: block - 1)
        return block - 1
    }

    private func code(on chain: Chain, asOf number: UInt64) async throws -> [UInt8] {
        do {
            return try await chain.code(of: contract.address, at: .number(number))
        } catch Chain.Refusal.noCode {
            return []
        }
    }
}

extension BundleAudit {
    /// - Throws: `AuditFault`.
    func anchor() throws -> HeadAnchor {
        guard let anchor = bundle.anchor else { throw AuditFault.anchorMissing }
        let verifier = try verifier()
        return try HeadAnchor(anchor, of: try head(by: verifier), by: verifier)
    }
}

extension HeadAnchor {
    /// An anchor that was found.
    struct Verdict: Hashable, Codable {
        let chainID: Int64
        let contract: String
        let publisher: String
        let size: Int64
        let root: String
        let block: UInt64
        let transaction: String
        /// As of which the contract's code was compared.
        let codeBlock: UInt64

        private enum CodingKeys: String, CodingKey {
            case chainID = "chain_id"
            case contract, publisher, size, root, block, transaction
            case codeBlock = "code_block"
        }

        init(_ anchor: HeadAnchor, codeBlock: UInt64) {
            chainID = anchor.publisher.chain
            contract = "\(anchor.contract.address)"
            publisher = "\(anchor.account)"
            size = anchor.head.size
            root = "\(anchor.root)"
            block = anchor.block
            transaction = "\(anchor.transaction)"
            self.codeBlock = codeBlock
        }

        var isCodeOfBefore: Bool { codeBlock < block }

        var words: [String: String] {
            [
                "root": root, "size": "\(size)", "block": "\(block)", "chain": "\(chainID)",
                "publisher": publisher, "contract": contract, "transaction": transaction,
            ]
        }

        var codeWords: [String: String] { ["block": "\(block - 1)", "seen": "\(codeBlock)"] }
    }
}
