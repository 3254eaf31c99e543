import AsyncHTTPClient
import ContainerEngine
import Foundation

/// An engine of its own, and what a hostile job could want to reach: a secret, a victim, listeners.
package struct HostileStage: Sendable {
    /// Why a machine cannot run the corpus.
    package struct Unfit: Error, CustomStringConvertible {
        package let description: String
    }

    static let image = "localhost/orban-base:1"
    /// The group above all of the corpus: no control is freed of these.
    static let outerMemoryBytes: Int64 = 512 << 20
    static let outerProcesses = 400

    let name: String
    let folder: String
    let http: HTTPClient
    let client: LibpodClient
    let settings: EngineService.Settings
    let tree: CgroupTree
    let range: IDRange
    let victim: Int32
    let listeners: Int32

    var group: String { "/orban-hostile/\(name)" }

    /// Runs `body` on a stage in an empty folder below `/tmp`, and takes everything away afterwards.
    ///
    /// - Parameter imagePath: the archive of `script/images base`.
    package static func run<Value>(
        imagePath: String, _ body: (HostileStage) async throws -> Value
    ) async throws -> Value {
        let stage = try HostileStage()
        do {
            let service = EngineService(
                settings: stage.settings, httpClient: stage.http, clock: ContinuousClock())
            _ = try await service.ensureRunning()
            _ = try await stage.client.load(archive: imagePath)
            try stage.makeOuterGroup()
            let value = try await body(stage)
            try await stage.tearDown()
            return value
        } catch {
            try await stage.tearDown()
            throw error
        }
    }

    private init() throws {
        guard let runtime = OCIRuntime.found(named: ["runc", "crun"]).first else {
            throw Unfit(description: "no OCI runtime")
        }
        name = "h\(UUID().uuidString.prefix(6))".lowercased()
        folder = "/tmp/orban-\(name)"
        range = IDRange(base: 100_000 + 880 * IDRange.size)
        let user = range.hostID(of: 65_534)
        try Self.shell(Self.makeFiles, folder, "\(user)")
        tree = CgroupTree(root: "/sys/fs/cgroup")
        victim = try Self.number(Self.startVictim, "\(user)")
        do { listeners = try Self.number(Self.startListeners, name, folder) } catch {
            kill(victim, SIGKILL)
            throw error
        }
        settings = EngineService.Settings(
            storePath: folder + "/store", runPath: folder + "/run",
            socketPath: folder + "/engine.sock", statePath: folder + "/engine",
            podmanPath: "/usr/bin/podman", runtime: runtime,
            environment: ProcessInfo.processInfo.environment)
        http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: LibpodClient.configuration)
        client = LibpodClient(socketPath: settings.socketPath, httpClient: http)
    }

    private func makeOuterGroup() throws {
        try Cgroup(tree: tree, path: group).create(memoryLimitBytes: Self.outerMemoryBytes)
        let pids = tree.version == .unified ? "" : "/pids"
        try Data("\(Self.outerProcesses)".utf8).write(
            to: URL(fileURLWithPath: "\(tree.root)\(pids)\(group)/pids.max"))
    }

    private func tearDown() async throws {
        kill(victim, SIGKILL)
        kill(listeners, SIGKILL)
        for container in (try? await client.list(labels: ["hostile": name])) ?? [] {
            try? await client.remove(container.id, .any)
        }
        try await http.shutdown()
        try Self.shell(Self.removeAll, folder, settings.socketPath, name)
    }

    // MARK: Scripts of the host

    private static let makeFiles = """
        set -e
        mkdir -p -m 755 "$1" "$1/secret" "$1/in" "$1/out" "$1/both/in" "$1/both/out"
        echo secret > "$1/secret/file"
        echo data > "$1/in/file"; chmod 666 "$1/in/file"
        echo data > "$1/both/in/file"; chmod 666 "$1/both/in/file"
        mknod -m 666 "$1/device" c 1 5
        mknod -m 666 "$1/out/node" c 1 5
        chown "$2:$2" "$1/out" "$1/both/out"
        """

    // What waits for a program waits for all that hold what it opened: its children keep nothing.
    private static let startVictim = """
        perl -MPOSIX= -e 'POSIX::close($_) for 3..255; exec @ARGV' \\
            setpriv --reuid "$1" --regid "$1" --clear-groups sleep 600 >/dev/null 2>&1 & echo $!
        """

    /// In a network namespace that has a loopback and nothing else: no packet can leave it.
    private static let startListeners = """
        set -e
        ip netns add "$1"
        ip -n "$1" link set lo up
        ip -n "$1" addr add 169.254.169.254/32 dev lo
        [ "$(ip -n "$1" -o link | wc -l)" = 1 ]
        ip netns exec "$1" perl -MPOSIX= -e 'POSIX::close($_) for 3..255;
            socket(my $u, 1, 1, 0); bind($u, pack("S a*", 1, "\\0orban-$ARGV[0]")) or die; listen($u, 9);
            socket(my $t, 2, 1, 0); bind($t, pack("S n C4 x8", 2, 7001, 0, 0, 0, 0)) or die;
            listen($t, 9); open(my $f, ">", "$ARGV[1]/listening"); close $f; sleep 600;
        ' "$1" "$2" >/dev/null 2>&1 & pid=$!
        for i in $(seq 100); do [ -e "$2/listening" ] && break; sleep 0.05; done
        [ -e "$2/listening" ]; echo $pid
        """

    private static let removeAll = """
        for p in /proc/[0-9]*; do
            if tr '\\0' ' ' 2>/dev/null < "$p/cmdline" | grep -qF "unix://$2"; then
                kill -9 "${p#/proc/}"
            fi
        done
        ip netns del "$3" 2>/dev/null
        find /sys/fs/cgroup -depth -type d -path "*/orban-hostile/$3*" -exec rmdir {} \\; 2>/dev/null
        rmdir /sys/fs/cgroup/*/orban-hostile /sys/fs/cgroup/orban-hostile 2>/dev/null
        umount -q "$1/store/overlay" 2>/dev/null
        rm -rf "$1"
        """

    private static func number(_ script: String, _ arguments: String...) throws -> Int32 {
        let text = try shell(script, arguments)
        guard let number = Int32(text.split(separator: "\n").last ?? "") else {
            throw Unfit(description: "cannot set the stage: \(text)")
        }
        return number
    }

    @discardableResult
    package static func shell(_ script: String, _ arguments: String...) throws -> String {
        try shell(script, arguments)
    }

    static func shell(_ script: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, "sh"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
