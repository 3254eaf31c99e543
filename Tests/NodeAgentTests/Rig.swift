import AsyncHTTPClient
import ContainerEngine
import Crypto
import Domain
import Foundation
import Logging

@testable import NodeAgent

/// A node on this machine with a real engine, an in-process market and a byte server.
final class Rig: Sendable {
    /// What this machine lacks for these tests, or nil.
    static let missing: String? = {
        if geteuid() != 0 { return "not root" }
        if access("/usr/bin/podman", X_OK) != 0 { return "no podman" }
        if access(imagePath, R_OK) != 0 { return "no base image: run script/images base" }
        return OCIRuntime.found(named: ["runc"]).isEmpty ? "no runc" : nil
    }()

    static let cache =
        (ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache")
        + "/orban"
    static let imagePath = cache + "/images/base.tar"
    private static let image = Result { try PlainFile(reading: imagePath).digest() }

    let folder: String
    let configuration: NodeConfiguration
    let market: TestMarket
    let bytes: ByteServer
    let signer: Curve25519.Signing.PrivateKey
    let http: HTTPClient
    let engine: EngineService
    let image: BlobDigest
    let logger: Logger

    /// Runs `body` and takes everything away afterwards.
    ///
    /// - Parameter weakening: a change, in the words of `sed`, to each container's OCI
    ///   configuration right before its runtime reads it.
    static func run(
        weakening: String? = nil, _ body: (Rig) async throws -> Void
    ) async throws {
        let rig = try Rig(weakening: weakening)
        do {
            _ = try await rig.engine.ensureRunning()
            try await body(rig)
        } catch {
            try await rig.tearDown()
            throw error
        }
        try await rig.tearDown()
    }

    private init(weakening: String?) throws {
        let name = String(UUID().uuidString.prefix(8)).lowercased()
        folder = "/run/orban/node-agent-tests/\(name)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        bytes = try ByteServer()
        image = try Self.image.get()
        bytes.offer(file: Self.imagePath, as: image.text)
        http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: LibpodClient.configuration)
        var settings = try Self.engineSettings(folder)
        if let weakening {
            settings.runtime = try Self.weakRuntime(settings.runtime, weakening, in: folder)
        }
        engine = EngineService(settings: settings, httpClient: http, clock: ContinuousClock())
        configuration = try Self.configuration(name, folder, bytes, settings)
        signer = try ReceiptKey.load(stateFolder: configuration.statePath)
        market = TestMarket(key: signer.publicKey)
        var logger = Logger(label: "node")
        logger.logLevel =
            ProcessInfo.processInfo.environment["ORBAN_DEBUG"] == nil ? .error : .debug
        self.logger = logger
    }

    static func engineSettings(_ folder: String) throws -> EngineService.Settings {
        guard let runtime = OCIRuntime.found(named: ["runc"]).first else {
            throw CancellationError()
        }
        return EngineService.Settings(
            storePath: cache + "/containers/store", runPath: "/run/orban/containers",
            socketPath: folder + "/engine.sock", statePath: folder + "/engine",
            podmanPath: "/usr/bin/podman", runtime: runtime,
            environment: ProcessInfo.processInfo.environment)
    }

