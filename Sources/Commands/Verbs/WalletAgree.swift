import ControlPlane
import Domain
import Ethereum
import NodeAgent
import Wire

extension LeafCommand {
    /// `orban wallet agree`: a provider's word to the last bills of locked leases.
    static let walletAgree = LeafCommand(
        "wallet agree", .helpWalletAgree,
        options: Wallet.options + [
            Option<String>.contracts.form, Option<String>.stateFolder.form, Flag.once.form,
        ]
    ) { session in
        let deployment = try session.deployment()
        let key = try await Wallet(session).open(session)
        return try await session.withMarket([.provider]) { market in
            try await Agreeing(
                session: session, market: market, deployment: deployment, key: key,
                own: try session.arguments.value(Option<String>.stateFolder).map {
                    .receipts(stateFolder: session.surroundings.absolute($0))
                }
            ).run()
        }
    }
}

/// One `orban wallet agree`.
private struct Agreeing {
    private static let pause: Int64 = 5_000

    let session: Session
    let market: MarketClient
    let deployment: Deployment
    let key: PrivateKey
    /// What a node of this machine has kept itself; nil: the market is believed that it shows the last receipts.
    let own: SignedFile?

    private struct Report: Encodable {
        let agreed: [LeaseID]
    }

    /// Until it is stopped; with `--once`, one look.
    func run() async throws -> Int32 {
        while true {
            let file = try LockFile(try await market.get("/v1/locks"), for: deployment)
            let kept = try keptSeconds()
            var agreed: [LeaseID] = []
            for lock in file.locks where try await agree(to: lock, file, kept) {
                agreed.append(lock.lease)
            }
            if session.arguments.has(.once) {
                try session.show(Report(agreed: agreed)) {
                    [session.told(.agreedAll, ["count": String(agreed.count)])]
                }
                return ExitCode.done.rawValue
            }
            try await market.pause(milliseconds: Self.pause)
        }
    }

    /// To a last bill that its payer has signed, and that is not below what the node's own receipt says.
    private func agree(
        to lock: LockDTO, _ file: LockFile, _ kept: [LeaseID: Int64]
    ) async throws -> Bool {
        guard lock.payee.address == ChainAddress(key.address), lock.agreement == nil,
            let progress = lock.progress, progress.elapsed > 0,
            let (voucher, _) = try file.signed(lock)
        else { return false }
        guard let metered = try await metered(lock) else {
            session.terminal.note("! " + session.told(.agreeUnborne, ["lease": lock.lease.text]))
            return false
        }
        guard progress.seconds >= max(metered, kept[lock.lease] ?? 0) else {
            session.terminal.note("! " + session.told(.agreeBelow, ["lease": lock.lease.text]))
            return false
        }
        let signature = key.sign(try voucher.digest(for: file.escrow, on: deployment.chain))
        let _: LockFileDTO = try await market.put(
            "/v1/locks/\(lock.lease)/agreement",
            AgreementDTO(signature: Ethereum.Hex.text(of: signature.bytes)))
        session.terminal.progress("✓ " + session.told(.agreeDone, ["lease": lock.lease.text]))
        return true
    }

    /// By lease, of those that are over, what the node itself has written down.
    private func keptSeconds() throws -> [LeaseID: Int64] {
        var seconds: [LeaseID: Int64] = [:]
        for signed in try own?.read() ?? [] {
            guard let receipt = try? Receipt(bytes: signed.bytes) else { continue }
            seconds[receipt.lease] = max(seconds[receipt.lease] ?? 0, receipt.seconds)
        }
        return seconds
    }

    /// Seconds that the lease's node has signed for last; 0 for one that never ran; nil for what it did not sign.
    private func metered(_ lock: LockDTO) async throws -> Int64? {
        guard let shown = lock.receipt else { return lock.progress?.seconds == 0 ? 0 : nil }
        let receipt = SignedReceipt(bytes: shown.bytes.bytes, signature: shown.signature.bytes)
        let keys: LogKeysDTO = try await market.get("/v1/log/keys")
        guard let key = keys.nodes[lock.node.text]?.bytes, EntryAudit.isSigned(receipt, by: key),
            let read = try? Receipt(bytes: receipt.bytes), read.lease == lock.lease
        else { return nil }
        return read.seconds
    }
}
