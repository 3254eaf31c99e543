import Domain
import Hosting

// The simulated container runtime: containers run by the node's clock, are frozen by the agent or
// by their watcher at the fence, and go on when the agent dies.
extension World {
    /// Creates the container, or finds it.
    func startContainer(_ place: Int, _ dispatch: Dispatch, boot: Int, run: Int) {
        guard nodes[place].boot == boot, nodes[place].isPowered,
            !nodes[place].removed.contains(dispatch.lease)
        else { return }
        let clock = nodes[place].clock
        if nodes[place].containers[dispatch.lease] == nil {
            let work = draw(workOf: dispatch)
            let start = clock.reading(at: now)
            nodes[place].containers[dispatch.lease] = Container(
                lease: dispatch.lease, task: dispatch.task, devices: dispatch.devices,
                startedAt: start,
                outcome: work.outcome, workLeft: work.nanoseconds,
                watcher: Meter(startedAt: start),
                watchedFence: nodes[place].fences[dispatch.lease] ?? BootTime(nanoseconds: 0))
            auditor.containerStarted(dispatch.lease, on: nodes[place].id, in: store.tables)
            for device in dispatch.devices { auditor.used(device, by: dispatch.lease) }
            // The watcher starts with the container and freezes at once what is not renewed.
            let away = nodes[place].devicesAway
            change(dispatch.lease, on: place) { container in
                container.isDeviceAway = container.devices.contains { away[$0] != nil }
            }
            watchFence(of: dispatch.lease, on: place)
        }
        guard let container = nodes[place].containers[dispatch.lease] else { return }
        guard nodes[place].run == run else { return }
        tell(place, .started(dispatch.lease, at: container.startedAt))
    }

    private func draw(workOf dispatch: Dispatch) -> (nanoseconds: Int64, outcome: EndReason) {
        let isEndless = random.runtime.happens(percent: 8)
        let seconds = isEndless ? 1_000_000 : random.runtime.within(1...90)
        let fraction = random.runtime.within(0...999_999_999)
        let outcome: EndReason =
            switch random.runtime.within(0...99) {
            case 0..<70: .exited(code: 0)
            case 70..<90: .exited(code: 1)
            case 90..<95: .outOfMemory
            default: .exited(code: 255)
            }
        return (seconds * 1_000_000_000 + fraction, outcome)
    }

    /// Changes a container and books the stretch of running that ends or begins with it.
    func change(_ lease: LeaseID, on place: Int, _ change: (inout Container) -> Void) {
        guard var container = nodes[place].containers[lease] else { return }
        let clock = nodes[place].clock
        change(&container)
        if let since = container.runningSince, !container.mayRun {
            let ran = now.nanoseconds - since.nanoseconds
            container.ran += ran
            container.workLeft -= ran
            container.ranByClock += clock.reading(at: now).nanosecondsSince(
                clock.reading(at: since))
            container.runningSince = nil
            container.stretch += 1
            auditor.stoppedRunning(container.task, lease)
        } else if container.runningSince == nil, container.mayRun {
            container.runningSince = now
            container.stretch += 1
            auditor.startedRunning(container.task, lease)
            schedule(
                .workEnds(
                    node: place, boot: nodes[place].boot, lease, stretch: container.stretch),
                at: now.after(nanoseconds: max(container.workLeft, 0)))
        }
        nodes[place].containers[lease] = container
        auditor.ran[lease] = container.ranByClock
    }

    /// Unfrozen time of a lease's container up to now, by its node's clock.
    func ranByClock(_ lease: LeaseID, on place: Int) -> Int64 {
        guard let container = nodes[place].containers[lease], let since = container.runningSince
        else { return auditor.ran[lease] ?? 0 }
        let clock = nodes[place].clock
        return container.ranByClock
            + clock.reading(at: now).nanosecondsSince(clock.reading(at: since))
    }

    func end(_ lease: LeaseID, on place: Int, _ reason: EndReason) {
        let time = nodes[place].clock.reading(at: now)
        change(lease, on: place) { container in
            if container.ending == .pending { container.ending = .exited(reason, at: time) }
        }
    }

    func workEnded(_ place: Int, boot: Int, _ lease: LeaseID, stretch: Int) {
        guard nodes[place].boot == boot, let container = nodes[place].containers[lease],
            container.stretch == stretch, container.mayRun
        else { return }
        end(lease, on: place, container.outcome)
    }

    func removeContainer(_ place: Int, _ lease: LeaseID) {
        end(lease, on: place, .killed)
        nodes[place].containers[lease] = nil
        nodes[place].removed.insert(lease)
        nodes[place].fences[lease] = nil
        nodes[place].signed[lease] = nil
    }

    // MARK: Fence

    func moveFence(_ place: Int, _ lease: LeaseID, to fence: BootTime) {
        nodes[place].fences[lease] = fence
        if nodes[place].containers[lease] != nil { watchFence(of: lease, on: place) }
    }

    /// Wakes the lease's watcher when its fence ends, a little late as a polling watcher would.
    private func watchFence(of lease: LeaseID, on place: Int) {
        let fence = nodes[place].fences[lease] ?? BootTime(nanoseconds: 0)
        if fence <= nodes[place].clock.reading(at: now) { return fenceEnded(place, lease) }
        let late = random.runtime.within(0...100)
        schedule(
            .fenceEnds(node: place, boot: nodes[place].boot, lease),
            at: max(now, nodes[place].clock.moment(of: fence)).after(milliseconds: late))
    }

    func fenceEnded(_ place: Int, _ lease: LeaseID) {
        guard options.planted != .fenceIgnoredByNode,
            let container = nodes[place].containers[lease], !container.isFrozen,
            container.ending == .pending
        else { return }
        let fence = nodes[place].fences[lease] ?? BootTime(nanoseconds: 0)
        let time = nodes[place].clock.reading(at: now)
        guard fence <= time else { return }
        if nodes[place].host == nil || nodes[place].pausedUntil > now {
            report.reached.count(.frozenWhileAgentDead)
        }
        change(lease, on: place) { container in
            if container.mayRun {
                container.watcher.seeRunning(
                    at: time, fence: min(fence, container.watchedFence))
            }
            container.watcher.seeFrozen(at: time)
            container.watchedFence = fence
            container.isFrozen = true
        }
    }

    // MARK: Samples

    /// Each lease's watcher looks at its container.
    func watch(_ place: Int) {
        guard nodes[place].isPowered else { return }
        let time = nodes[place].clock.reading(at: now)
        for var container in nodes[place].containers.all where container.ending == .pending {
            let fence = nodes[place].fences[container.lease] ?? BootTime(nanoseconds: 0)
            let isBlind = options.planted == .thawUnseenByWatcher
            if container.mayRun {
                container.watcher.seeRunning(
                    at: time, fence: isBlind ? fence : min(fence, container.watchedFence))
            } else {
                container.watcher.seeFrozen(at: time)
            }
            container.watchedFence = fence
            nodes[place].containers[container.lease] = container
        }
    }

    func observations(_ place: Int) -> [Observation] {
        nodes[place].containers.all.map { container in
            let state: Observation.State =
                switch container.ending {
                case .exited(let reason, let time): .exited(reason, at: time)
                case .pending where container.isFrozen: .frozenByUs
                case .pending where container.isPaused: .frozenByOther
                case .pending: .running
                }
            return Observation(
                lease: container.lease, state: state,
                watched: container.watcher,
                usage: Usage(
                    cpuMilliseconds: container.ran / 1_000_000, peakMemoryBytes: 64 << 20))
        }
    }
}
