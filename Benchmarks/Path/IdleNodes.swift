import Domain
import Foundation
import NodeAgent
import Staging
import Wire

/// The market's memory with 1,000 idle nodes, each with its own key, certificate and connection.
/// Goal: 400 MiB.
///
/// The nodes are whole agents with simulated containers, all in this program; the market is a
/// process of its own.
struct IdleNodes: Figure {
    let measure = "idle"
    let nodes = 1000
    let goalMib = 400
    var emptyMib = 0.0
    var residentMib = 0.0
    var peakMib = 0.0
    var perNodeKib = 0.0
    /// Market CPU over the last 30 s, in parts of one core.
    var cores = 0.0
    /// Fewest nodes that the market called connected in those 30 s.
    var connectedLeast = 0
    var joinSeconds = 0.0
    var connectSeconds = 0.0

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = IdleNodes()
            let site = try await Site.serving(stage, isSimulated: true)
            figure.emptyMib = try use(of: site).mebibytes
            var crowd = Crowd(stage: stage)
            let joining = try await timing { try await crowd.join(figure.nodes, site) }
            figure.joinSeconds = rounded(joining.seconds)
            let agents = try crowd.agents()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for agent in agents { group.addTask { try await agent.run() } }
                try await figure.watch(site)
                group.cancelAll()
                while let ended = await group.nextResult() {
                    if case .failure(let error) = ended, !(error is CancellationError) {
                        throw error
                    }
                }
            }
            return figure
        }
    }

    private mutating func watch(_ site: Site) async throws {
        let wanted = nodes
        let connecting = try await timing {
            try await eventually("all nodes are connected", within: .seconds(300)) {
                try Self.connected(site) == wanted
            }
        }
        connectSeconds = rounded(connecting.seconds)
        // The storm of arrivals passes; then thirty quiet seconds.
        try await ContinuousClock().sleep(for: .seconds(20))
        let before = try Self.use(of: site)
        connectedLeast = wanted
        for _ in 0..<30 {
            try await ContinuousClock().sleep(for: .seconds(1))
            connectedLeast = min(connectedLeast, try Self.connected(site))
        }
        let after = try Self.use(of: site)
        residentMib = after.mebibytes
        peakMib = rounded(Double(after.peakResidentKiB) / 1024)
        perNodeKib = rounded((residentMib - emptyMib) * 1024 / Double(nodes))
        cores = rounded((after.cpuSeconds - before.cpuSeconds) / 30)
    }

    private static func use(of site: Site) throws -> ProcessUse {
        try ProcessUse(of: site.market.pid)
    }

    private static func connected(_ site: Site) throws -> Int {
        let answer = try site.api(.operator).ask("GET", "/metrics")
        let text = String(decoding: answer.body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("orban_nodes_connected ") }
        return try required(
            line?.split(separator: " ").last.flatMap { Int($0) } ?? nil, "count of nodes")
    }
}

/// Many nodes in this program.
private struct Crowd {
    private static let atOnce = 16

    let stage: Stage
    private var folders: [String] = []

    init(stage: Stage) { self.stage = stage }

    mutating func join(_ count: Int, _ site: Site) async throws {
        let all = (1...count).map { "\(stage.folder)/crowd/\($0)" }
        var rest = all[...]
        while !rest.isEmpty {
            let token = try OwnAgent.token(site)
            let part = rest.prefix(token.uses)
            rest = rest.dropFirst(token.uses)
            try await Self.join(Array(part), with: token.word)
        }
        folders = all
    }

    private static func join(_ folders: [String], with word: Enrollment.Token) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, folder) in folders.enumerated() {
                if index >= atOnce { try await group.next() }
                group.addTask {
                    _ = try await Enrollment.join(with: word, as: "crowd", stateFolder: folder)
                }
            }
            try await group.waitForAll()
        }
    }

    func agents() throws -> [NodeAgent] {
        // A thousandth of a CPU each: a thousand fit on any machine.
        let terms = OfferTerms(
            capacity: Resources(milliCPU: 1, memoryBytes: 1 << 20, diskBytes: 1 << 20),
            devices: [], ask: try Rate(microPerHour: 10_000), region: "TW", tier: .new)
        return try folders.map {
            try OwnAgent.agent($0, offering: terms, runPath: stage.folder + "/crowd-run")
        }
    }
}
