import ContainerEngine
package import Domain
import Foundation
import Glibc
import Hosting
import Logging
import Synchronization

extension LibpodRuntime {
    package func start(_ dispatch: Dispatch) async throws -> BootTime {
        state.withLock { $0.dispatches[dispatch.lease] = dispatch }
        do {
            return try await parts.engine.answering { try await self.startNow(dispatch) }
        } catch let error as EngineError {
            throw StartFailure(Self.code(of: error, dispatch), "\(error): \(error.detail)")
        }
    }

    private static func code(of error: EngineError, _ dispatch: Dispatch) -> StartFailure.Code {
        if error.isDiskFull { return .diskFull }
        if error.category == .unreachable { return .node }
        // No other hooks run around a container than those of its devices.
        return !dispatch.devices.isEmpty && error.isOfHook ? .device : .container
    }

    /// Goes on from wherever an earlier call was broken off.
    private func startNow(_ dispatch: Dispatch) async throws -> BootTime {
        let lease = dispatch.lease
        let earliest = BootTime(nanoseconds: BootClock.now())
        let found = try await client.list(labels: labels(of: lease)).first
        let isNew = found.map { $0.status == .created } ?? true
        let id: ContainerID
        if let found { id = found.id } else { id = try await create(dispatch) }
        var gate: StartGate?
        if isNew {
            try await client.initialize(id)
            gate = StartGate(of: id)
            try await connect(id, dispatch)
            try await audit(id, dispatch, at: gate?.moment ?? .confined)
            try await checkDevices(id, dispatch)
            try await client.start(id)
        }
        let start: BootTime
        do {
            if gate?.moment == .beforeFilter { try await auditFilter(id, dispatch) }
            let record = try await client.inspect(id)
            start = Self.start(
                of: record, passedAt: gate?.passedAt, notBefore: isNew ? earliest : nil)
            try take(record, lease, startedAt: start)
        } catch {
            // It runs, and nobody would look after it.
            kill(lease)
            throw error
        }
        follow(dispatch)
        return start
    }

    private func create(_ dispatch: Dispatch) async throws -> ContainerID {
        let image = try await image(of: dispatch)
        try await fetchInputs(of: dispatch)
        let lease = dispatch.lease
        try cgroup(of: lease).create(memoryLimitBytes: dispatch.slice.memoryBytes)
        let devices = try attachedDevices(of: dispatch)
        try noteDevices(devices, of: lease)
        try noteNetwork(of: dispatch)
        let profile = try profile(of: dispatch)
        try makeOutputs(of: dispatch, owner: profile.hostUser)
        var spec = ContainerSpec(
            name: "orban-\(lease)", image: image, command: dispatch.workload.command,
            log: .init(path: folders.log(lease), maximumBytes: 64 << 20), isolation: profile)
        spec.environment = Self.environment(of: dispatch)
        spec.devices = devices.map(\.name)
        spec.labels = labels(of: lease).merging(
            [Self.attemptLabel: "\(dispatch.attempt)"]) { _, new in new }
        return try await client.create(spec)
    }

    private func makeOutputs(of dispatch: Dispatch, owner: UInt32) throws {
        for index in dispatch.workload.outputs.indices {
            let folder = folders.output(dispatch.lease, index)
            try StateFile.makeFolder(folder)
            guard chown(folder, owner, owner) == 0 else { throw FileFailure("own", folder) }
        }
    }

    /// The names of ours win over the job's.
    static func environment(of dispatch: Dispatch) -> [String: String] {
        var environment: [String: String] = ["HOME": "/tmp"]
        for variable in dispatch.workload.environment {
            environment[variable.name] = variable.value
        }
        environment["ORBAN_JOB_ID"] = dispatch.task.job.text
        environment["ORBAN_TASK_ID"] = dispatch.task.description
        environment["ORBAN_ATTEMPT"] = "\(dispatch.attempt)"
        environment["ORBAN_TASK_INDEX"] = "\(dispatch.task.index)"
        environment["ORBAN_ARRAY_INDEX"] = "\(dispatch.task.index)"
        environment["ORBAN_TASK_COUNT"] = "\(dispatch.taskCount)"
        if !dispatch.devices.isEmpty {
            environment["ORBAN_DEVICES"] = dispatch.devices.map(\.text).joined(separator: ",")
        }
        return environment
    }

    /// Since when the job runs: the moment at which it passed its gate, or else the engine's word,
    /// which is later; never before the kernel made its first process, or before it was asked to
    /// start. A second that the job's own clock calls whole is then whole on its bill.
    static func start(
        of record: ContainerRecord, passedAt: Int64?, notBefore: BootTime?
    ) -> BootTime {
        let now = BootTime(nanoseconds: BootClock.now())
        let engine = record.startedAtNanoseconds.map(bootTime(ofWallClock:)) ?? now
        let passed = passedAt.map(bootTime(ofWallClock:)) ?? engine
        let kernel = record.processID.flatMap { try? BootClock.startTime(ofProcess: $0) }
        let earliest = max(
            notBefore ?? BootTime(nanoseconds: 0), BootTime(nanoseconds: kernel ?? 0))
        return min(max(min(passed, engine), earliest), now)
    }

    static func bootTime(ofWallClock nanoseconds: Int64) -> BootTime {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let age = Int64(wall.tv_sec) * 1_000_000_000 + Int64(wall.tv_nsec) - nanoseconds
        return BootTime(nanoseconds: BootClock.now()).advanced(nanoseconds: -age)
    }

    /// Notes a container that was started or found, and gives it a watcher.
    func take(_ record: ContainerRecord, _ lease: LeaseID, startedAt: BootTime) throws {
        let group = try cgroup(of: lease)
        var live = Live(container: record.id, cgroup: group, startedAt: startedAt)
        if let process = record.processID {
            let processStart = try? BootClock.startTime(ofProcess: process)
            live.watched = WatchedContainer(
                cgroup: group, container: record.id, process: process,
                processStart: processStart ?? 0)
        }
        let taken = live
        state.withLock { $0.live[lease] = taken }
        if let watched = taken.watched, watched.isAlive {
            watch(watched, lease, startedAt: startedAt)
        }
    }

    /// Starts a watcher; one that finds another at work ends at once.
    func watch(_ container: WatchedContainer, _ lease: LeaseID, startedAt: BootTime) {
        let words = NodeWatch.Arguments.words(
            container, startedAt: startedAt, folder: watchFolder, lease: lease)
        do {
            guard let pid = try WatcherProcess.spawn(parts.configuration.watcher, words) else {
                return
            }
            state.withLock { $0.watchers[pid] = lease }
        } catch {
            warn("cannot start a watcher", lease, error)
        }
    }

    /// Begins to send its log, and to look after its isolation and its disk.
    func follow(_ dispatch: Dispatch) {
        let shipper = shipper(of: dispatch)
        let watch = Abort()
        let isNew = state.withLock { state in
            guard state.shippers[dispatch.lease] == nil else { return false }
            state.shippers[dispatch.lease] = shipper
            state.watches[dispatch.lease] = watch
            return true
        }
        guard isNew else { return }
        jobQueue.yield(.ship(shipper))
        jobQueue.yield(.watchIsolation(dispatch, watch))
        if !dispatch.workload.outputs.isEmpty { jobQueue.yield(.watchDisk(dispatch, watch)) }
    }

    private func shipper(of dispatch: Dispatch) -> LogShipper {
        LogShipper(
            lease: dispatch.lease, token: dispatch.token, logPath: folders.log(dispatch.lease),
            market: parts.market, clock: parts.clock)
    }
}
