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
            let isSeen = try await watch.look(folder, enduring: !isOnce)
            let open = try folder.read().openLocks.map(\.lease)
            if isOnce || isSeen && open.isEmpty {
                try session.show(WatchReport(open: open)) {
                    open.isEmpty
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

extension LockWatch {
    /// Looks once, and keeps what was found.
    ///
    /// - Parameter enduring: a chain that is away is told, and not thrown.
    /// - Returns: whether the chain answered.
    fileprivate func look(_ folder: VoucherFolder, enduring: Bool) async throws -> Bool {
        var book = try folder.read()
        do {
            try await ChainAccess.with(session) { access in
                try await access.check()
                try await look(&book, access)
            }
        } catch {
            guard enduring, case .chainUnreachable(let why, let values)? = WireError(ofChain: error)
            else { throw error }
            session.terminal.note("! " + session.told(why, values))
            return false
        }
        try folder.write(book)
        return true
    }
}
