import Domain
import Marketplace
import Testing

struct LivenessTests {
    private static let start = Timestamp(milliseconds: 1_000_000)
    private static let node = NodeID("nod_1")!

    private func lease(fence: Int64 = 8) throws -> Lease {
        var shop = try Shop.open()
        shop.now = Self.start
        try shop.run(shop.submit(.init(fence: fence)))
        let id = try shop.place()
        return try shop.lease(id)
    }

    @Test func `a second live session of a node is refused, one after a silence is not`() {
        var liveness = Liveness(startedAt: Self.start, lastAlive: nil)
        let first = liveness.connect(Self.node, at: Self.start)
        liveness.hear(Self.node, at: Self.start)
        let second = liveness.connect(Self.node, at: Self.start.advanced(milliseconds: 2999))
        let third = liveness.connect(Self.node, at: Self.start.advanced(seconds: 3))
        liveness.disconnect(Self.node)
        let fourth = liveness.connect(Self.node, at: Self.start)
        #expect([first, second, third, fourth] == [true, false, true, true])
    }

    @Test func `a node is suspect after three seconds and silent when its session ends`() {
        var liveness = Liveness(startedAt: Self.start, lastAlive: nil)
        #expect(liveness.health(of: Self.node, at: Self.start) == .silent)
        _ = liveness.connect(Self.node, at: Self.start)
        liveness.hear(Self.node, at: Self.start)
        let almost = Self.start.advanced(milliseconds: 2999)
        #expect(liveness.health(of: Self.node, at: almost) == .live)
        #expect(liveness.health(of: Self.node, at: Self.start.advanced(seconds: 3)) == .suspect)
        liveness.disconnect(Self.node)
        #expect(liveness.health(of: Self.node, at: almost) == .silent)
    }

    @Test(arguments: [3, 8, 86_400])
    func `a lease is lost no earlier than its fence and a tenth after the last renewal`(
        fence: Int64
    )
        throws
    {
        var liveness = Liveness(
            startedAt: Self.start.advanced(seconds: -1_000_000), lastAlive: nil)
        let lease = try lease(fence: fence)
        let renewed = Self.start.advanced(seconds: 100)
        _ = liveness.connect(Self.node, at: renewed)
        liveness.hear(Self.node, at: renewed)
        let edge = renewed.advanced(milliseconds: fence * 1100)
        liveness.promise(from: renewed.advanced(seconds: -200), at: renewed.advanced(seconds: -200))
        liveness.promise(from: edge, at: renewed)
        #expect(!liveness.isLost(lease, at: edge))
        #expect(liveness.isLost(lease, at: edge.advanced(milliseconds: 1)))
        var over = lease
        over.life = try lease.life.after(.ended(.killed, at: edge))
        #expect(!liveness.isLost(over, at: edge.advanced(seconds: 99)))
    }

    @Test func `after its own restart the market waits a full fence before it calls a node lost`()
        throws
    {
        let lease = try lease()
        let restart = Self.start.advanced(seconds: 5000)
        let liveness = Liveness(startedAt: restart, lastAlive: Self.start)
        #expect(!liveness.isLost(lease, at: restart.advanced(milliseconds: 8800)))
        #expect(liveness.isLost(lease, at: restart.advanced(milliseconds: 8801)))
    }

    @Test func `a node that returns after a restart of the market tells the whole silence`() {
        let restart = Self.start.advanced(seconds: 60)
        var liveness = Liveness(startedAt: restart, lastAlive: Self.start)
        _ = liveness.connect(Self.node, at: restart)
        let back = restart.advanced(seconds: 1)
        #expect(
            liveness.silence(of: Self.node, at: back) == 51_000,
            "it may have been answered for ten seconds after the last sign of life")
        liveness.hear(Self.node, at: back)
        #expect(liveness.silence(of: Self.node, at: restart.advanced(seconds: 4)) == 3000)
        liveness.hear(Self.node, at: restart)
        #expect(liveness.silence(of: Self.node, at: back) == 0, "a late word unsays nothing")
    }

    @Test(arguments: [4, 60] as [Int64])
    func `a market that was away says since when nobody may have been answered`(_ gone: Int64) {
        let restart = Self.start.advanced(seconds: gone)
        var liveness = Liveness(startedAt: restart, lastAlive: Self.start)
        _ = liveness.connect(Self.node, at: restart)
        #expect(liveness.awaySince(Self.node) == Self.start, "not since its promise was over")
        let heard = restart.advanced(seconds: 1)
        liveness.hear(Self.node, at: heard)
        #expect(liveness.awaySince(Self.node) == nil)
        // A store that fails lets its promise lapse: the same.
        let back = restart.advanced(seconds: 40)
        liveness.promise(from: back, at: back)
        #expect(liveness.awaySince(Self.node) == heard)
    }

    @Test func `a market that starts for the first time was not away`() {
        let liveness = Liveness(startedAt: Self.start, lastAlive: nil)
        #expect(liveness.awaySince(Self.node) == nil)
    }

    @Test func `nobody is silent or lost while nobody may be answered, and then for a full fence`()
        throws
    {
        var liveness = Liveness(startedAt: Self.start, lastAlive: nil)
        let lease = try lease()
        _ = liveness.connect(Self.node, at: Self.start)
        liveness.hear(Self.node, at: Self.start)
        func at(_ milliseconds: Int64) -> Timestamp {
            Self.start.advanced(milliseconds: milliseconds)
        }
        #expect(liveness.answers(at: at(10_000)) && liveness.isLost(lease, at: at(10_000)))
        for moment in [at(10_001), at(60_000)] {
            #expect(!liveness.answers(at: moment) && !liveness.isLost(lease, at: moment))
            #expect(liveness.health(of: Self.node, at: moment) == .live)
            let second = liveness.connect(Self.node, at: moment)
            #expect(!second, "the session stands")
        }
        liveness.promise(from: at(59_000), at: at(61_000))
        #expect(liveness.answers(at: at(69_000)) && !liveness.answers(at: at(69_001)))
        #expect(liveness.silence(of: Self.node, at: at(61_000)) == 61_000, "what was, is booked")
        liveness.promise(from: at(68_000), at: at(68_500))
        #expect(!liveness.isLost(lease, at: at(61_000 + 8800)))
        #expect(liveness.isLost(lease, at: at(61_000 + 8801)))
        liveness.promise(from: at(62_000), at: at(68_600))
        #expect(liveness.answers(at: at(78_000)), "a late word takes nothing back")
    }
}
