import ContainerEngine
import Domain
import Hosting
import Logging
import Synchronization

// How a lease is confined, and whether it really is.
extension LibpodRuntime {
    private static let mostAuditFailures = 3

    /// The profile of a lease, the same each time it is asked for: it is what is asked of the engine
    /// and what the kernel is compared with, also by a later run of the program.
    func profile(of dispatch: Dispatch) throws -> IsolationProfile {
        let lease = dispatch.lease
        let memory = dispatch.slice.memoryBytes
        let cache = inputs
        let inputs = dispatch.workload.inputs.map { Bind.input(cache.path(of: $0), at: $0.path) }
        let outputs = dispatch.workload.outputs.enumerated().map { index, path in
            Bind.output(folders.output(lease, index), at: path)
        }
        var profile = IsolationProfile(
            idRange: try parts.ranges.acquire(for: owner(lease)),
            seccompProfilePath: parts.seccompPath, cgroupParent: try cgroup(of: lease).path,
            limits: ResourceLimits(
                memoryBytes: memory, cpuMillis: dispatch.slice.milliCPU,
                temporaryBytes: max(memory / 2, 1 << 20)),
            binds: inputs + outputs)
        profile.deviceMounts = try deviceMounts(of: lease)
        addNetwork(of: dispatch, to: &profile)
        return profile
    }

    /// Lets no program start in a container that is not confined.
    /// - Throws: `StartFailure` with `isolation`; the container is gone then.
    func audit(
        _ id: ContainerID, _ dispatch: Dispatch, at moment: IsolationAudit.Moment
    ) async throws {
        guard let process = try await client.inspect(id).processID else { return }
        let found = try await deviations(of: id, process, dispatch, at: moment)
        guard let found, !found.isEmpty else { return }
        report(found, dispatch.lease)
        kill(dispatch.lease)
        try await client.remove(id, .any)
        let codes = Set(found.map(\.code.rawValue)).sorted().joined(separator: ", ")
        throw StartFailure(.isolation, codes)
    }

    /// In a runtime that sets the filter behind the gate it takes a moment, longer where the job has
    /// little of a processor: so long the lack of it alone says nothing.
    func auditFilter(_ id: ContainerID, _ dispatch: Dispatch) async throws {
        for _ in 0..<20 {
            guard let process = try await client.inspect(id).processID,
                let found = try await deviations(of: id, process, dispatch, at: .confined),
                !found.isEmpty, found.allSatisfy({ $0.code == .seccomp })
            else { break }
            try await parts.clock.sleep(for: .milliseconds(100))
        }
        try await audit(id, dispatch, at: .confined)
    }

    /// Ends a lease whose container is not confined any more, or cannot be told to be.
    func watchIsolation(
        _ dispatch: Dispatch, _ report: @escaping @Sendable (HostEvent) async throws -> Void
    ) async {
        var failures = 0
        do {
            while failures < Self.mostAuditFailures {
                try await parts.clock.sleep(for: parts.configuration.auditEvery)
                await keepNetwork(of: dispatch, loading: .onMachine)
                do {
                    guard let found = try await deviations(of: dispatch), !found.isEmpty else {
                        failures = 0
                        continue
                    }
                    self.report(found, dispatch.lease)
                    return try await report(.condemned(dispatch.lease, .killed))
                } catch is CancellationError {
                    return
                } catch {
                    failures += 1
                    warn("cannot audit a container", dispatch.lease, error)
                }
            }
            try await report(.condemned(dispatch.lease, .killed))
        } catch is CancellationError {
            return
        } catch {
            warn("cannot go on with audits", dispatch.lease, error)
        }
    }

    /// Of the container as it runs now; nil when it does not.
    private func deviations(of dispatch: Dispatch) async throws -> [IsolationDeviation]? {
        guard let live = state.withLock({ $0.live[dispatch.lease] }), live.exit == nil,
            let watched = live.watched, watched.isAlive
        else { return nil }
        return try await deviations(of: live.container, watched.process, dispatch, at: .running)
    }

    private func deviations(
        of id: ContainerID, _ process: Int32, _ dispatch: Dispatch, at moment: IsolationAudit.Moment
    ) async throws -> [IsolationDeviation]? {
        let profile = try profile(of: dispatch)
        let audit = IsolationAudit(tree: parts.tree)
        return try await Blocking.run {
            try audit.deviations(of: id, firstProcess: process, from: profile, at: moment)
        }
    }

    /// At most a handful of lines, whatever the number of processes.
    private func report(_ found: [IsolationDeviation], _ lease: LeaseID) {
        for deviation in found.prefix(8) {
            parts.logger.error(
                "container is not confined as asked for",
                metadata: [
                    "lease.id": "\(lease)", "code": "\(deviation.code.rawValue)",
                    "detail": "\(deviation.detail)",
                ])
        }
    }
}
