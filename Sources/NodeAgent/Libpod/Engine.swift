package import AsyncHTTPClient
import ContainerEngine
import Domain
import Glibc
package import Logging

/// The engine of a node, kept answering.
struct Engine: Sendable {
    let client: LibpodClient
    /// Nil when somebody else runs the engine.
    let service: EngineService?

    /// Runs `body`; when the engine does not answer, starts it and runs `body` once more.
    func answering<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as EngineError
            where error.category == .unreachable
        {
            guard let service else { throw error }
            _ = try await service.ensureRunning()
            return try await body()
        }
    }

    var isAnswering: Bool {
        get async throws {
            do {
                try await client.ping()
                return true
            } catch let error as EngineError where error.category == .unreachable {
                return false
            }
        }
    }
}

extension LibpodRuntime {
    /// Why this machine cannot run containers.
    package enum Unfit: Error, Hashable, Sendable, CustomStringConvertible {
        case noRuntimeWorks(reasons: [String])
        /// The store, whose other folder is `run`, has no image by which runtimes could be tried.
        case selfTestImageMissing(name: String, store: String, run: String)
        /// The engine that answers keeps its images and containers elsewhere than this node is to.
        case otherStore(found: String, wanted: String)

        package var description: String {
            switch self {
            case .noRuntimeWorks(let reasons):
                "no OCI runtime works here: \(reasons.joined(separator: "; "))"
            case .selfTestImageMissing(let name, let store, _):
                "\(store) has no image \(name) to try OCI runtimes with"
            case .otherStore(let found, let wanted):
                "the container engine that runs keeps its store in \(found), not in \(wanted)"
            }
        }
    }

    /// Makes the machine ready: uses the engine that answers, or else tries the OCI runtimes with
    /// the whole profile and starts an engine with the first that works; writes the seccomp profile.
    ///
    /// - Parameters:
    ///   - engineHTTP: made with `LibpodClient.configuration`; the caller shuts both down.
    ///   - marketHTTP: knows the market's certificate authority.
    /// - Throws: `Unfit`, `EngineError`, `EngineService.Failure`, `FileFailure`.
    package static func open(
        _ configuration: NodeConfiguration, engineHTTP: HTTPClient, marketHTTP: HTTPClient,
        clock: any Clock<Duration>, logger: Logger
    ) async throws -> LibpodRuntime {
        try StateFile.makeFolder(configuration.statePath, mode: 0o711)
        let seccomp = configuration.statePath + "/seccomp.json"
        try SeccompProfile(baseFile: "/usr/share/containers/seccomp.json").write(to: seccomp)
        let ranges = try IDRanges(directory: configuration.runPath + "/ids")
        let tree = CgroupTree(root: "/sys/fs/cgroup")
        let opening = EngineOpening(
            configuration: configuration, http: engineHTTP, ranges: ranges, tree: tree,
            seccompPath: seccomp, clock: clock, logger: logger)
        let engine = try await opening.engine()
        let record = try await engine.answering { try await engine.client.info() }
        let selfTestImage = try await engine.answering {
            try await SelfTestImage(configuration).id(in: engine.client)
        }
        var installed = SecurityFloor.installed(record)
        if !configuration.terms.allDevices.isEmpty, let toolkit = SecurityFloor.toolkit() {
            installed.append(toolkit)
        }
        let findings = SecurityFloor.findings(installed)
        for finding in findings {
            logger.warning(
                "below a security floor: tier NEW until it is updated",
                metadata: [
                    "advisory": "\(finding.advisory)", "component": "\(finding.component.rawValue)",
                    "version": "\(finding.version)", "fixed": "\(finding.fixedIn)",
                ])
        }
        let owner = configuration.egress.owner
        let policy = EgressPolicy(owner, hostAddresses: EgressMachine.addresses())
        var obstacle: NetworkObstacle?
        if configuration.terms.network == .egress {
            obstacle = EgressMachine.obstacle(owner, policy).map(NetworkObstacle.init)
        }
        if let obstacle {
            logger.warning(
                "no network is offered",
                metadata: ["code": "\(obstacle.code)", "detail": "\(obstacle.detail)"])
        }
        return try LibpodRuntime(
            Parts(
                configuration: configuration, engine: engine, selfTestImage: selfTestImage,
                findings: findings,
                policy: policy, networkObstacle: obstacle,
                market: MarketBytes(
                    http: marketHTTP, base: configuration.marketURL, clock: clock),
                ranges: ranges, tree: tree, seccompPath: seccomp, clock: clock, logger: logger))
    }
}
