package import Domain
package import Hosting
import Synchronization

/// Containers that run in the clock only: `sleep N` and `exit C` in the command say how many
/// seconds and with which code. For `orban node run --simulate`; nothing is fetched or uploaded.
package final class SimulatedRuntime: ContainerRuntime {
    private struct Container {
        let startedAt: BootTime
        let length: Int64
        let code: Int
        var frozenSince: BootTime?
        var frozenTotal: Int64 = 0
        var killedAt: BootTime?

        /// Frozen by its own watcher, so to speak, when the fence passes.
        mutating func settle(fence: BootTime?, at now: BootTime) {
            guard let fence, frozenSince == nil, killedAt == nil, now >= fence,
                run(by: now) < length
            else { return }
            frozenSince = fence
        }

        /// Unfrozen nanoseconds by `now`, at most its length.
        func run(by now: BootTime) -> Int64 {
            let end = min(frozenSince ?? now, killedAt ?? now, now)
            return min(length, max(0, end.nanosecondsSince(startedAt) - frozenTotal))
        }

        func state(at now: BootTime) -> Observation.State {
            if let killedAt { return .exited(.exited(code: 137), at: killedAt) }
            if run(by: now) >= length {
                return .exited(
                    .exited(code: code),
                    at: startedAt.advanced(nanoseconds: length + frozenTotal))
            }
            return frozenSince == nil ? .running : .frozenByUs
        }
    }

    private struct State {
        var containers: [LeaseID: Container] = [:]
        var fences: [LeaseID: BootTime] = [:]
    }

    private let now: @Sendable () -> BootTime
    private let state = Mutex(State())

    package init(now: @escaping @Sendable () -> BootTime) { self.now = now }

    package func adopt(_ dispatches: [Dispatch]) async throws -> Adopted {
        Adopted(fences: [:])
    }

    package func run(
        _ report: @escaping @Sendable (HostEvent) async throws -> Void
    ) async throws {
        let (forever, ending) = AsyncStream<Never>.makeStream()
        for await _ in forever {}
        withExtendedLifetime(ending) {}
    }

    package func prepare(_ dispatch: Dispatch) async throws {}

    package func start(_ dispatch: Dispatch) async throws -> BootTime {
        state.withLock { state in
            if let known = state.containers[dispatch.lease] { return known.startedAt }
            let script = SimulatedScript(dispatch.workload.command)
            let container = Container(
                startedAt: now(), length: script.nanoseconds, code: script.code)
            state.containers[dispatch.lease] = container
            return container.startedAt
        }
    }

    package func save(_ dispatch: Dispatch) async throws -> SaveResult { .complete }

    package func remove(_ lease: LeaseID) async throws {
        state.withLock { state in
            state.containers[lease] = nil
            state.fences[lease] = nil
        }
    }

    package func unattachable(_ devices: [DeviceID]) -> [DeviceID: String] { [:] }

    package func sample(at now: BootTime) -> [Observation] {
        state.withLock { state in
            state.containers.keys.sorted().compactMap { lease in
                state.containers[lease]?.settle(fence: state.fences[lease], at: now)
                return state.containers[lease].map { Self.observation(of: $0, lease, at: now) }
            }
        }
    }

    private static func observation(
        of container: Container, _ lease: LeaseID, at now: BootTime
    ) -> Observation {
        let standing = container.state(at: now)
        let run = container.run(by: now)
        return Observation(
            lease: lease, state: standing,
            watched: Meter(
                countedNanoseconds: run, lastSeen: now,
                sight: standing == .running ? .running : .frozen),
            usage: Usage(cpuMilliseconds: run / 1_000_000, peakMemoryBytes: 0))
    }

    /// One CPU as long as it runs, and no memory.
    package func loads() -> [LeaseID: Load] {
        let now = now()
        return state.withLock { state in
            state.containers.mapValues {
                Load(at: now, cpuNanoseconds: $0.run(by: now), memoryBytes: 0)
            }
        }
    }

    package func moveFence(of lease: LeaseID, to fence: BootTime) {
        let now = now()
        state.withLock { state in
            state.containers[lease]?.settle(fence: state.fences[lease], at: now)
            state.fences[lease] = fence
        }
    }

    package func freeze(_ lease: LeaseID) {
        change(lease) { container, now in container.frozenSince = container.frozenSince ?? now }
    }

    package func thaw(_ lease: LeaseID) {
        change(lease) { container, now in
            guard let since = container.frozenSince else { return }
            container.frozenTotal += now.nanosecondsSince(since)
            container.frozenSince = nil
        }
    }

    /// What runs in the clock only has no ears.
    package func notify(_ lease: LeaseID) {}

    package func kill(_ lease: LeaseID) {
        change(lease) { container, now in container.killedAt = container.killedAt ?? now }
    }

    private func change(_ lease: LeaseID, _ body: (inout Container, BootTime) -> Void) {
        let now = now()
        state.withLock { state in
            state.containers[lease]?.settle(fence: state.fences[lease], at: now)
            guard var container = state.containers[lease],
                container.run(by: now) < container.length
            else { return }
            body(&container, now)
            state.containers[lease] = container
        }
    }
}

/// `sleep 2.5; exit 3` as a length and a code; without them no time and code 0.
struct SimulatedScript {
    let nanoseconds: Int64
    let code: Int

    init(_ command: [String]) {
        let words = command.joined(separator: " ")
            .split { !($0.isLetter || $0.isNumber || $0 == ".") }
        var seconds = 0.0
        var code = 0
        for (word, next) in zip(words, words.dropFirst()) {
            if word == "sleep", let value = Double(next), value > 0 { seconds += value }
            if word == "exit", let value = Int(next) { code = value }
        }
        nanoseconds = Int64(min(seconds, 31_622_400) * 1_000_000_000)
        self.code = min(max(code, 0), 255)
    }
}
