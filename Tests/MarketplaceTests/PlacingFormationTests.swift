import Domain
import Marketplace
import Matching
import Testing

/// Placing, pumped over a shop: gangs and tasks apart, from the book to the leases and back.
struct PlacingFormationTests {
    private var shop: Shop
    private var made = 0

    init() throws { shop = try GangTests.twoNodes() }

    private var rebuilt: Placing { Placing(rows: shop.tables.read(Placing.reads)) }

    private mutating func round(_ placing: inout Placing) -> [Placing.Step] {
        placing.round(at: shop.now) {
            made += 1
            return LeaseID("lse_p\(made)")!
        }
    }

    private func offer(_ node: NodeID) throws -> Row {
        .offer(try #require(shop.tables.read([.offer(node)]).offer(node)))
    }

    @Test
    mutating func `a gang that has no place waits and takes nothing, while others are served`()
        throws
    {
        try shop.run(shop.submit(GangTests.wish(3, spread: .node)))
        try shop.run(shop.submit(.init(job: "job_2", cpus: 1, key: "2")))
        var placing = rebuilt
        let steps = round(&placing)
        #expect(steps.map(\.proposals.count) == [1])
        #expect(steps[0].proposals[0].task.job == JobID("job_2"))
        try shop.run(steps[0].command)
        let third = NodeID("nod_3")!
        try shop.run(.registerNode(shop.machine(third), token: nil))
        try shop.run(.advertise(third, shop.terms(gpus: [])))
        placing = rebuilt
        let gang = round(&placing)
        #expect(gang.map(\.proposals.count) == [3])
        #expect(Set(gang[0].proposals.map(\.node)).count == 3)
        try shop.run(gang[0].command)
        #expect(try shop.job().counts.leased == 3)
        #expect(try shop.job("job_2").counts.leased == 1)
    }

    @Test mutating func `a gang refused for one offer is proposed again when that has changed`()
        throws
    {
        try shop.run(shop.submit(GangTests.wish(2, spread: .node)))
        try shop.run(shop.submit(.init(job: "job_2", tasks: 2, parallel: 2, cpus: 5, key: "2")))
        var placing = rebuilt
        let steps = round(&placing)
        #expect(steps.map(\.proposals.count) == [2, 1, 1])
        // The second node says something new that the book has not heard of.
        let other = NodeID("nod_2")!
        try shop.run(.advertise(other, shop.terms(ask: 7_200_000, gpus: [])))
        let place = try #require(steps[0].proposals.firstIndex { $0.node == other })
        shop.refuses(steps[0].command, .ofMember(place, .offerChanged))
        placing.refused(steps[0], .ofMember(place, .offerChanged))
        for step in steps.dropFirst() { placing.refused(step, .offerChanged) }
        let again = round(&placing)
        #expect(again.map(\.proposals.count) == [1], "on the first node alone")
        #expect(again[0].proposals[0].node == Shop.node)
        try shop.run(again[0].command)
        placing.take([try offer(Shop.node), try offer(other)])
        let last = round(&placing)
        #expect(last.map(\.proposals.count) == [2, 1], "and the other single one")
        try shop.run(last[0].command)
        #expect(try shop.job().counts.leased == 2)
    }

    @Test mutating func `after a restart no sibling is placed beside one that runs`() throws {
        try shop.run(
            shop.submit(
                .init(
                    tasks: 3, parallel: 3, cpus: 1, formation: Formation(gang: nil, spread: .node)))
        )
        let first = try shop.begin(1)
        var placing = rebuilt
        let steps = round(&placing)
        #expect(steps.map { $0.proposals.map(\.node.text) } == [["nod_2"]])
        try shop.run(steps[0].command)
        placing = rebuilt
        #expect(round(&placing).isEmpty)
        let needs = try shop.job().terms.needs
        let told = placing.explain(needs, of: try shop.job(), at: shop.now)
        #expect(told.rejected.map(\.reason) == [.sibling] && told.rejected[0].offers == 2)
        try shop.finish(first, after: 1)
        placing.take([.lease(try shop.lease(first)), try offer(Shop.node)])
        #expect(round(&placing).map { $0.proposals.map(\.node.text) } == [["nod_1"]])
    }

    @Test mutating func `the market itself places no sibling beside another`() throws {
        for spread in Formation.Spread.allCases {
            let job = "job_\(spread.rawValue)"
            try shop.run(
                shop.submit(
                    .init(
                        job: job, tasks: 2, parallel: 2, cpus: 1,
                        formation: Formation(gang: nil, spread: spread), key: job)))
            let first = try shop.place(1, of: job)
            shop.refuses(.clear(try shop.clearing(2, of: job)), .siblingThere)
            // Both nodes are one provider's.
            let other = NodeID("nod_2")!
            let one = try shop.clearing(2, of: job)
            let there = Clearing(
                lease: one.lease, task: one.task, attempt: 1, node: other,
                offerVersion: try #require(shop.tables.read([.offer(other)]).offer(other)).version,
                devices: [])
            if spread == .provider {
                shop.refuses(.clear(there), .siblingThere)
                try shop.run(.endLease(first, .yielded(code: "paused")))
            }
            try shop.run(.clear(there))
        }
        try shop.run(shop.submit(GangTests.wish(2, spread: .provider)))
        let both = try GangTests.clearings(&shop, on: [Shop.node, NodeID("nod_2")!])
        shop.refuses(.clearGang(both), .ofMember(1, .siblingThere))
    }
}
