import Domain
import Matching
import Testing

@Suite struct DeadlineRuleTests {
    private static func moment(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds)
    }

    /// Must be done by then, and takes 100.
    private func deadline(_ finish: Int64) throws -> Deadline {
        try Deadline(startBy: nil, finishBy: Self.moment(finish), expectedMilliseconds: 100)
    }

    /// On the devices of that number.
    private func tenure(
        _ index: Int, _ devices: [Int], started: Int64, deadline: Deadline? = nil
    ) -> DeadlineRule.Tenure {
        DeadlineRule.Tenure(
            task: Sample.task(index), slice: Sample.size(),
            devices: devices.map { DeviceID("GPU-\($0)")! }, started: Self.moment(started),
            deadline: deadline)
    }

    /// Eight devices, of which those of these numbers are free.
    private func offer(free: [Int]) -> Offer {
        Sample.offer(
            devices: (1...8).map { Sample.device("GPU-\($0)") },
            freeDevices: free.map { DeviceID("GPU-\($0)")! })
    }

    private func tasks(
        _ devices: Int, _ offer: Offer, _ leases: [DeadlineRule.Tenure], at now: Int64 = 1_000
    ) -> [Int]? {
        let need = DeviceNeed(count: devices, models: [], vramBytes: 0)
        return DeadlineRule.room(
            for: Sample.needs(devices: need), on: offer, among: leases, at: Self.moment(now)
        )?.leases.map(\.task.index)
    }

    private func verdict(_ now: Int64, notice: Int64 = 0) throws -> DeadlineRule.Verdict {
        DeadlineRule.verdict(try deadline(600), at: Self.moment(now), notice: notice)
    }

    @Test func `an order waits up to the last moment, must start at it, and is hopeless after`()
        throws
    {
        #expect(try verdict(499) == .waits)
        #expect(try verdict(500) == .mustStart)
        #expect(try verdict(501) == .hopeless)
    }

    @Test func `it must start earlier by the notice that others are given`() throws {
        #expect(try verdict(469, notice: 30) == .waits)
        #expect(try verdict(470, notice: 30) == .mustStart)
        #expect(try verdict(500, notice: -30) == .mustStart)
        #expect(try verdict(501, notice: .max) == .hopeless)
    }

    @Test func `an order without a moment waits for ever`() throws {
        let estimate = try Deadline(startBy: nil, finishBy: nil, expectedMilliseconds: 100)
        let last = Self.moment(Timestamp.limit)
        #expect(DeadlineRule.verdict(nil, at: last, notice: 0) == .waits)
        #expect(DeadlineRule.verdict(estimate, at: last, notice: 0) == .waits)
    }

    @Test func `the lease that loses the least work makes way`() {
        let leases = [
            tenure(1, [1], started: 0), tenure(2, [2], started: 900), tenure(3, [3], started: 500),
        ]
        #expect(tasks(1, offer(free: []), leases) == [2])
        #expect(tasks(2, offer(free: []), leases) == [2, 3])
    }

    @Test func `a lease of several devices loses as much for each of them`() {
        let leases = [tenure(1, [1, 2, 3, 4], started: 900), tenure(2, [5], started: 700)]
        #expect(tasks(1, offer(free: []), leases) == [2])
    }

    @Test func `nobody makes way who could not be done again in time`() throws {
        let late = tenure(1, [1], started: 990, deadline: try deadline(1_100))
        let early = tenure(2, [2], started: 0, deadline: try deadline(1_101))
        #expect(tasks(1, offer(free: []), [late, early]) == [2])
        #expect(tasks(1, offer(free: []), [late]) == nil)
    }

    @Test func `nobody makes way where there is room, or where it would not help`() {
        let leases = [tenure(1, [1], started: 0), tenure(2, [2], started: 900)]
        #expect(tasks(1, offer(free: [3]), leases) == [])
        #expect(tasks(4, offer(free: [3]), leases) == nil)
    }

    @Test func `nobody makes way whose place is not needed`() {
        // The cheap lease of one device is of no use beside the one of four.
        let leases = [tenure(1, [1], started: 990), tenure(2, [2, 3, 4, 5], started: 900)]
        #expect(tasks(4, offer(free: []), leases) == [2])
    }

    @Test(arguments: 0..<100) func `what makes way makes room, and less would not`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var free = [Int](1...8)
        var leases: [DeadlineRule.Tenure] = []
        for index in 1...4 where !free.isEmpty {
            let count = Int.random(in: 1...min(3, free.count), using: &random)
            leases.append(
                tenure(
                    index, Array(free.prefix(count)),
                    started: .random(in: 0...1_000, using: &random)))
            free.removeFirst(count)
        }
        let needed = Int.random(in: 1...8, using: &random)
        guard let chosen = tasks(needed, offer(free: free), leases) else {
            Issue.record("all together have eight, seed \(seed)")
            return
        }
        let given = leases.filter { chosen.contains($0.task.index) }
        let count = free.count + given.reduce(0) { $0 + $1.devices.count }
        #expect(count >= needed, "seed \(seed)")
        #expect(given.allSatisfy { count - $0.devices.count < needed }, "seed \(seed)")
    }
}
