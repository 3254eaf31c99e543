import Domain
import Testing
import Wire

@testable import NodeAgent

@Suite struct SampleQueueTests {
    private static func sample(_ second: Int64) -> SampleDTO {
        SampleDTO(second: second, milliCPU: 1, memoryBytes: 2, devices: [])
    }

    @Test func `ten minutes wait, and what is older is dropped and counted`() {
        var queue = SampleQueue()
        for second in 1...700 as ClosedRange<Int64> { queue.append(Self.sample(second)) }
        #expect(queue.samples.count == 600 && queue.samples.first?.second == 101)
        #expect(queue.dropped == 100)
        queue.append(Self.sample(701), most: 50)
        #expect(queue.samples.map(\.second) == Array(652...701).map(Int64.init))
        #expect(queue.dropped == 651)
    }

    @Test func `a batch stays until it is answered, and what came meanwhile follows it`() throws {
        var queue = SampleQueue()
        for second in 1...150 as ClosedRange<Int64> { queue.append(Self.sample(second)) }
        let first = try #require(queue.batch(of: "boot", at: 150, devices: []))
        #expect(first.samples.map(\.second) == Array(1...120).map(Int64.init))
        #expect(first.sentSecond == 150 && first.dropped == 0)
        // Not answered: the same goes again, as old as it is by then.
        let again = try #require(queue.batch(of: "boot", at: 160, devices: []))
        #expect(again.samples == first.samples && again.sentSecond == 160)
        queue.append(Self.sample(151))
        queue.remove(again)
        let rest = try #require(queue.batch(of: "boot", at: 161, devices: []))
        #expect(rest.samples.map(\.second) == Array(121...151).map(Int64.init))
        queue.remove(rest)
        #expect(queue.isEmpty && queue.batch(of: "boot", at: 170, devices: []) == nil)
    }

    @Test func `samples that were dropped while they were under way are not counted as sent`()
        throws
    {
        var queue = SampleQueue()
        for second in 1...10 as ClosedRange<Int64> { queue.append(Self.sample(second), most: 10) }
        let batch = try #require(queue.batch(of: "boot", at: 10, devices: []))
        for second in 11...15 as ClosedRange<Int64> { queue.append(Self.sample(second), most: 10) }
        queue.remove(batch)
        #expect(queue.samples.map(\.second) == Array(11...15).map(Int64.init))
    }
}
