package import Domain
import Foundation
package import Wire

/// A market on a stage, with keys of every role, and what tests ask of it.
package final class Site {
    package enum Kind {
        /// `orban up`: market and node in one process.
        case up(node: [String])
        /// `orban market serve`.
        case served
    }

    /// What a node of these tests offers: part of a machine, at a price that does not divide.
    package static let nodeOptions = [
        "--cpus", "0.5", "--memory", "512MB", "--disk", "2GB", "--price", "1.234567 USD/h",
    ]
    package static let simulated = nodeOptions + ["--simulate"]
    /// The image of jobs whose containers are simulated: nobody opens it.
    package static let simulatedImage = "simulated:1"

    package let stage: Stage
    package let kind: Kind
    package let port: Int
    package let channelPort: Int
    /// What a served market is told of its chain; nil: it has none.
    private let chain: ChainWords?
    package private(set) var keys: [Role: String] = [:]
    package private(set) var accounts: [Role: AccountID] = [:]
    package private(set) var market: Program
    private var specs = 0

    package var url: String { "http://127.0.0.1:\(port)" }
    package var dataFolder: String {
        switch kind {
        case .up: stage.folder + "/up/market"
        case .served: stage.folder + "/market"
        }
    }

    /// Starts the market; it may not be ready yet.
    package init(
        _ kind: Kind, on stage: Stage, with environment: [String: String] = [:],
        adding more: [String] = [], chain: ChainWords? = nil
    ) throws {
        self.chain = chain
        self.stage = stage
        self.kind = kind
        port = try freePort()
        channelPort = try freePort()
        market = try Self.start(kind, stage, port, channelPort, environment, more, chain)
    }

    private static func start(
        _ kind: Kind, _ stage: Stage, _ port: Int, _ channelPort: Int,
        _ environment: [String: String], _ more: [String], _ chain: ChainWords?
    ) throws -> Program {
        var words: [String]
        switch kind {
        case .up(let options):
            words = ["up", "--state-dir", stage.folder + "/up"] + options
        case .served:
            words = [
                "market", "serve", "--data-dir", stage.folder + "/market", "--channel-port",
                "\(channelPort)",
            ]
        }
        words += ["--port", "\(port)", "-o", "json"] + more + (chain?.words ?? [])
        guard let chain else { return try stage.orban(words, with: environment) }
        // The key comes on a descriptor of its own.
        let script = "exec \"$0\" \"$@\" --key-fd 3 3<'\(chain.keyFile)'"
        return try stage.start(
            "market", "/bin/sh", ["-c", script, Stage.binary ?? ""] + words, with: environment)
    }

    /// Starts the market again, over the state of the one that has ended.
    package func restart(
        with environment: [String: String] = [:], adding more: [String] = []
    ) throws {
        market = try Self.start(kind, stage, port, channelPort, environment, more, chain)
    }

    private struct Ready: Decodable {
        let url: String
        let node: NodeID?
    }

    /// Waits until the market takes requests.
    ///
    /// - Throws: `Stage.Unexpected` when it ends before.
    package func ready() async throws {
        let ready = try await eventually("the market is ready", within: .seconds(90)) {
            if market.ending != nil {
                throw Stage.Unexpected(description: "the market ended; \(market.lastWords)")
            }
            return try? WireJSON.decode(Ready.self, from: Array(market.out.utf8))
        }
        if let node = ready.node { stage.note(node: node.text) }
    }

    // MARK: Ready-made

    /// Market and node in one process, an account with 5 USD, and the image of its jobs.
    package static func up(
        _ stage: Stage, node: [String] = nodeOptions, with environment: [String: String] = [:]
    ) async throws -> Site {
        let site = try Site(.up(node: node), on: stage, with: environment)
        try await site.ready()
        for (role, key) in try site.writtenKeys() { try await site.learn(key, of: role) }
        try await site.stock(isSimulated: node.contains("--simulate"))
        return site
    }

    /// A market of its own process; nodes join it.
    package static func serving(
        _ stage: Stage, isSimulated: Bool = false, adding more: [String] = [],
        chain: ChainWords? = nil
    ) async throws -> Site {
        let site = try Site(.served, on: stage, adding: more, chain: chain)
        try await site.ready()
        try await site.makeKeys()
        try await site.stock(isSimulated: isSimulated)
        return site
    }

    /// Keys of the first start, from the credentials of the stage's user.
    package func writtenKeys() throws -> [Role: String] {
        let path = stage.folder + "/config/orban/credentials.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var keys: [Role: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2, let role = Role(rawValue: parts[0]) else { continue }
            keys[role] = parts[1].trimmingCharacters(in: ["\""])
        }
        return keys
    }

    package func learn(_ key: String, of role: Role) async throws {
        keys[role] = key
        let balance: BalanceDTO = try API(port: port, key: key).get("/v1/balance")
        accounts[role] = balance.account
    }

    private func makeKeys() async throws {
        guard let first = try writtenKeys()[.operator] else {
            throw Stage.Unexpected(description: "the market wrote no operator key")
        }
        try await learn(first, of: .operator)
        for role in [Role.renter, .provider] {
            let made = try await ok(
                .operator,
                ["market", "key", "create", "--account", "acc_\(role)", "--role", role.rawValue])
            try await learn(made.trimmingCharacters(in: .whitespacesAndNewlines), of: role)
        }
    }

    private func stock(isSimulated: Bool) async throws {
        guard let renter = accounts[.renter] else {
            throw Stage.Unexpected(description: "nobody rents")
        }
        _ = try await ok(
            .operator, ["market", "credit", renter.text, "5.00", "--reason", "granted for tests"])
        let image =
            isSimulated
            ? (Self.simulatedImage, try stage.write("no image\n", to: "image"))
            : (JobText.container, Stage.baseImage)
        _ = try await ok(.operator, ["market", "image", image.0, image.1])
    }

    // MARK: Commands

    package func environment(_ role: Role) -> [String: String] {
        ["ORBAN_API_URL": url, "ORBAN_TOKEN": keys[role] ?? ""]
    }

    package func run(
        _ role: Role, _ words: [String], within limit: Duration = .seconds(90)
    ) async throws -> Ended {
        try await stage.run(words, with: environment(role), within: limit)
    }

    @discardableResult
    package func ok(_ role: Role, _ words: [String]) async throws -> String {
        try await stage.ok(words, with: environment(role))
    }

    package func api(_ role: Role) -> API { API(port: port, key: keys[role]) }

    package func write(_ job: JobText) throws -> String { try write(try job.text()) }

    package func write(_ spec: String) throws -> String {
        specs += 1
        return try stage.write(spec, to: "job-\(specs).yaml")
    }

    /// Runs a job to its end, as `orban run` does.
    package func run(_ job: JobText, within limit: Duration = .seconds(120)) async throws -> Ended {
        try await run(.renter, ["run", try write(job), "-y", "--no-input"], within: limit)
    }

    /// Submits a job and leaves it.
    package func submit(_ job: JobText) async throws {
        try await ok(.renter, ["run", try write(job), "-y", "--no-input", "-d"])
    }

    package func show(_ name: String = "job") async throws -> JobDTO {
        try WireJSON.decode(
            JobDTO.self, from: Array(try await ok(.renter, ["show", name, "-o", "json"]).utf8))
    }

    // MARK: Waiting

    /// The job, once `isSo`.
    @discardableResult
    package func job(
        _ name: String = "job", _ what: String, within limit: Duration = .seconds(60),
        until isSo: (JobDTO) -> Bool
    ) async throws -> JobDTO {
        try await eventually("\(name) \(what)", within: limit) {
            guard let job: JobDTO = try? api(.renter).get("/v1/jobs/\(name)") else {
                return nil
            }
            return isSo(job) ? job : nil
        }
    }

    @discardableResult
    package func running(_ name: String = "job") async throws -> JobDTO {
        try await job(name, "runs") { $0.state == .running }
    }

    @discardableResult
    package func over(_ name: String = "job", within limit: Duration = .seconds(60)) async throws
        -> JobDTO
    {
        try await job(name, "is over", within: limit) { $0.state.isOver }
    }

    /// What the job's tasks wrote to their standard outputs.
    package func output(_ name: String = "job") async throws -> String {
        try await ok(.renter, ["logs", name])
    }

    package func invoice(_ name: String = "job") async throws -> InvoiceDTO {
        try api(.renter).get("/v1/jobs/\(name)/invoice")
    }
}
