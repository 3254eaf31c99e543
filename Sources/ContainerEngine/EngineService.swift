package import AsyncHTTPClient
import Glibc

/// The engine as a process of its own: `podman system service` on a Unix socket. It outlives the
/// program that starts it, and containers outlive both.
package struct EngineService: Sendable {
    package struct Settings: Hashable, Sendable {
        /// Images and containers; kept across boots.
        package var storePath: String
        /// What dies with the boot, at most 50 bytes. The store is bound to it at first use.
        package var runPath: String
        /// At most 107 bytes.
        package var socketPath: String
        /// The configuration that is written, the log and the lock.
        package var statePath: String
        package var podmanPath: String
        /// What runs the containers. Podman 4.3 takes no other one per container: it ignores the
        /// `oci_runtime` of a request.
        package var runtime: OCIRuntime
        /// The environment of the engine; `PATH` must lead to its helpers.
        package var environment: [String: String]

        package init(
            storePath: String, runPath: String, socketPath: String, statePath: String,
            podmanPath: String, runtime: OCIRuntime, environment: [String: String]
        ) {
            self.storePath = storePath
            self.runPath = runPath
            self.socketPath = socketPath
            self.statePath = statePath
            self.podmanPath = podmanPath
            self.runtime = runtime
            self.environment = environment
        }
    }

    /// How the engine came to answer.
    package enum Outcome: Hashable, Sendable {
        /// One was there already, whoever started it.
        case adopted
        case started(processID: Int32)
    }

    /// Why no engine answers.
    package enum Failure: Error, Hashable, Sendable {
        /// A path of the settings is longer than the engine or the kernel takes.
        case pathTooLong(String)
        /// It ended before it answered. The text is the end of its log, for our log only.
        case ended(log: String)
        /// Neither an answer nor an end in time.
        case silent
        /// Another process has been starting the engine all the time.
        case busy
    }

    private let settings: Settings
    private let clock: any Clock<Duration>
    package let client: LibpodClient

    package init(settings: Settings, httpClient: HTTPClient, clock: any Clock<Duration>) {
        self.settings = settings
        self.clock = clock
        client = LibpodClient(socketPath: settings.socketPath, httpClient: httpClient)
    }

    /// Makes sure that an engine answers: uses the one on the socket, or starts one. Safe to call
    /// from several processes at a time: one starts, the others use.
    package func ensureRunning() async throws -> Outcome {
        for (path, limit) in [(settings.runPath, 50), (settings.socketPath, 107)]
        where path.utf8.count > limit { throw Failure.pathTooLong(path) }
        if try await answers() { return .adopted }
        for folder in [settings.storePath, settings.runPath, settings.statePath] {
            try HostFile.makeFolders(folder, mode: 0o711)
        }
        for _ in 0..<600 {
            if let lock = try FileLock.take("\(settings.statePath)/engine.lock") {
                defer { withExtendedLifetime(lock) {} }
                if try await answers() { return .adopted }
                return try await start()
            }
            try await clock.sleep(for: .milliseconds(50))
        }
        throw Failure.busy
    }

    private func answers() async throws -> Bool {
        do {
            try await client.ping()
            return true
        } catch let error as EngineError where error.category == .unreachable {
            return false
        }
    }

    private func start() async throws -> Outcome {
        let configuration = "\(settings.statePath)/containers.conf"
        let hooks = "\(settings.statePath)/no-hooks"
        try HostFile.makeFolders(hooks, mode: 0o711)
        try HostFile.replace(
            configuration,
            with: EngineConfiguration(runtime: settings.runtime, hooksPath: hooks).text())
        unlink(settings.socketPath)
        var environment = settings.environment
        environment["CONTAINERS_CONF"] = configuration
        let process = ChildProcess(
            path: settings.podmanPath, arguments: arguments, environment: environment,
            folder: settings.statePath, outputFile: logPath)
        let pid = try process.spawn()
        for _ in 0..<600 {
            if try await answers() { return .started(processID: pid) }
            guard waitpid(pid, nil, WNOHANG) == 0 else { throw Failure.ended(log: logTail()) }
            try await clock.sleep(for: .milliseconds(25))
        }
        Glibc.kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        throw Failure.silent
    }

    private var arguments: [String] {
        [
            "--root", settings.storePath, "--runroot", settings.runPath,
            "--storage-driver", "overlay", "--cgroup-manager", "cgroupfs",
            "--runtime", settings.runtime.name, "--log-level", "warn",
            "system", "service", "--time", "0", "unix://\(settings.socketPath)",
        ]
    }

    private var logPath: String { "\(settings.statePath)/engine.log" }

    private func logTail() -> String {
        ((try? HostFile.read(logPath)) ?? "").split(separator: "\n").suffix(5)
            .joined(separator: "\n")
    }

    /// Ends an engine that `ensureRunning` of this process started. Its containers live on.
    package func end(processID: Int32) throws {
        Glibc.kill(processID, SIGKILL)
        while waitpid(processID, nil, 0) < 0 && errno == EINTR {}
        unlink(settings.socketPath)
    }

    /// Takes note of the end of an engine that this process started, so that it leaves no zombie.
    /// - Returns: whether it has ended.
    package static func reap(processID: Int32) -> Bool {
        waitpid(processID, nil, WNOHANG) != 0
    }
}
