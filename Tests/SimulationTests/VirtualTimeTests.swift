import Domain
import Testing

@testable import Simulation

@Suite struct VirtualTimeTests {
    @Test func `events come by time, and at one time in the order of scheduling`() {
        var queue = EventQueue()
        var random = Randomness(seed: 11, stream: .setUp)
        for place in 0..<500 {
            let at = Moment.start.after(milliseconds: random.within(0...40))
            queue.schedule(.renterActs(place), at: at)
        }
        var last: EventQueue.Item?
        var count = 0
        while let item = queue.next() {
            if let last { #expect(last.isBefore(item) && !item.isBefore(last)) }
            last = item
            count += 1
        }
        #expect(count == 500)
        #expect(queue.isEmpty)
    }

    @Test(arguments: [Int64(0), 40, -2000, 10_000, -10_000])
    func `a boot clock reads a time at the moment it names for it`(drift: Int64) {
        let clock = BootClock(
            bootedAt: Moment(nanoseconds: 5_000_000_000), offset: 77, drift: drift)
        for seconds: Int64 in [6, 100, 86_400] {
            let moment = Moment(nanoseconds: seconds * 1_000_000_000)
            let reading = clock.reading(at: moment)
            let back = clock.moment(of: reading)
            // Never early, since a fence must have run out then, and late by two milliseconds.
            #expect(clock.reading(at: back) >= reading)
            #expect(back.nanoseconds - moment.nanoseconds <= 2_000_000)
        }
    }

    @Test func `a boot clock gains or loses what its drift says`() {
        let start = Moment.start
        let fast = BootClock(bootedAt: start, offset: 0, drift: 10_000)
        let hour = start.after(milliseconds: 3_600_000)
        #expect(fast.reading(at: hour).nanoseconds == 3_636_000_000_000)
    }
}

@Suite struct RandomnessTests {
    @Test func `the generator is SplitMix64`() {
        // The first outputs for state 0, as printed by the authors' reference program.
        var random = Randomness(state: 0)
        let drawn = (0..<3).map { _ in random.next() }
        #expect(
            drawn == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    }

    @Test func `streams of one seed differ, and the same stream repeats`() {
        var first = Randomness(seed: 3, stream: .network)
        var again = Randomness(seed: 3, stream: .network)
        var other = Randomness(seed: 3, stream: .runtime)
        let drawn = (0..<8).map { _ in first.next() }
        #expect(drawn == (0..<8).map { _ in again.next() })
        #expect(drawn != (0..<8).map { _ in other.next() })
    }

    @Test func `numbers stay in range and reach both ends`() {
        var random = Randomness(seed: 5, stream: .faults)
        let drawn = (0..<2000).map { _ in random.within(-3...4) }
        #expect(drawn.min() == -3)
        #expect(drawn.max() == 4)
        let never = random.happens(perMillion: 0)
        let always = random.happens(percent: 100)
        #expect(!never && always)
    }
}
