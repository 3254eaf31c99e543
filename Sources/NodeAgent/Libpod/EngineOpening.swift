import AsyncHTTPClient
import ContainerEngine
import Glibc
import Logging

/// How a node comes to its engine.
struct EngineOpening: Sendable {
    let configuration: NodeConfiguration
    let http: HTTPClient
    let ranges: IDRanges
    let tree: CgroupTree
    let seccompPath: String
    let clock: any Clock<Duration>
    let logger: Logger

    func engine() async throws -> Engine {
        switch configuration.engine {
        case .socket(let path):
            return Engine(client: LibpodClient(socketPath: path, httpClient: http), service: nil)
        case .own(let settings): return try await own(settings)
        }
    }

    private func own(_ settings: EngineService.Settings) async throws -> Engine {
        try StateFile.makeFolder(configuration.runPath, mode: 0o711)
        let gate = try await FileGate.pass(
            configuration.runPath + "/engine.gate", clock: clock)
        defer { withExtendedLifetime(gate) {} }
        var settings = settings
        let standing = service(settings)
        if try await Engine(client: standing.client, service: nil).isAnswering {
            let runtime = try await standing.client.info().host.ociRuntime
            logger.info(
                "container engine answers", metadata: ["runtime": "\(runtime?.path ?? "none")"])
            if let path = runtime?.path, let used = OCIRuntime(path: path) {
                settings.runtime = used
            }
            return Engine(client: standing.client, service: service(settings))
        }
        settings.runtime = try choose(from: try await trials(settings))
        let chosen = service(settings)
        let outcome = try await chosen.ensureRunning()
        logger.info("container engine started", metadata: ["how": "\(outcome)"])
        return Engine(client: chosen.client, service: chosen)
    }

    private func service(_ settings: EngineService.Settings) -> EngineService {
        EngineService(settings: settings, httpClient: http, clock: clock)
    }

    /// One tiny container with the whole profile through each runtime, in an engine for trials.
    private func trials(
        _ settings: EngineService.Settings
    ) async throws -> [RuntimeSelfTest.Trial] {
        let name = "self-test-\(configuration.node)"
        let group = try Cgroup(tree: tree, path: "\(configuration.cgroupParent)/\(name)")
        let log = configuration.statePath + "/self-test.log"
        try group.create(memoryLimitBytes: 64 << 20)
        let isolation = IsolationProfile(
            idRange: try ranges.acquire(for: name), seccompProfilePath: seccompPath,
            cgroupParent: group.path,
            limits: ResourceLimits(
                memoryBytes: 64 << 20, cpuMillis: 1_000, temporaryBytes: 1 << 20),
            binds: [])
        let test = RuntimeSelfTest { runtime in
            var trial = settings
            trial.runtime = runtime
            trial.socketPath += ".\(runtime.name)"
            trial.statePath += "/\(runtime.name)"
            return service(trial)
        }
        let trials = try await test.run(OCIRuntime.found()) { client in
            ContainerSpec(
                name: "orban-\(name)", image: try await image(in: client), command: [],
                log: .init(path: log, maximumBytes: 1 << 20), isolation: isolation)
        }
        try ranges.release(owner: name)
        try group.remove()
        unlink(log)
        return trials
    }

    /// By its id: what has its name may be a job's.
    private func image(in client: LibpodClient) async throws -> String {
        try await SelfTestImage(configuration).id(in: client) ?? configuration.selfTestImage
    }

    private func choose(from trials: [RuntimeSelfTest.Trial]) throws -> OCIRuntime {
        var reasons: [String] = []
        for trial in trials {
            switch trial.outcome {
            case .works:
                logger.info("OCI runtime chosen", metadata: ["runtime": "\(trial.runtime.path)"])
                return trial.runtime
            case .rejected(let reason):
                reasons.append("\(trial.runtime.name): \(reason)")
                logger.warning(
                    "OCI runtime rejected",
                    metadata: ["runtime": "\(trial.runtime.path)", "why": "\(reason)"])
            }
        }
        throw LibpodRuntime.Unfit.noRuntimeWorks(reasons: reasons)
    }
}
