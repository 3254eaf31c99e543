import AsyncHTTPClient
import ContainerEngine
import Domain
import Glibc
import Logging

/// How a node comes to its engine.
struct EngineOpening: Sendable {
    /// Programs that a device's hooks start may count as the container's.
    private static let trialBytes: Int64 = 256 << 20

    let configuration: NodeConfiguration
    let http: HTTPClient
    let ranges: IDRanges
    let tree: CgroupTree
    let seccompPath: String
    var runtimes = OCIRuntime.found()
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
            let info = try await standing.client.info()
            guard Self.resolved(info.store.graphRoot) == Self.resolved(settings.storePath) else {
                throw LibpodRuntime.Unfit.otherStore(
                    found: info.store.graphRoot, wanted: settings.storePath)
            }
            let runtime = info.host.ociRuntime
            logger.info(
                "container engine answers", metadata: ["runtime": "\(runtime?.path ?? "none")"])
            if let path = runtime?.path, let used = OCIRuntime(path: path) {
                settings.runtime = used
            }
            return Engine(client: standing.client, service: service(settings))
        }
        settings.runtime = try await runtime(settings)
        let chosen = service(settings)
        let outcome = try await chosen.ensureRunning()
        logger.info("container engine started", metadata: ["how": "\(outcome)"])
        return Engine(client: chosen.client, service: chosen)
    }

    /// Without links; as it is where there is no such folder.
    private static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private func service(_ settings: EngineService.Settings) -> EngineService {
        EngineService(settings: settings, httpClient: http, clock: clock)
    }

    /// One that works, with the devices of this machine where there is one.
    ///
    /// A device's specification may bring hooks along, and a runtime that cannot run them in a
    /// read-only root is of no use to the jobs that pay most.
    private func runtime(_ settings: EngineService.Settings) async throws -> OCIRuntime {
        let devices = attachable()
        if !devices.isEmpty {
            if let runtime = chosen(from: try await trials(settings, devices)).runtime {
                return runtime
            }
            logger.error("no OCI runtime gives containers the devices: no job with one will start")
        }
        let (runtime, reasons) = chosen(from: try await trials(settings, []))
        guard let runtime else { throw LibpodRuntime.Unfit.noRuntimeWorks(reasons: reasons) }
        return runtime
    }

    /// What the engine calls those devices of this node that a container can be given now.
    private func attachable() -> [String] {
        let ids = configuration.terms.allDevices.map(\.id)
        let refused = configuration.devices.unattachable(ids)
        do {
            let devices = try configuration.devices.attached(ids.filter { refused[$0] == nil })
            return Set(devices.map(\.name)).sorted()
        } catch {
            // Its specification was taken away meanwhile.
            return []
        }
    }

    /// One tiny container with the whole profile through each runtime, in an engine for trials.
    private func trials(
        _ settings: EngineService.Settings, _ devices: [String]
    ) async throws -> [RuntimeSelfTest.Trial] {
        let name = "self-test-\(configuration.node)"
        let group = try Cgroup(tree: tree, path: "\(configuration.cgroupParent)/\(name)")
        let log = configuration.statePath + "/self-test.log"
        try group.create(memoryLimitBytes: Self.trialBytes)
        let isolation = IsolationProfile(
            idRange: try ranges.acquire(for: name), seccompProfilePath: seccompPath,
            cgroupParent: group.path,
            limits: ResourceLimits(
                memoryBytes: Self.trialBytes, cpuMillis: 1_000, temporaryBytes: 1 << 20),
            binds: [])
        let test = RuntimeSelfTest { runtime in
            var trial = settings
            trial.runtime = runtime
            trial.socketPath += ".\(runtime.name)"
            trial.statePath += "/\(runtime.name)"
            return service(trial)
        }
        let trials: [RuntimeSelfTest.Trial]
        do {
            trials = try await test.run(runtimes) { client in
                var spec = ContainerSpec(
                    name: "orban-\(name)", image: try await image(in: client, settings),
                    command: [], log: .init(path: log, maximumBytes: 1 << 20), isolation: isolation)
                spec.devices = devices
                return spec
            }
        } catch {
            try clear(name, group, log)
            throw error
        }
        try clear(name, group, log)
        return trials
    }

    private func clear(_ name: String, _ group: Cgroup, _ log: String) throws {
        try ranges.release(owner: name)
        try group.remove()
        unlink(log)
    }

    /// By its id: what has its name may be a job's.
    private func image(
        in client: LibpodClient, _ settings: EngineService.Settings
    ) async throws -> String {
        guard let id = try await SelfTestImage(configuration).id(in: client) else {
            throw LibpodRuntime.Unfit.selfTestImageMissing(
                name: configuration.selfTestImage, store: settings.storePath,
                run: settings.runPath)
        }
        return id
    }

    private func chosen(
        from trials: [RuntimeSelfTest.Trial]
    ) -> (runtime: OCIRuntime?, reasons: [String]) {
        var reasons: [String] = []
        for trial in trials {
            switch trial.outcome {
            case .works:
                logger.info("OCI runtime chosen", metadata: ["runtime": "\(trial.runtime.path)"])
                return (trial.runtime, reasons)
            case .rejected(let reason):
                reasons.append("\(trial.runtime.name): \(reason)")
                logger.warning(
                    "OCI runtime rejected",
                    metadata: ["runtime": "\(trial.runtime.path)", "why": "\(reason)"])
            }
        }
        return (nil, reasons)
    }
}
