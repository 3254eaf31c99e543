import ControlPlane
import Domain
import Foundation
import Glibc
import NodeAgent
import Wire

/// What stands on the ready line.
private struct Ready: Encodable {
    let url: String
    let node: NodeID
    /// What the machine's software is open to.
    let advisories: [String]
    /// What containers get: `none`, `egress`, or why there is none.
    let network: String
    /// The chain beside it; nil: none.
    let chain: Chain?

    struct Chain: Encodable {
        let rpcURL: String
        let contracts: Deployment
        /// Private keys of accounts with coin, worth nothing: to try things with.
        let keys: String

        private enum CodingKeys: String, CodingKey {
            case rpcURL = "rpc_url"
            case contracts, keys
        }
    }
}

extension LeafCommand {
    /// `orban up`: a market and one node in one process; ready when its offer takes orders.
    static let up = LeafCommand(
        "up", .helpUp,
        options: [
            Option.stateFolder.form, Option.port.form, Option.commission.form,
            Option.blobQuota.form, Option.writeRate.form, Option<Int64>.seriesQuota.form,
            Option<Beacon>.beacon.form, Option.chain.form, Option<String>.devnetProgram.form,
            Option.anchorEvery.form, Option<Int>.redeemEvery.form, Option<Int>.lockWindow.form,
            Option<Money>.unsignedLimit.form,
        ]
            + NodeSetup.options
    ) { session in
        let state = session.surroundings.absolute(
            try session.arguments.value(Option.stateFolder) ?? session.settings.statePath + "/up")
        let isBesideChain = try session.arguments.value(Option.chain) != nil
        let habits = try MarketChain.Habits(session.arguments)
        // The chain dies with this process: what a market knows of it belongs to no other start.
        let folder = isBesideChain ? "\(state)/devnet-\(getpid())" : state
        let log = ServerGroup.logger(session.environment)
        let setup = try NodeSetup(session, statePath: folder + "/node", log: log)
        for path in [state, folder] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o711])
        }
        guard isBesideChain else {
            return try await up(session, setup, in: folder, beside: nil, habits)
        }
        let chain = try await DevelopmentChain.start(session, folder: state)
        defer { chain.end() }
        return try await up(session, setup, in: folder, beside: chain, habits)
    }

    private static func up(
        _ session: Session, _ setup: NodeSetup, in folder: String, beside chain: DevelopmentChain?,
        _ habits: MarketChain.Habits
    ) async throws -> Int32 {
        let port = try session.arguments.value(Option.port) ?? 7070
        let server = try await MarketServer(
            MarketConfiguration(
                folder: folder + "/market", host: "127.0.0.1", port: port, channelPort: 0,
                publicHost: "127.0.0.1", commission: try session.commission(),
                origin: "local.orban", blobQuota: try session.blobQuota(),
                limits: try session.limits(), seriesBytes: try session.seriesQuota(),
                beacons: try session.beacons(),
                chain: try chain.map {
                    MarketChain.plain([$0.url], $0.deployment, try $0.marketKey(), habits)
                }),
            log: setup.log, reach: try FaultHook.reach(session.environment))
        let url = Known<String>()
        let node = LocalNode(market: server.services, setup: setup, url: url) { node, standing in
            let ready = Ready(
                url: try await url.value, node: node, advisories: standing.advisories,
                network: setup.network(standing), chain: chain.map(Ready.Chain.init))
            try session.introduce(ready.url)
            try session.show(ready) {
                ["ready \(ready.url)"] + session.lines(of: standing)
                    + (try ready.chain.map { try $0.lines(session) } ?? [])
            }
        }
        try await session.makeFirstKeys(Role.allCases, server.services)
        let services = try server.all(listening: { url.set("http://127.0.0.1:\($0)") })
        // The chain is stopped last.
        try await ServerGroup(log: setup.log).run((chain.map { [$0] } ?? []) + services + [node])
        return ExitCode.done.rawValue
    }
}

extension Ready.Chain {
    fileprivate init(_ chain: DevelopmentChain) {
        self.init(rpcURL: chain.url, contracts: chain.deployment, keys: chain.keysPath)
    }

    /// What a shell needs to reach it.
    fileprivate func lines(_ session: Session) throws -> [String] {
        [
            "! " + session.told(.devnetWorthless, ["path": keys]),
            "export ORBAN_RPC_URL=\(rpcURL)",
            "export ORBAN_CONTRACTS='\(try WireJSON.text(contracts))'",
        ]
    }
}

extension Option where Value == BasisPoints {
    static let commission = Option(
        "commission-bps", "250", .optionCommission,
        ValueForm<Int64>.whole(0...10_000).map { BasisPoints($0) })
}

extension Option where Value == Int64 {
    static let blobQuota = Option(
        "blob-quota", "100GB", .optionBlobQuota, .size(1_000...1 << 60))
    static let seriesQuota = Option(
        "series-quota", "4GB", .optionSeriesQuota, .size(1_000_000...1 << 60))
}

extension Option where Value == Allowance {
    /// Changes a second of one account; ten times as many at once after a pause.
    static let writeRate = Option(
        "write-rate", "100", .optionWriteRate,
        ValueForm<Int64>.whole(1...1_000_000).map { Allowance(perSecond: $0, burst: $0 * 10) })
}

extension Session {
    private static let localContext = "local"

    /// 2.5 % where nothing else is said.
    func commission() throws -> BasisPoints {
        guard let points = try arguments.value(Option.commission) ?? BasisPoints(250) else {
            preconditionFailure("250 are basis points")
        }
        return points
    }

    /// 100 GB where nothing else is said.
    func blobQuota() throws -> Int64 {
        try arguments.value(Option.blobQuota) ?? MarketConfiguration.standardBlobQuota
    }

    func seriesQuota() throws -> Int64 {
        try arguments.value(Option<Int64>.seriesQuota) ?? MarketConfiguration.standardSeriesBytes
    }

    /// Those that the operator names; the market itself is always one.
    ///
    /// - Throws: `UsageFault` for a name twice, or for more than there may be.
    func beacons() throws -> [Beacon] {
        let beacons = try arguments.all(Option<Beacon>.beacon)
        for (index, beacon) in beacons.enumerated() {
            let isTwice = beacons[..<index].contains { $0.name == beacon.name }
            guard !isTwice, index < RoundTrips.most - 1 else {
                throw UsageFault.valueRefused(
                    option: "--beacon", beacon.name.text, ExpectedValue(.expectBeacon))
            }
        }
        return beacons
    }

    func limits() throws -> RateLimits {
        var limits = RateLimits.standard
        limits.writes = try arguments.value(Option.writeRate) ?? limits.writes
        return limits
    }

    /// Writes the keys that are missing to the credentials of the context `local`.
    func makeFirstKeys(_ roles: [Role], _ market: MarketServices) async throws {
        let keys = FirstKeys(settings: settings, context: Self.localContext)
        guard try await keys.ensure(roles, in: market) else { return }
        terminal.note(told(.credentialsWritten, ["path": settings.credentialsPath]))
    }

    /// Makes the market that answers at `url` the current context.
    func introduce(_ url: String, authorityPEM: String? = nil) throws {
        try settings.save(
            Context(name: Self.localContext, url: url, authorityPEM: authorityPEM))
    }
}
