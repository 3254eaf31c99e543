import Domain
import Synchronization
import Testing

@testable import NodeAgent

@Suite struct BeaconWatchTests {
    /// Sleeps are over at once, and counted.
    private final class QuickClock: Clock, Sendable {
        struct Instant: InstantProtocol {
            var offset: Duration
            func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
            func duration(to other: Instant) -> Duration { other.offset - offset }
            static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
        }

        private let time = Mutex(Duration.zero)
        var now: Instant { Instant(offset: time.withLock { $0 }) }
        var minimumResolution: Duration { .zero }

        func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            time.withLock { $0 = deadline.offset }
        }
    }

    private struct Enough: Error {}

    @Test func `beacons are measured every ten minutes, and soon again where none answers`()
        async throws
    {
        let trips = RoundTrips([.init(beacon: .market, microseconds: 5)])!
        let clock = QuickClock()
        let times = Mutex<[Duration]>([])
        let watch = BeaconWatch {
            let count = times.withLock { times in
                times.append(clock.now.offset)
                return times.count
            }
            guard count < 6 else { throw Enough() }
            return count == 3 ? nil : trips
        }
        let told = Mutex(0)
        await #expect(throws: Enough.self) {
            try await watch.run(clock: clock) { measured in
                #expect(measured == trips)
                told.withLock { $0 += 1 }
            }
        }
        #expect(
            times.withLock { $0 } == [0, 600, 1_200, 1_230, 1_830, 2_430].map { .seconds($0) })
        #expect(told.withLock { $0 } == 4)
    }
}