    /// A runtime that takes something out of what it is asked for.
    private static func weakRuntime(
        _ runtime: OCIRuntime, _ change: String, in folder: String
    ) throws -> OCIRuntime {
        let path = "\(folder)/weak/\(runtime.name)"
        shell(#"mkdir -p "$1/weak""#, folder)
        let script = """
            #!/bin/sh
            bundle=
            for word; do
                [ "$last" = --bundle ] && bundle=$word
                last=$word
            done
            [ -z "$bundle" ] || sed -i '\(change)' "$bundle/config.json"
            exec \(runtime.path) "$@"
            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o755)
        guard let weak = OCIRuntime(path: path) else { throw CancellationError() }
        return weak
    }

    private static func configuration(
        _ name: String, _ folder: String, _ bytes: ByteServer, _ settings: EngineService.Settings
    ) throws -> NodeConfiguration {
        let capacity = Resources(milliCPU: 1_000, memoryBytes: 512 << 20, diskBytes: 1 << 30)
        let terms = OfferTerms(
            capacity: capacity, devices: [], ask: try Rate(microPerHour: 3_600), region: "TW",
            tier: .new)
        guard let node = NodeID("nod_test-\(name)") else { throw CancellationError() }
        var configuration = NodeConfiguration(
            node: node, name: name, terms: terms, statePath: folder + "/state",
            marketURL: bytes.base, engine: .socket(settings.socketPath),
            imagesPath: "/run/orban/node-agent-tests/images")
        configuration.runPath = folder + "/run"
        configuration.cgroupParent = "/orban-test/\(name)"
        configuration.watcher = []
        return configuration
    }

    /// A new run of the node's program on the same state, until its task is cancelled.
    func agent(_ change: (inout NodeConfiguration) -> Void = { _ in }) async throws -> NodeAgent {
        var configuration = configuration
        change(&configuration)
        let runtime = try await LibpodRuntime.open(
            configuration, engineHTTP: http, marketHTTP: http, clock: ContinuousClock(),
            logger: logger)
        return try NodeAgent(parts(configuration, runtime))
    }

    func parts(
        _ configuration: NodeConfiguration, _ runtime: any ContainerRuntime
    ) throws -> NodeAgent.Parts {
        NodeAgent.Parts(
            configuration: configuration, runtime: runtime,
            connect: { [market] in try market.connect() }, signer: signer,
            bootID: try BootClock.bootID(), now: { BootTime(nanoseconds: BootClock.now()) },
            clock: ContinuousClock(), logger: logger)
    }

    /// Runs a node while `body` works, then stops it as a kill would: nothing is cleaned up.
    func running(
        _ change: (inout NodeConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let agent = try await agent(change)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await agent.run() }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    func dispatch(
        _ script: String, lease: String = "a", attempt: Int64 = 1, memoryMiB: Int64 = 64,
        limitSeconds: Int64 = 600, fence: Int64 = 8, inputs: [Workload.Input] = [],
        outputs: [String] = [], image: BlobDigest? = nil, network: NetworkAccess = .none
    ) throws -> Dispatch {
        guard let id = LeaseID("lse_\(configuration.name)-\(lease)"),
            let job = JobID("job_\(configuration.name)")
        else { throw CancellationError() }
        return Dispatch(
            lease: id, attempt: attempt, task: TaskID(job: job, index: 1), taskCount: 1,
            workload: Workload(
                image: .archive(name: "base", digest: image ?? self.image),
                command: ["sh", "-c", script], environment: [], inputs: inputs, outputs: outputs),
            slice: Resources(milliCPU: 500, memoryBytes: memoryMiB << 20, diskBytes: 64 << 20),
            devices: [], budgetSeconds: 3_600, limitSeconds: limitSeconds, fence: fence,
            token: "token", network: network)
    }

    func container(_ lease: LeaseID) async throws -> ContainerSummary? {
        try await engine.client.list(labels: ["orban.lease": lease.text]).first
    }

    private func tearDown() async throws {
        for found in try await engine.client.list(
            labels: ["orban.node": configuration.node.text])
        {
            try await engine.client.remove(found.id, .any)
        }
        try await http.shutdown()
        bytes.stop()
        shell(
            """
            for p in /proc/[0-9]*; do
                if tr '\\0' ' ' 2>/dev/null < "$p/cmdline" | grep -qF "unix://$1/"; then
                    kill -9 "${p#/proc/}"
                fi
            done
            find /sys/fs/cgroup -depth -type d -path "*/orban-test/$2*" -exec rmdir {} \\; 2>/dev/null
            rm -rf "$1"
            """, folder, configuration.name)
    }
}

@discardableResult
func shell(_ script: String, _ arguments: String...) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "sh"] + arguments
    let output = Pipe()
    process.standardOutput = output
    do { try process.run() } catch { return "\(error)" }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
}
