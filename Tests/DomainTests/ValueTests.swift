import Domain
import Testing

struct MoneyTests {
    @Test(arguments: [
        "", ".", "1.", ".5", "-1", "+1", "1.0000001", "1e3", " 1", "1 ", "1,5", "1.2.3", "0x1",
        "99999999999999", "1000000000000.000001", "١",
    ])
    func `text that is not an amount is refused`(text: String) {
        #expect(Money(decimal: text) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("12", 12_000_000), ("0.05", 50_000), ("1.000001", 1_000_001), ("007", 7_000_000),
        ("1000000000000", Money.limit),
    ])
    func `a decimal is read to the micro-unit`(text: String, micro: Int64) {
        #expect(Money(decimal: text)?.micro == micro)
    }

    @Test(arguments: [
        (0, "0.000000"), (-50_000, "-0.050000"), (1_000_001, "1.000001"),
        (-Money.limit, "-1000000000000.000000"),
    ])
    func `an amount is shown with six places`(micro: Int64, text: String) throws {
        #expect(try Money(micro: micro).description == text)
    }

    @Test func `an amount beyond the limit is refused, also as a sum`() throws {
        let most = try Money(micro: Money.limit)
        let one = try Money(micro: 1)
        #expect(throws: MoneyOverflow.self) { try Money(micro: Money.limit + 1) }
        #expect(throws: MoneyOverflow.self) { try Money(micro: -Money.limit - 1) }
        #expect(throws: MoneyOverflow.self) { try most.adding(one) }
        #expect(throws: MoneyOverflow.self) { try most.negated.subtracting(one) }
        #expect(try most.adding(most.negated) == .zero)
        #expect(most.dividedRoundingDown(by: 7).micro == Money.limit / 7)
    }

    @Test(arguments: [0, -1, Rate.limit + 1, .min, .max])
    func `a rate outside its range is refused`(micro: Int64) {
        #expect(throws: MoneyOverflow.self) { try Rate(microPerHour: micro) }
    }

    @Test(arguments: [-1, 10_001, .min, .max])
    func `basis points outside their range are refused`(value: Int64) {
        #expect(BasisPoints(value) == nil)
    }
}

struct IDTests {
    @Test(arguments: [
        "", "job", "job_", "lse_1", "JOB_1", "job_a b", "job_é", "job_a_b", "job_../x",
        "job_" + String(repeating: "a", count: 65), " job_1", "job_1\n",
    ])
    func `text that is not a job's identifier is refused`(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test func `an identifier of random bytes is one that its own type reads`() {
        for count in [0, 1, 15, 16, 40] {
            let id = LeaseID(bytes: [UInt8](repeating: 0xA7, count: count))
            #expect(LeaseID(id.text) == id)
        }
        #expect(JobID(bytes: [UInt8](repeating: 0, count: 16)).text.utf8.count == 4 + 26)
    }

    @Test func `tasks sort by job, then by number`() {
        let (one, two) = (JobID("job_1")!, JobID("job_2")!)
        let sorted = [
            TaskID(job: two, index: 1), TaskID(job: one, index: 10), TaskID(job: one, index: 9),
        ]
        .sorted()
        #expect(sorted.map(\.description) == ["job_1/9", "job_1/10", "job_2/1"])
    }

    @Test(arguments: [
        "sha256:", "sha256:" + String(repeating: "A", count: 64),
        "sha256:" + String(repeating: "a", count: 63), String(repeating: "a", count: 71),
        "sha512:" + String(repeating: "a", count: 64),
    ])
    func `text that is not a digest is refused`(text: String) {
        #expect(BlobDigest(text) == nil)
    }

    @Test(arguments: ["", "a b", "é", String(repeating: "x", count: 97), "a\n"])
    func `text that is not a device's identifier is refused`(text: String) {
        #expect(DeviceID(text) == nil)
    }
}

struct TimestampTests {
    @Test func `a time stays in its range whatever is added`() {
        let end = Timestamp(milliseconds: .max)
        #expect(end.milliseconds == Timestamp.limit)
        #expect(end.advanced(seconds: .max) == end)
        #expect(end.advanced(milliseconds: .max) == end)
        #expect(
            Timestamp(milliseconds: .min).advanced(seconds: .min).milliseconds == -Timestamp.limit)
        #expect(Timestamp(milliseconds: 0).advanced(seconds: 2).milliseconds == 2000)
    }
}

struct OfferTermsTests {
    private func rate(cpu: Int64, memory: Int64, devices: Int, ask: Int64) throws -> Int64 {
        let all = Resources(milliCPU: 8000, memoryBytes: 1000, diskBytes: 0)
        let gpus = (0..<4).map { Device(id: DeviceID("G\($0)")!, model: "m", vramBytes: 1) }
        let terms = OfferTerms(
            capacity: all, devices: gpus, ask: try Rate(microPerHour: ask), region: "TW",
            tier: .new)
        let slice = Resources(milliCPU: cpu, memoryBytes: memory, diskBytes: 5)
        return terms.rate(of: slice, deviceCount: devices).microPerHour
    }

    @Test func `a slice costs the share of its scarcest resource, rounded up, at least one`() throws
    {
        #expect(try rate(cpu: 4000, memory: 1, devices: 0, ask: 1_000_000) == 500_000)
        #expect(try rate(cpu: 1000, memory: 700, devices: 0, ask: 1_000_000) == 700_000)
        #expect(try rate(cpu: 1, memory: 1, devices: 3, ask: 1_000_000) == 750_000)
        #expect(try rate(cpu: 1, memory: 0, devices: 0, ask: 10) == 1)
        #expect(try rate(cpu: 0, memory: 0, devices: 0, ask: 10) == 1)
        #expect(try rate(cpu: 8001, memory: 1, devices: 0, ask: 10) == 10)
        #expect(try rate(cpu: 1, memory: 1, devices: 1, ask: 7) == 2)
    }
}

struct ResourcesTests {
    @Test func `capacity is never negative and never overflows`() {
        let most = Resources(milliCPU: .max, memoryBytes: .max, diskBytes: .max)
        let some = Resources(milliCPU: 1, memoryBytes: 2, diskBytes: 3)
        #expect(most.adding(most) == most)
        #expect(some.subtracting(most) == .zero)
        #expect(Resources(milliCPU: -1, memoryBytes: -1, diskBytes: -1) == .zero)
        #expect(some.fits(in: most) && !most.fits(in: some) && some.fits(in: some))
    }
}
