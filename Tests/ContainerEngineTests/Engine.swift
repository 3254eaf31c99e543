import AsyncHTTPClient
import Foundation
import Testing

@testable import ContainerEngine

/// A real engine with a store of its own in a temporary folder, and an image of one static shell.
struct Engine {
    static let image = "localhost/shell:1"

    /// What this machine lacks for these tests, or nil.
    static let missing: String? = {
        if geteuid() != 0 { return "not root" }
        for tool in [podman, busybox] where access(tool, X_OK) != 0 { return "no \(tool)" }
        return OCIRuntime.found().isEmpty ? "no OCI runtime" : nil
    }()

    private static let podman = "/usr/bin/podman"
    private static let busybox = "/usr/bin/busybox"

    let folder: String
    let http: HTTPClient
    let settings: EngineService.Settings
    let client: LibpodClient
    let tree = CgroupTree(root: "/sys/fs/cgroup")
    let ranges: IDRanges

    var service: EngineService {
        EngineService(settings: settings, httpClient: http, clock: ContinuousClock())
    }

    /// Runs `body` against a fresh engine, and takes everything away afterwards.
    static func run(_ body: (Engine) async throws -> Void) async throws {
        let engine = try Engine()
        do {
            _ = try await engine.service.ensureRunning()
            try shell(makeImage, engine.folder, busybox)
            _ = try await engine.client.importRootFilesystem(
                "\(engine.folder)/image.tar", reference: image)
            try await body(engine)
        } catch {
            try await engine.tearDown()
            throw error
        }
        try await engine.tearDown()
    }

    private init() throws {
        folder = "/tmp/container-engine-\(UUID().uuidString.prefix(8))"
        http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: LibpodClient.configuration)
        let runtime = try #require(OCIRuntime.found(named: ["runc", "crun"]).first)
        settings = Self.settings(folder, socket: "engine", runtime: runtime)
        client = LibpodClient(socketPath: settings.socketPath, httpClient: http)
        ranges = try IDRanges(
            directory: "\(folder)/ids", firstBase: 100_000 + 890 * IDRange.size, count: 10)
    }

    static func settings(
        _ folder: String, socket: String, runtime: OCIRuntime
    ) -> EngineService.Settings {
        EngineService.Settings(
            storePath: "\(folder)/store", runPath: "\(folder)/run",
            socketPath: "\(folder)/\(socket).sock", statePath: "\(folder)/\(socket)",
            podmanPath: podman, runtime: runtime,
            environment: ProcessInfo.processInfo.environment)
    }

    private func tearDown() async throws {
        await removeContainers()
        try await http.shutdown()
        try Self.shell(Self.killServices, settings.socketPath)
        try Self.shell(Self.removeGroups, String(folder.suffix(8)))
        try Self.shell(#"umount -q "$1/store/overlay" 2>/dev/null; rm -rf "$1""#, folder)
    }

    private func removeContainers() async {
        do {
            for container in try await client.list(labels: ["test": folder]) {
                try await client.remove(container.id, .any)
            }
        } catch { Issue.record("cannot take containers away: \(error)") }
    }

    /// Ends, without a chance to clean up, every engine that listens on this socket.
    func killService() throws { try Self.shell(Self.killServices, settings.socketPath) }

    private static let killServices = """
        for p in /proc/[0-9]*; do
            if tr '\\0' ' ' 2>/dev/null < "$p/cmdline" | grep -qF "unix://$1"; then
                kill -9 "${p#/proc/}"
            fi
        done
        """

    private static let removeGroups = """
        find /sys/fs/cgroup -depth -type d -path "*/container-engine-test/$1-*" \\
            -exec rmdir {} \\; 2>/dev/null
        rmdir /sys/fs/cgroup/*/container-engine-test /sys/fs/cgroup/container-engine-test \\
            2>/dev/null
        """

    private static let makeImage = """
        set -e
        mkdir -p "$1/image/bin" "$1/image/tmp"
        cp "$2" "$1/image/bin/busybox"
        for a in cat echo false grep head id ip kill ls mkdir mount sh sleep tr true unshare; do
            ln -sf busybox "$1/image/bin/$a"
        done
        chmod 1777 "$1/image/tmp"
        tar -C "$1/image" -cf "$1/image.tar" .
        """

    @discardableResult
    static func shell(_ script: String, _ arguments: String...) throws -> String {
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

/// A container of a test, with the group above it.
struct Lease {
    let cgroup: Cgroup
    let id: ContainerID
}

extension Engine {
    /// A spec with the whole profile that runs `script` in the shell image.
    func spec(_ script: String, name: String = "job") throws -> ContainerSpec {
        let seccomp = "\(folder)/seccomp.json"
        try SeccompProfile(baseFile: "/usr/share/containers/seccomp.json").write(to: seccomp)
        let limits = ResourceLimits(
            memoryBytes: 64 << 20, cpuMillis: 1_000, temporaryBytes: 16 << 20)
        let isolation = IsolationProfile(
            idRange: try ranges.acquire(for: name), seccompProfilePath: seccomp,
            cgroupParent: "/container-engine-test/\(folder.suffix(8))-\(name)", limits: limits,
            binds: [])
        var spec = ContainerSpec(
            name: name, image: Self.image, command: ["sh", "-c", script],
            log: .init(path: "\(folder)/\(name).log", maximumBytes: 1 << 20),
            isolation: isolation)
        spec.labels = ["test": folder, "name": name]
        return spec
    }

    /// Runs `body` with a started container of `spec`, and removes it and its group afterwards.
    func lease(_ spec: ContainerSpec, _ body: (Lease) async throws -> Void) async throws {
        let cgroup = try Cgroup(tree: tree, path: spec.isolation.cgroupParent)
        try cgroup.create(memoryLimitBytes: spec.isolation.limits.memoryBytes)
        let id = try await client.create(spec)
        try await client.start(id)
        do { try await body(Lease(cgroup: cgroup, id: id)) } catch {
            try? cgroup.thaw()
            try await client.remove(id, .any)
            throw error
        }
        try await client.remove(id, .any)
        try cgroup.remove()
    }

    /// Everything the container wrote to one source.
    func output(_ id: ContainerID, _ source: LogFrame.Source) async throws -> String {
        var bytes: [UInt8] = []
        for try await frame in try await client.logs(id, .untilNow) where frame.source == source {
            bytes += frame.bytes
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
