import Domain
import Foundation
import Simulation
import Staging
import Wire

/// 20 agents killed with `kill -9` while their container runs, and started again. Goals: adopted
/// within 5 s, no container restarted, billed within 1 s of the engine's own start-to-finish.
struct AgentKills: Figure {
    struct Kill: Encodable {
        let job: String
        /// From the kill to the market's `connected: false`.
        let seenMs: Double
        /// How long the agent stayed dead.
        let deadMs: Double
        /// From the new agent's start to its word that it holds the lease.
        let adoptedMs: Double
        /// From the new agent's start to the market's `connected: true`.
        let backMs: Double
        let isSameContainer: Bool
        /// Starts that the engine noted for this lease.
        let starts: Int
        let runtimeSeconds: Double
        let billedSeconds: Int64
        let exitCode: Int?
    }

    let measure = "kills"
    let seed: UInt64
    let goalAdoptedMs = 5000
    var kills: [Kill] = []
    var adoptedP50Ms = 0.0
    var adoptedMostMs = 0.0
    var seenMostMs = 0.0
    var restarts = 0
    /// The most that a bill differs from the engine's own seconds.
    var billedApartMostSeconds = 0.0

    static func measure() async throws -> any Figure {
        let given = Stage.ownEnvironment["ORBAN_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64(bitPattern: wallNanoseconds())
        var random = Randomness(state: seed)
        var figure = AgentKills(seed: seed)
        return try await Stage.run { stage in
            let site = try await Site.serving(stage)
            let node = try await JoinedNode("alpha", at: site)
            for index in 1...20 {
                let kill = try await kill(index, node, site, &random)
                figure.kills.append(kill)
                say("kill \(index): adopted in \(kill.adoptedMs) ms")
            }
            figure.conclude()
            return figure
        }
    }

    private mutating func conclude() {
        var adopted = Samples()
        for kill in kills { adopted.add(milliseconds: kill.adoptedMs) }
        adoptedP50Ms = adopted.percentile(0.5)
        adoptedMostMs = adopted.percentile(1)
        seenMostMs = kills.map(\.seenMs).max() ?? .nan
        restarts = kills.count { !$0.isSameContainer || $0.starts != 1 }
        billedApartMostSeconds =
            rounded(kills.map { abs($0.runtimeSeconds - Double($0.billedSeconds)) }.max() ?? .nan)
    }

    private static func kill(
        _ index: Int, _ node: JoinedNode, _ site: Site, _ random: inout Randomness
    ) async throws -> Kill {
        let clock = ContinuousClock()
        let name = "job-\(index)"
        let code = Int(random.next() % 200)
        try await site.submit(JobText(name, "sleep 5; exit \(code)"))
        let container = try await Contained(of: try await site.running(name))
        let before = container.id
        try await clock.sleep(for: .milliseconds(random.next() % 1500))

        let killed = clock.now
        try await node.program.killNow()
        try await connected(false, node, site)
        let seen = clock.now - killed
        try await clock.sleep(for: .milliseconds(random.next() % 2000))
        let dead = clock.now - killed
        let restarted = clock.now
        try node.restart()
        var adopted: Duration?
        let back = try await eventually("the node is back") { () -> Duration? in
            let now = clock.now - restarted
            if adopted == nil, node.program.err.contains("leases=1") { adopted = now }
            return try adopted != nil && isConnected(node, site) == true ? now : nil
        }
        let after = container.id
        let job = try await site.over(name)
        let events = try EngineEvents(of: before)
        return Kill(
            job: name, seenMs: seen.milliseconds, deadMs: dead.milliseconds,
            adoptedMs: adopted?.milliseconds ?? .nan, backMs: back.milliseconds, isSameContainer: before == after,
            starts: try EngineEvents.starts(of: container.lease),
            runtimeSeconds: rounded(events.seconds), billedSeconds: job.billedSeconds,
            exitCode: job.exitCode == code ? code : nil)
    }

    private static func connected(_ wanted: Bool, _ node: JoinedNode, _ site: Site) async throws {
        try await eventually(
            "the market notices", holds: { try isConnected(node, site) == wanted })
    }

    private static func isConnected(_ node: JoinedNode, _ site: Site) throws -> Bool? {
        let nodes: ListDTO<NodeDTO> = try site.api(.operator).get("/v1/nodes")
        return nodes.data.first { $0.id == node.id }?.connected
    }
}

/// What the engine wrote down about containers, asked over its own interface.
struct EngineEvents {
    private struct Event: Decodable {
        let status: String
        let timeNano: Int64

        private enum CodingKeys: String, CodingKey {
            case status = "Action"
            case timeNano
        }
    }

    /// From start to death.
    let seconds: Double

    /// - Throws: when the engine noted not exactly one start and one death.
    init(of container: String) throws {
        let events = try Self.events(#"{"container":["\#(container)"]}"#)
        let starts = events.filter { $0.status == "start" }
        let deaths = events.filter { $0.status == "died" || $0.status == "die" }
        guard starts.count == 1, deaths.count == 1 else {
            throw Stage.Unexpected(
                description: "\(starts.count) starts, \(deaths.count) deaths of \(container)")
        }
        seconds = Double(deaths[0].timeNano - starts[0].timeNano) / 1e9
    }

    static func starts(of lease: LeaseID) throws -> Int {
        try events(#"{"label":["orban.lease=\#(lease)"],"event":["start"]}"#).count
    }

    private static func events(_ filters: String) throws -> [Event] {
        let answer = shell(
            """
            curl -sS --get --unix-socket /run/orban/engine.sock \
                --data stream=false --data since=0 --data-urlencode "filters=$1" \
                http://engine/v4.0.0/libpod/events
            """, filters)
        return try answer.split(separator: "\n").map {
            try WireJSON.decode(Event.self, from: Array($0.utf8))
        }
    }
}
