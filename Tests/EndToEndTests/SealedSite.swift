import Domain
import Foundation
import Hostile
import Staging
import Wire

/// A market and its node in one process, in a network of its own that has no way out: the machine of
/// an `EgressStage`. Their users are in there with them.
struct SealedSite {
    let stage: Stage
    let world: EgressStage
    let market: Program

    /// Starts it, and waits until it is ready.
    init(_ stage: Stage, _ world: EgressStage, _ options: [String]) async throws {
        self.stage = stage
        self.world = world
        let words = ["up", "--state-dir", stage.folder + "/up", "--port", "7070", "-o", "json"]
        let market = try Self.start(stage, world, words + Site.nodeOptions + options)
        self.market = market
        let ready = try await eventually("market and node are ready", within: .seconds(90)) {
            if market.ending != nil {
                throw Stage.Unexpected(description: "they ended; \(market.lastWords)")
            }
            return try? WireJSON.decode(Ready.self, from: Array(market.out.utf8))
        }
        network = ready.network
        stage.note(node: ready.node)
    }

    private struct Ready: Decodable {
        let node: String
        let network: String
    }

    /// What the ready line says of the network that jobs get.
    let network: String

    /// An engine that lives outside, before one is started in here that would outlive the network.
    static func startEngine() async throws {
        try await Stage.run { _ = try await Site.up($0) }
    }

    static func start(
        _ stage: Stage, _ world: EgressStage, _ words: [String]
    ) throws -> Program {
        try stage.start(
            words[0], "/usr/bin/nsenter",
            ["--net=/run/netns/\(world.machine)", Stage.binary ?? ""] + words)
    }

    func run(_ words: [String], within limit: Duration = .seconds(120)) async throws -> Ended {
        let program = try Self.start(stage, world, words)
        guard case .exited(let status) = try await program.end(within: limit) else {
            throw Stage.Unexpected(description: "\(words) was killed; \(program.lastWords)")
        }
        return Ended(status: status, out: program.out, err: program.err)
    }

    @discardableResult
    func ok(_ words: [String]) async throws -> String {
        let ended = try await run(words)
        guard ended.status == 0 else {
            throw Stage.Unexpected(description: "\(words): \(ended); \(market.lastWords)")
        }
        return ended.out
    }

    /// Money and the image of its jobs.
    func stock() async throws {
        struct Balance: Decodable { let account: String }
        let balance = try WireJSON.decode(
            Balance.self, from: Array(try await ok(["balance", "-o", "json"]).utf8))
        try await ok(["market", "credit", balance.account, "5.00", "--reason", "for tests"])
        try await ok(["market", "image", JobText.container, Stage.baseImage])
    }

    func run(_ job: JobText) async throws -> Ended {
        try await run(["run", try stage.write(try job.text(), to: job.name), "-y", "--no-input"])
    }

    func submit(_ job: JobText) async throws {
        let spec = try stage.write(try job.text(), to: job.name)
        try await ok(["run", spec, "-y", "--no-input", "-d"])
    }

    func show(_ name: String) async throws -> JobDTO {
        try WireJSON.decode(
            JobDTO.self, from: Array(try await ok(["show", name, "-o", "json"]).utf8))
    }

    /// What jobs have on the machine: links and filters.
    func left() -> String {
        shell(
            """
            ip -n "$1" -o link | grep -ow 'orban[0-9][0-9]*'
            ip netns exec "$1" nft list tables | grep -ow 'orban[0-9][0-9]*'
            """, world.machine)
    }

    /// The network namespace of a lease's container, and a process in it.
    func container(_ job: JobDTO) async throws -> (process: String, network: String) {
        _ = try await Contained(of: job)
        let lease = job.taskList.first?.lease?.text ?? "none"
        let words = shell(
            """
            for f in $(find /sys/fs/cgroup -path "*/orban/$1/libpod-*/cgroup.procs"); do
                read -r p < $f && echo "$p $(readlink /proc/$p/ns/net)" && exit
            done
            """, lease
        ).split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 2 else {
            throw Stage.Unexpected(description: "no process of \(lease): \(words)")
        }
        return (words[0], words[1])
    }

    /// Whether any process is in that network namespace.
    func isAlive(_ network: String) -> Bool {
        !shell("ls -l /proc/[0-9]*/ns/net 2>/dev/null | grep -F \"$1\"", network).isEmpty
    }
}
