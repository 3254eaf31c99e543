package import Domain
import Foundation
package import Wire

/// A node of its own process.
package final class JoinedNode {
    private struct Ready: Decodable {
        let node: NodeID
    }

    package let stage: Stage
    private let options: [String]
    package let folder: String
    private let environment: [String: String]
    package private(set) var program: Program
    package private(set) var id: NodeID?

    /// Joins the site's market and runs the node until its offer stands.
    ///
    /// - Parameter port: where the node finds the market's HTTP interface; nil: where it is.
    package init(
        _ name: String, at site: Site, options: [String] = Site.nodeOptions,
        with environment: [String: String] = [:], through port: Int? = nil
    ) async throws {
        stage = site.stage
        self.environment = environment
        folder = "\(stage.folder)/\(name)"
        self.options = ["--name", name] + options
        let token = try await site.ok(.provider, ["market", "token", "create"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        _ = try await stage.ok(["node", "join", token, "--name", name, "--state-dir", folder])
        if let port { try Self.lead(folder, from: site.port, to: port) }
        program = try Self.start(stage, folder, self.options, environment)
        try await ready()
        try await offered(at: site)
    }

    private static func lead(_ folder: String, from port: Int, to other: Int) throws {
        let path = URL(fileURLWithPath: folder + "/enrollment.json")
        let text = try String(contentsOf: path, encoding: .utf8)
        let led = text.replacing("127.0.0.1:\(port)", with: "127.0.0.1:\(other)")
        guard led != text else { throw Stage.Unexpected(description: "no market in \(text)") }
        try Data(led.utf8).write(to: path)
    }

    private static func start(
        _ stage: Stage, _ folder: String, _ options: [String], _ environment: [String: String]
    ) throws -> Program {
        try stage.orban(
            ["node", "run", "--state-dir", folder, "-o", "json"] + options, with: environment)
    }

    /// Runs the node's program again, over the state of the one that has ended.
    package func restart() throws {
        program = try Self.start(stage, folder, options, environment)
    }

    /// Waits until the market was reached.
    package func ready() async throws {
        let ready = try await eventually("the node is ready", within: .seconds(90)) {
            if program.ending != nil {
                throw Stage.Unexpected(description: "the node ended; \(program.lastWords)")
            }
            return try? WireJSON.decode(Ready.self, from: Array(program.out.utf8))
        }
        if id == nil { stage.note(node: ready.node.text) }
        id = ready.node
    }

    /// What the engine has of this node.
    package var containers: String {
        shell(
            """
            podman --root "$1" --runroot /run/orban/containers --storage-driver overlay \
                --cgroup-manager cgroupfs ps -aq --filter "label=orban.node=$2"
            """, Stage.store, id?.text ?? "none")
    }

    package func offered(at site: Site) async throws {
        guard let id else { throw Stage.Unexpected(description: "the node is not ready") }
        try await eventually(
            "the node's offer stands",
            holds: {
                let offers: ListDTO<OfferDTO>? = try? site.api(.renter).get("/v1/offers")
                return (offers?.data ?? []).contains { $0.node == id && $0.availability == .open }
            })
    }
}

/// One lease's container, as the kernel shows it.
package struct Contained {
    package let lease: LeaseID
    /// Its group in each hierarchy.
    private let groups: [String]

    /// Waits until the task's container runs.
    package init(of job: JobDTO) async throws {
        guard let lease = job.taskList.first?.lease else {
            throw Stage.Unexpected(description: "\(job.name) has no lease")
        }
        self.lease = lease
        groups = try await eventually("the container of \(lease) is there") {
            let groups = Self.groups(of: lease)
            return groups.isEmpty ? nil : groups
        }
    }

    private static func groups(of lease: LeaseID) -> [String] {
        shell("find /sys/fs/cgroup -type d -path \"*/orban/$1/libpod-*\" -prune", lease.text)
            .split(separator: "\n").map(String.init)
    }

    /// The engine's id of the container.
    package var id: String {
        groups.first.flatMap { $0.split(separator: "/").last }.map { String($0.dropFirst(7)) } ?? ""
    }

    package var isGone: Bool { Self.isGone(lease) }

    /// Whether the kernel has nothing of the lease's container.
    package static func isGone(_ lease: LeaseID) -> Bool { groups(of: lease).isEmpty }

    /// Whether its processes stand still; read from the kernel.
    package var isFrozen: Bool {
        shell(
            """
            cat /sys/fs/cgroup/freezer/orban/$1/libpod-*/freezer.state \
                /sys/fs/cgroup/orban/$1/cgroup.events 2>/dev/null
            """, lease.text
        ).split(whereSeparator: \.isNewline).contains { $0 == "FROZEN" || $0 == "frozen 1" }
    }

    /// Freezes or thaws the container's own group, as root may at any time.
    package func setFrozen(_ isFrozen: Bool) {
        shell(
            """
            for group in /sys/fs/cgroup/freezer/orban/$1/libpod-*; do
                [ -d "$group" ] && echo "$2" > "$group/freezer.state"; done
            for group in /sys/fs/cgroup/orban/$1/libpod-*; do
                [ -d "$group" ] && echo "$3" > "$group/cgroup.freeze"; done
            """, lease.text, isFrozen ? "FROZEN" : "THAWED", isFrozen ? "1" : "0")
    }

    /// Asks the engine, behind the node's back.
    package func podman(_ words: String) {
        shell(
            """
            podman --root "$1" --runroot /run/orban/containers --storage-driver overlay \
                --cgroup-manager cgroupfs \(words) "$2"
            """, Stage.store, id)
    }
}
