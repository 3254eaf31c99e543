import ControlPlane
import Domain
import Ethereum
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
                session: session, market: market, deployment: deployment, key: key
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
    private var keep: LockKeep {
        LockKeep(deployment, payee: ChainAddress(key.address), session.settings)
    }

    private struct Report: Encodable {
        let agreed: [LeaseID]
        /// A lock file of all that is open.
        let kept: String
    }

    /// Until it is stopped; with `--once`, one look.
    func run() async throws -> Int32 {
        let isOnce = session.arguments.has(.once)
        while true {
            do {
                let agreed = try await look()
                if isOnce {
                    try session.show(Report(agreed: agreed, kept: keep.path)) {
                        [
                            session.told(.agreedAll, ["count": String(agreed.count)]),
                            session.told(.agreedKept, ["path": keep.path]),
                        ]
                    }
                    return ExitCode.done.rawValue
                }
            } catch {
                if isOnce { throw error }
                try session.endure(error)
            }
            try await market.pause(milliseconds: Self.pause)
        }
    }

    private func look() async throws -> [LeaseID] {
        let shown: LockFileDTO = try await market.get("/v1/locks")
        let file = try LockFile(shown, for: deployment)
        try keep.keep(shown, at: session.now.milliseconds / 1_000)
        let own = try KeptReceipts(session)
        var agreed: [LeaseID] = []
        for lock in file.locks where try await agree(to: lock, file, own) {
            agreed.append(lock.lease)
        }
        return agreed
    }

    /// To a last bill that its payer has signed, and that is not below what the node's own receipt says.
    private func agree(
        to lock: LockDTO, _ file: LockFile, _ own: KeptReceipts?
    ) async throws -> Bool {
        guard lock.payee.address == ChainAddress(key.address), lock.agreement == nil,
            let progress = lock.progress, progress.elapsed > 0, let bill = lock.bill,
            let (voucher, _) = try file.signed(lock)
        else { return false }
        guard progress.seconds == bill.seconds, progress.elapsed == bill.elapsed else {
            session.terminal.note("! " + session.told(.agreeOther, ["lease": lock.lease.text]))
            return false
        }
        guard let metered = try await metered(lock, own) else {
            session.terminal.note("! " + session.told(.agreeUnborne, ["lease": lock.lease.text]))
            return false
        }
        guard progress.seconds >= max(metered, own?[lock.lease]?.seconds ?? 0) else {
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

    /// Seconds that the lease's node has signed for last; 0 for one that never ran, where the node's own folder says
    /// so; nil for what it did not sign.
    private func metered(_ lock: LockDTO, _ own: KeptReceipts?) async throws -> Int64? {
        guard let shown = lock.receipt else {
            return own != nil && lock.progress?.seconds == 0 ? 0 : nil
        }
        let receipt = SignedReceipt(bytes: shown.bytes.bytes, signature: shown.signature.bytes)
        let keys: LogKeysDTO = try await market.get("/v1/log/keys")
        guard let key = keys.nodes[lock.node.text]?.bytes, EntryAudit.isSigned(receipt, by: key),
            let read = try? Receipt(bytes: receipt.bytes), read.lease == lock.lease
        else { return nil }
        return read.seconds
    }
}
