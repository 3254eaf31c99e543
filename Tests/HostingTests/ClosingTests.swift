import Domain
import Hosting
import Testing

/// A node says when its hours close it, as what is left until then.
struct ClosingTests {
    private static let policy = OwnerPolicy(graceSeconds: 60, idleSeconds: 30, yieldsTo: [])

    private static func open(_ seconds: Int64) -> ScheduleSight {
        .open(closesIn: seconds * Bench.second, opensAt: nil)
    }

    private static func connected(_ sight: ScheduleSight) -> Bench {
        var bench = Bench(owner: policy)
        bench.seeOwner(sight)
        bench.connect()
        return bench
    }

    @Test func `hello says how long it stays open: until who runs is asked to leave`() {
        #expect(Self.connected(Self.open(3_600)).saidClosings == [3_540_000])
        #expect(Self.connected(.open(closesIn: nil, opensAt: nil)).saidClosings == [nil])
    }

    @Test func `time that passes is no news, and neither is a clock that is set by a little`() {
        var bench = Self.connected(Self.open(3_600))
        for second in 1...120 as ClosedRange<Int64> {
            bench.pass(milliseconds: 1_000)
            // Four seconds to and fro.
            bench.seeOwner(Self.open(3_600 - second + (second % 3 - 1) * 4))
        }
        #expect(bench.saidClosings == [3_540_000])
    }

    @Test func `hours that move are said again, once, and so are those that come or go`() {
        var bench = Self.connected(Self.open(3_600))
        for _ in 0..<3 { bench.seeOwner(Self.open(7_200)) }
        for _ in 0..<3 { bench.seeOwner() }
        for _ in 0..<3 { bench.seeOwner(Self.open(600)) }
        #expect(bench.saidClosings == [3_540_000, 7_140_000, nil, 540_000])
        bench.take(.disconnected)
        bench.pass(milliseconds: 40_000)
        bench.connect()
        #expect(bench.saidClosings.last == 500_000)
    }

    @Test func `with the grace it is closed, and there is no closing to come`() {
        var bench = Self.connected(Self.open(3_600))
        bench.pass(milliseconds: 3_540_000)
        bench.seeOwner(Self.open(60))
        #expect(bench.saidClosings == [3_540_000, nil])
        #expect(bench.saidTerms?.closed?.code == "schedule")
    }

    @Test(arguments: [Int64.max, .min, -1, 0])
    func `hours of any length are told within the channel's bounds`(nanoseconds: Int64) {
        let bench = Self.connected(.open(closesIn: nanoseconds, opensAt: nil))
        for closing in bench.saidClosings {
            #expect(closing.map { (0...31_622_400_000).contains($0) } ?? true)
        }
    }
}
