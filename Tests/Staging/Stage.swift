import Foundation
import Glibc
import Synchronization

/// One test's own part of the machine: a folder, an environment, and every process in it.
package final class Stage: Sendable {
    /// A program ended otherwise than it had to.
    package struct Unexpected: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    private struct State {
        var programs: [Program] = []
        var nodes: [String] = []
        var undo: [@Sendable () -> Void] = []
        var count = 0
    }

    package static let ownEnvironment = ProcessInfo.processInfo.environment
    package static let binary = ownEnvironment["ORBAN_BINARY"].flatMap { $0.isEmpty ? nil : $0 }
    package static let isNightly = ownEnvironment["ORBAN_NIGHTLY"] == "1"
    private static let cache =
        (ownEnvironment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache") + "/orban"
    package static let baseImage = cache + "/images/base.tar"
    /// Where containers are kept, as the nodes and `script/images` know it.
    package static let store =
        ownEnvironment["ORBAN_CONTAINERS_ROOT"] ?? cache + "/containers/store"

    /// What this machine lacks for these tests, or nil.
    package static let missing: String? = {
        guard let binary else { return "ORBAN_BINARY names no binary to test" }
        return access(binary, X_OK) == 0 ? nil : "\(binary) cannot be run"
    }()

    package static let missingForContainers: String? = {
        if let missing { return missing }
        if geteuid() != 0 { return "not root: nodes cannot start containers" }
        if access("/usr/bin/podman", X_OK) != 0 { return "no podman" }
        return access(baseImage, R_OK) == 0 ? nil : "no base image: run script/images base"
    }()

    package let folder: String
    package let environment: [String: String]
    private let state = Mutex(State())

    /// Runs `body`, then ends every process of the stage and removes its containers and files.
    package static func run<Value>(_ body: (Stage) async throws -> Value) async throws -> Value {
        let stage = try Stage()
        do {
            let value = try await body(stage)
            await stage.clear()
            return value
        } catch {
            let words = stage.programs.map(\.lastWords).joined(separator: "\n")
            await stage.clear()
            throw Unexpected(description: "\(error)\n\(words)")
        }
    }

    private init() throws {
        let name = "orban-e2e-" + UUID().uuidString.prefix(8).lowercased()
        folder = NSTemporaryDirectory() + (NSTemporaryDirectory().hasSuffix("/") ? "" : "/") + name
        // What containers see of it is bound read-only: their users must be able to pass.
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o711])
        var environment = Self.ownEnvironment.filter { !$0.key.hasPrefix("ORBAN_") }
        environment["ORBAN_CONTAINERS_ROOT"] = Self.ownEnvironment["ORBAN_CONTAINERS_ROOT"]
        environment["XDG_CONFIG_HOME"] = folder + "/config"
        environment["XDG_STATE_HOME"] = folder + "/client"
        environment["SWIFT_BACKTRACE"] = "enable=no"
        self.environment = environment
    }

    package var programs: [Program] { state.withLock { $0.programs } }

    /// Notes a node whose containers are removed at the end.
    package func note(node: String) { state.withLock { $0.nodes.append(node) } }

    /// Notes what is to be taken back at the end, last first.
    package func afterwards(_ undo: @escaping @Sendable () -> Void) {
        state.withLock { $0.undo.append(undo) }
    }

    // MARK: Programs

    /// Starts a program that the stage ends.
    package func start(
        _ name: String, _ executable: String, _ words: [String], with more: [String: String] = [:]
    ) throws -> Program {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let outputs = "\(folder)/\(number)-\(name)"
        let program = try Program(
            name,
            Spawn(
                executable: executable, words: words,
                environment: environment.merging(more) { $1 },
                outPath: outputs + ".out", errPath: outputs + ".err"))
        state.withLock { $0.programs.append(program) }
        return program
    }

    /// Starts `orban`.
    package func orban(_ words: [String], with more: [String: String] = [:]) throws -> Program {
        let verbs = words.prefix { $0.utf8.allSatisfy { (97...122).contains($0) } }
        return try start(
            verbs.prefix(3).joined(separator: "-"), Self.binary ?? "", words, with: more)
    }

    /// Runs `orban` to its end.
    package func run(
        _ words: [String], with more: [String: String] = [:], within limit: Duration = .seconds(90)
    ) async throws -> Ended {
        let program = try orban(words, with: more)
        guard case .exited(let status) = try await program.end(within: limit) else {
            throw Unexpected(description: "orban \(words) was killed; \(program.lastWords)")
        }
        state.withLock { state in state.programs.removeAll { $0 === program } }
        return Ended(status: status, out: program.out, err: program.err)
    }

    /// Runs `orban` to its end, which has to be a good one.
    ///
    /// - Returns: its standard output.
    package func ok(_ words: [String], with more: [String: String] = [:]) async throws -> String {
        let ended = try await run(words, with: more)
        guard ended.status == 0 else {
            throw Unexpected(description: "orban \(words.joined(separator: " ")): \(ended)")
        }
        return ended.out
    }

    /// Runs a program that says nothing of interest to its end.
    ///
    /// - Parameter words: the executable's path, then its arguments.
    /// - Returns: from the start of the process until it was reaped.
    /// - Throws: `SystemFailure`, or `Unexpected` when it ends otherwise than with 0.
    package static func duration(of words: [String]) throws -> Duration {
        let spawn = Spawn(
            executable: words.first ?? "", words: Array(words.dropFirst()),
            environment: ownEnvironment, outPath: "/dev/null", errPath: "/dev/null")
        let start = ContinuousClock.now
        let pid = try spawn.start()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let took = ContinuousClock.now - start
        guard status == 0 else {
            throw Unexpected(description: "\(words.joined(separator: " ")): status \(status)")
        }
        return took
    }

    package func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    // MARK: The end

    private func clear() async {
        for undo in state.withLock({ $0.undo }).reversed() { undo() }
        for program in programs { program.signal(SIGKILL) }
        for program in programs { _ = try? await program.end(within: .seconds(10)) }
        for node in state.withLock({ $0.nodes }) {
            shell(Self.removal, Self.store, node)
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Containers, control groups, id ranges and watchers' files of one node.
    private static let removal = """
        engine() { podman --root "$store" --runroot /run/orban/containers \
            --storage-driver overlay --cgroup-manager cgroupfs "$@" 2>/dev/null; }
        store=$1 node=$2
        engine ps -a --no-trunc --filter "label=orban.node=$node" \
            --format '{{.ID}} {{index .Labels "orban.lease"}}' |
        while read -r container lease; do
            for group in $(find /sys/fs/cgroup -type d -path "*/orban/$lease*"); do
                xargs -r kill -9 < "$group/cgroup.procs"
                echo THAWED > "$group/freezer.state" || echo 0 > "$group/cgroup.freeze"
            done 2>/dev/null
            engine rm -f "$container" < /dev/null
            find /sys/fs/cgroup -depth -type d -path "*/orban/$lease*" -exec rmdir {} +
        done >/dev/null 2>&1
        grep -l "^$node/" /run/orban/ids/range-* 2>/dev/null | xargs -r rm -f
        rm -rf "/run/orban/nodes/$node"
        """
}
