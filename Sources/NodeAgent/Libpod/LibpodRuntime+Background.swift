import ContainerEngine
package import Domain
import Foundation
package import Hosting
import Logging
import Synchronization

extension LibpodRuntime {
    private static let lookAtDiskEvery = Duration.seconds(2)

    package func run(
        _ report: @escaping @Sendable (HostEvent) async throws -> Void
    ) async throws {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask {
                    switch job {
                    case .settle(let lease): await self.settle(lease)
                    case .ship(let shipper): await shipper.run()
                    case .watchDisk(let dispatch, let abort):
                        await abort.guarding { await self.watchDisk(dispatch, report) }
                    case .watchIsolation(let dispatch, let abort):
                        await abort.guarding { await self.watchIsolation(dispatch, report) }
                    }
                }
            }
        }
    }

    // MARK: How it ended

    private func settle(_ lease: LeaseID) async {
        do {
            guard let live = state.withLock({ $0.live[lease] }) else { return }
            let record = try await ended(live.container)
            let usage = Self.usage(of: live.cgroup)
            let exit = record.map { self.judge($0, live, lease) }
            state.withLock { state in
                if let usage { state.live[lease]?.usage = usage }
                if exit == nil { state.live[lease] = nil }
                state.live[lease]?.exit = exit
                state.live[lease]?.isSettling = false
            }
        } catch {
            warn("cannot learn yet how a container ended", lease, error)
            state.withLock { $0.live[lease]?.isSettling = false }
        }
    }

    /// The record of a container whose first process is gone; nil when it was removed.
    private func ended(_ id: ContainerID) async throws -> ContainerRecord? {
        for _ in 0..<100 {
            do {
                let record = try await parts.engine.answering {
                    try await self.client.inspect(id)
                }
                if record.status == .exited { return record }
            } catch let error as EngineError where error.category == .notFound {
                return nil
            }
            try await parts.clock.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func judge(_ record: ContainerRecord, _ live: Live, _ lease: LeaseID) -> Exit {
        let code = Int(min(max(record.exitCode, 0), 255))
        var reason = EndReason.exited(code: code)
        if code == 137 {
            do {
                switch try live.cgroup.memoryVerdict() {
                case .withinLimit: break
                case .killed, .limitReached: reason = .outOfMemory
                }
            } catch {
                warn("cannot tell whether memory ran out", lease, error)
            }
        }
        // The end is dated by the change of a file: up to a tick too early.
        let finish = record.finishedAtNanoseconds.map {
            Self.bootTime(ofWallClock: $0 + WallTime.tickNanoseconds)
        }
        // A wall clock that was set back since says a time that is still to come.
        let now = BootTime(nanoseconds: BootClock.now())
        return Exit(reason: reason, at: min(finish ?? now, now))
    }

    // MARK: Disk

    /// Ends a lease whose outputs outgrow its disk.
    private func watchDisk(
        _ dispatch: Dispatch, _ report: @escaping @Sendable (HostEvent) async throws -> Void
    ) async {
        let paths = dispatch.workload.outputs.indices.map { folders.output(dispatch.lease, $0) }
        do {
            while true {
                try await parts.clock.sleep(for: Self.lookAtDiskEvery)
                let used = try await Blocking.run {
                    paths.reduce(0) { $0 + DiskUsage.bytes(below: $1) }
                }
                guard used > dispatch.slice.diskBytes else { continue }
                parts.logger.warning(
                    "outputs outgrew the disk",
                    metadata: ["lease.id": "\(dispatch.lease)", "bytes": "\(used)"])
                return try await report(.condemned(dispatch.lease, .killed))
            }
        } catch is CancellationError {
            return
        } catch {
            warn("cannot look after a disk", dispatch.lease, error)
        }
    }

    // MARK: Adoption

    package func adopt(_ dispatches: [Dispatch]) async throws -> Adopted {
        let held = Set(dispatches.map(\.lease))
        state.withLock { state in
            for dispatch in dispatches { state.dispatches[dispatch.lease] = dispatch }
        }
        let found = try await parts.engine.answering {
            try await self.client.list(labels: [Self.nodeLabel: self.node.text])
        }
        for container in found {
            guard let lease = container.labels[Self.leaseLabel].flatMap({ LeaseID($0) }) else {
                continue
            }
            try await adopt(container.id, lease)
        }
        for dispatch in dispatches where state.withLock({ $0.live[dispatch.lease] != nil }) {
            await keepNetwork(of: dispatch, loading: .all)
            follow(dispatch)
        }
        let strangers = Set(state.withLock { $0.live.keys.filter { !held.contains($0) } })
        try clean(keeping: held.union(strangers))
        return Adopted(fences: fences(of: dispatches))
    }

    private func adopt(_ id: ContainerID, _ lease: LeaseID) async throws {
        let record = try await client.inspect(id)
        try take(record, lease, startedAt: Self.start(of: record, passedAt: nil, notBefore: nil))
        parts.logger.info(
            "container adopted",
            metadata: ["lease.id": "\(lease)", "container": "\(id)", "state": "\(record.status)"])
    }

    private func fences(of dispatches: [Dispatch]) -> [LeaseID: BootTime] {
        Dictionary(
            dispatches.compactMap { dispatch in
                files(of: dispatch.lease).readFence().map { (dispatch.lease, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Removes what leases left that nobody knows any more.
    private func clean(keeping kept: Set<LeaseID>) throws {
        for lease in try folders.all() where !kept.contains(lease) { try folders.remove(lease) }
        for name in try FileManager.default.contentsOfDirectory(atPath: watchFolder).sorted() {
            guard let lease = LeaseID((name as NSString).deletingPathExtension),
                !kept.contains(lease)
            else { continue }
            files(of: lease).remove()
        }
        let prefix = "\(node)/"
        let owners = Set(kept.map { owner($0) })
        // Before their ranges, which say whose they are.
        removeLeftLinks(keeping: owners)
        try parts.ranges.reclaim { $0.owner.hasPrefix(prefix) && !owners.contains($0.owner) }
    }
}
