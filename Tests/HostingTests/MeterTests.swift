import Domain
import Hosting
import Testing

@Suite struct MeterTests {
    private let never = BootTime(nanoseconds: .max)
    private func at(_ milliseconds: Int64) -> BootTime {
        BootTime(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func `time between two running samples counts, rounded down to seconds`() {
        var meter = Meter(startedAt: at(0))
        for sample in 1...15 { meter.seeRunning(at: at(Int64(sample) * 250), fence: never) }
        #expect(meter.countedNanoseconds == 3_750_000_000)
        #expect(meter.seconds == 3)
    }

    @Test func `a frozen sample counts from the running sample before it`() {
        var meter = Meter(startedAt: at(0))
        meter.seeRunning(at: at(1_000), fence: never)
        meter.seeFrozen(at: at(1_250))
        meter.seeRunning(at: at(1_500), fence: never)
        #expect(meter.countedNanoseconds == 1_000_000_000)
        meter.seeRunning(at: at(2_000), fence: never)
        #expect(meter.countedNanoseconds == 1_500_000_000)
    }

    @Test func `nothing after the fence counts, and all before it does`() {
        var meter = Meter(startedAt: at(0))
        meter.seeRunning(at: at(1_000), fence: at(1_100))
        meter.seeRunning(at: at(1_250), fence: at(1_100))
        #expect(meter.countedNanoseconds == 1_100_000_000)
        meter.seeRunning(at: at(1_500), fence: at(1_100))
        #expect(meter.countedNanoseconds == 1_100_000_000)
    }

    @Test func `a span that nobody watched does not count`() {
        var meter = Meter(startedAt: at(0))
        meter.seeRunning(at: at(2_001), fence: never)
        #expect(meter.countedNanoseconds == 0)
        meter.seeRunning(at: at(3_001), fence: never)
        #expect(meter.countedNanoseconds == 1_000_000_000)
    }

    @Test(arguments: [(900, 1_000), (1_100, 1_100), (9_000, 1_250)])
    func `the end is believed between the last sample and now only`(
        finish: Int64, counted: Int64
    ) {
        var meter = Meter(startedAt: at(0))
        meter.seeRunning(at: at(1_000), fence: never)
        meter.end(at: at(finish), now: at(1_250), fence: never)
        #expect(meter.countedNanoseconds == counted * 1_000_000)
    }

    @Test func `a sample from the past changes nothing`() {
        var meter = Meter(startedAt: at(1_000))
        meter.seeRunning(at: at(500), fence: never)
        meter.seeFrozen(at: at(700))
        #expect(meter == Meter(startedAt: at(1_000)))
    }

    @Test func `merging takes the larger count and the later sample, never both`() {
        var own = Meter(
            countedNanoseconds: 5_000_000_000, lastSeen: at(5_000), sight: .running)
        own.merge(Meter(countedNanoseconds: 8_000_000_000, lastSeen: at(9_000), sight: .frozen))
        #expect(own.countedNanoseconds == 8_000_000_000)
        #expect(own.lastSeen == at(9_000))
        #expect(own.sight == .frozen)
        own.merge(Meter(countedNanoseconds: 1_000_000_000, lastSeen: at(1_000), sight: .running))
        #expect(own.countedNanoseconds == 8_000_000_000)
        #expect(own.sight == .frozen)
    }

    /// Freezes last at least as long as samples lie apart: a shorter one can go unseen.
    @Test func `for any schedule the billed time is never above the true one and close below`() {
        let seed = UInt64.random(in: 0..<UInt64.max)
        print("seed \(seed)")
        var generator = Seeded(state: seed)
        for _ in 0..<500 {
            let schedule = FreezeSchedule(using: &generator)
            var meter = Meter(startedAt: at(0))
            var time: Int64 = 0
            var freezes: Int64 = 0
            while true {
                time += Int64.random(in: 1...250, using: &generator)
                guard time <= schedule.length else { break }
                let isFrozen = schedule.isFrozen(at: time)
                if isFrozen, meter.sight == .running { freezes += 1 }
                if isFrozen {
                    meter.seeFrozen(at: at(time))
                } else {
                    meter.seeRunning(at: at(time), fence: never)
                }
                let truth = schedule.unfrozen(by: time)
                #expect(meter.countedNanoseconds <= truth * 1_000_000, "seed \(seed)")
                #expect(
                    meter.countedNanoseconds >= (truth - 500 * (freezes + 1)) * 1_000_000,
                    "seed \(seed)")
            }
            let last = meter.lastSeen.nanoseconds / 1_000_000
            if freezes == 0 {
                #expect(
                    schedule.unfrozen(by: last) - meter.seconds * 1_000 <= 1_000, "seed \(seed)")
            }
        }
    }
}

/// Alternating spans of running and frozen time, in milliseconds.
struct FreezeSchedule {
    private var ends: [Int64] = []

    init(using generator: inout Seeded) {
        var time: Int64 = 0
        for span in 0..<Int.random(in: 1...12, using: &generator) {
            let least: Int64 = span.isMultiple(of: 2) ? 1 : 251
            time += Int64.random(in: least...6_000, using: &generator)
            ends.append(time)
        }
    }

    var length: Int64 { ends.last ?? 0 }

    func isFrozen(at time: Int64) -> Bool {
        guard let span = ends.firstIndex(where: { time < $0 }) else { return false }
        return !span.isMultiple(of: 2)
    }

    func unfrozen(by time: Int64) -> Int64 {
        var start: Int64 = 0
        var sum: Int64 = 0
        for (span, end) in ends.enumerated() {
            if span.isMultiple(of: 2) { sum += max(0, min(end, time) - start) }
            start = end
        }
        return sum
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
