import ControlPlane
import Domain
import NodeAgent
import ServiceLifecycle
import Wire

extension LeafCommand {
    /// `orban node run`: the node that joined with this state folder.
    static let nodeRun = LeafCommand(
        "node run", .helpNodeRun, options: [Option.stateFolder.form] + NodeSetup.options
    ) { session in
        let folder = try session.nodeFolder()
        let log = ServerGroup.logger(session.environment)
        guard let identity = try NodeIdentity.load(stateFolder: folder) else {
            throw WireError.nodeNotJoined(folder: folder)
        }
        let setup = try NodeSetup(session, statePath: folder, log: log)
        let key = try ReceiptKey.load(stateFolder: folder)
        let client = ChannelClient(stateFolder: folder, clock: ContinuousClock(), log: log)
        let renewal = CertificateRenewal(
            stateFolder: folder, signer: key, clock: ContinuousClock(),
            now: { MarketClock.certificateTime() }, log: log)
        let node = JoinedNode(identity: identity, setup: setup, client: client) { standing in
            let ready = Ready(
                node: identity.place.node.text, advisories: standing.advisories,
                network: setup.network(standing))
            try session.show(ready) {
                ["ready \(identity.place.node)"] + session.lines(of: standing)
            }
        }
        try await ServerGroup(log: log).run([renewal, node])
        return ExitCode.done.rawValue
    }
}

/// What stands on the ready line.
private struct Ready: Encodable {
    let node: String
    /// What the machine's software is open to.
    let advisories: [String]
    /// What containers get: `none`, `egress`, or why there is none.
    let network: String
}

/// A node of a market somewhere else.
private struct JoinedNode: Service {
    let identity: NodeIdentity
    let setup: NodeSetup
    let client: ChannelClient
    /// Called once, when the market was reached the first time.
    let ready: @Sendable (NodeStanding) throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            let reached = Known<Bool>()
            let key = try ReceiptKey.load(stateFolder: setup.statePath)
            let place = identity.place
            let authority = place.marketURL.hasPrefix("https") ? identity.authorityPEM : nil
            try await setup.run(
                as: place.node, key: key, marketURL: place.marketURL, authorityPEM: authority
            ) {
                let link = try await client.connect()
                reached.set(true)
                return link
            } beside: { standing in
                _ = try await reached.value
                try ready(standing)
            }
        }
    }
}
