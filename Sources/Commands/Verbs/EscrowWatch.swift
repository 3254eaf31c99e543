import ControlPlane
import Domain
import Ethereum
import Wire

extension LeafCommand {
    /// `orban escrow watch`: what `wallet sign` does for locked leases without a market.
    static let escrowWatch = LeafCommand(
        "escrow watch", .helpEscrowWatch, options: ChainSender.options + [Flag.once.form]
    ) { session in
        let deployment = try session.deployment()
        let key = try await Wallet(session).open(session)
        let payer = ChainAddress(key.address)
        let folder = VoucherFolder(
            chain: deployment.chain.number, vault: ChainAddress(deployment.vault), user: payer,
            session.settings)
        let lock = try folder.lock(for: payer)
        defer { withExtendedLifetime(lock) {} }
        let watch = LockWatch(session: session, deployment: deployment, key: key)
        let isOnce = session.arguments.has(.once)
        while true {
            var isSeen = false
            do {
                _ = try await watch.look(folder)
                isSeen = true
            } catch {
                if isOnce { throw error }
                try session.endure(error)
            }
            let book = try folder.read()
            let open = book.openLocks.map(\.lease)
            if isOnce || isSeen && open.isEmpty {
                try session.show(WatchReport(open: open)) {
                    if book.locked ?? [] == [] { return [session.told(.escrowNoneHere)] }
                    return open.isEmpty
                        ? [session.told(.escrowAllClosed)]
                        : [session.told(.escrowLeft, ["count": String(open.count)])]
                }
                return ExitCode.done.rawValue
            }
            try await MarketClock.pause(milliseconds: 5_000)
        }
    }
}

private struct WatchReport: Encodable {
    /// Leases that the escrow has not closed for good.
    let open: [LeaseID]
}
