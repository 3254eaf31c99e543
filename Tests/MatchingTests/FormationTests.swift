import Domain
import Matching
import Testing

/// Tasks that are placed together, and tasks that are kept apart.
@Suite struct FormationTests {
    private static let half = Sample.needs(size: Sample.size(cpu: 4000))

    static func order(
        _ index: Int, of job: String, gang: Int? = nil, spread: Formation.Spread? = nil,
        needs: Needs = half, since: Int64 = 0
    ) -> Order {
        Order(
            task: TaskID(job: JobID(job)!, index: index), attempt: 1, needs: needs,
            since: Timestamp(milliseconds: since),
            formation: Formation(gang: gang, spread: spread))
    }

    static func gang(
        _ members: Int, of job: String = "job_G", spread: Formation.Spread? = nil,
        needs: Needs = half, since: Int64 = 0
    ) -> [Order] {
        (1...members).map {
            order($0, of: job, gang: members, spread: spread, needs: needs, since: since)
        }
    }

    static func book(_ offers: [Offer], _ orders: [Order]) -> OrderBook {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        return book
    }

    private static func told(_ proposals: [Proposal]) -> [String] {
        proposals.map { "\($0.task)@\($0.node)" }
    }

    // MARK: Gangs

    @Test func `a gang is proposed whole, in the order of its tasks`() {
        let book = Self.book([Sample.offer(1, version: 5), Sample.offer(2)], Self.gang(3))
        let proposals = book.proposed(9)
        #expect(Self.told(proposals) == ["job_G/1@nod_1", "job_G/2@nod_1", "job_G/3@nod_2"])
        #expect(proposals.map(\.offerVersion) == [5, 6, 1])
    }

    @Test func `a gang that does not fit takes nothing and holds nobody up`() {
        let single = Sample.order(1, needs: Self.half, since: 7)
        var book = Self.book([Sample.offer(1)], Self.gang(3) + [single])
        #expect(Self.told(book.proposals(limit: 9)) == ["job_A/1@nod_1"])
        book.removeOrder(single.task)
        #expect(book.offer(of: Sample.node(1)) == Sample.offer(1))
        book.put(Sample.offer(2))
        #expect(book.proposals(limit: 9).count == 3)
    }

    @Test func `a gang of which a task is not on the book is not proposed`() {
        let members = Self.gang(3)
        let offers = [Sample.offer(1), Sample.offer(2)]
        for missing in members {
            var book = Self.book(offers, members.filter { $0 != missing })
            #expect(book.proposals(limit: 9).isEmpty)
            book.add(missing)
            #expect(book.proposals(limit: 9).count == 3)
            #expect(book.proposals(limit: 9).isEmpty, "each is proposed once")
        }
    }

    @Test func `a gang takes its turn at the start of a round that has room for all of it`() {
        let singles = (1...3).map { Sample.order($0, needs: Self.half) }
        let orders = singles + Self.gang(3, since: 5)
        var book = Self.book((1...4).map { Sample.offer($0) }, orders)
        #expect(book.proposals(limit: 5).map(\.task.job.text) == ["job_A", "job_A", "job_A"])
        #expect(book.proposals(limit: 5).map(\.task.index) == [1, 2, 3])
        let small = Self.book((1...4).map { Sample.offer($0) }, orders)
        #expect(small.proposed(2).count == 2, "one that no round has room for stays")
        let alone = Self.book([Sample.offer(1)], Self.gang(2) + [Sample.order(1, since: 9)])
        #expect(alone.proposed(1).map(\.task.job.text) == ["job_A"])
    }

    @Test func `a refusal because of one member leaves the others' offers as they were`() {
        let offers = [Sample.offer(1, version: 5), Sample.offer(2, version: 7)]
        var book = Self.book(offers, Self.gang(4) + [Sample.order(1, needs: Self.half, since: 9)])
        let gang = book.proposals(limit: 9)
        #expect(gang.count == 4 && gang[1].node == Sample.node(1))
        // The second is told to be on an offer that is not as the book believes.
        var other = book
        book.markRefused(gang, member: 1, stale: .offer)
        #expect(book.offers == offers)
        let next = book.proposals(limit: 9)
        #expect(Self.told(next) == ["job_A/1@nod_2"], "three of the gang have no place")
        book.removeOrder(Sample.task(1))
        book.put(Sample.offer(1, version: 6))
        #expect(book.proposals(limit: 9).count == 4, "until it changes")
        // The second may not be there, the others may.
        other.markRefused(gang, member: 1)
        #expect(other.offers == offers)
        let again = other.proposals(limit: 9)
        #expect(again.count == 4 && again[1].node == Sample.node(2))
    }

    // MARK: Apart

    @Test(arguments: [Formation.Spread.node, .provider])
    func `no sibling is proposed beside one that runs or is proposed`(spread: Formation.Spread) {
        let offers = [
            Sample.offer(1, provider: "acc_A"), Sample.offer(2, provider: "acc_A"),
            Sample.offer(3, ask: 900_000, provider: "acc_B"),
        ]
        var book = Self.book(
            offers, (1...4).map { Self.order($0, of: "job_S", spread: spread) })
        let first = book.proposals(limit: 9)
        let expected = spread == .node ? ["nod_1", "nod_2", "nod_3"] : ["nod_1", "nod_3"]
        #expect(first.map(\.node.text) == expected)
        #expect(book.proposals(limit: 9).isEmpty)
        // The first is leased, the last not taken.
        let lease = LeaseID("lse_1")!
        book.occupy(
            first[0].node, of: AccountID("acc_A")!, by: lease, of: first[0].task.job)
        for proposal in first.dropLast() { book.removeOrder(proposal.task) }
        if spread == .node {
            book.occupy(
                first[1].node, of: AccountID("acc_A")!, by: LeaseID("lse_2")!,
                of: first[1].task.job)
        }
        book.withdraw(first[first.count - 1])
        #expect(book.proposals(limit: 9).map(\.node.text) == ["nod_3"])
        book.vacate(lease, of: first[0].task.job)
        let last = book.proposals(limit: 9)
        #expect(last.map(\.node.text) == ["nod_1"])
        #expect(Set(last.map(\.task)).isDisjoint(with: first.dropLast().map(\.task)))
    }

    @Test func `those who are kept apart from one another are not from anybody else`() {
        let orders =
            (1...2).map { Self.order($0, of: "job_S", spread: .node) }
            + (1...2).map { Self.order($0, of: "job_T", spread: .node) }
        let proposals = Self.book([Sample.offer(1), Sample.offer(2)], orders).proposed(9)
        #expect(
            Self.told(proposals) == [
                "job_S/1@nod_1", "job_S/2@nod_2", "job_T/1@nod_1", "job_T/2@nod_2",
            ])
    }

    @Test func `one that waits for its sibling is told so, without a change that would not help`() {
        var book = Self.book([Sample.offer(1), Sample.offer(2, availability: .down)], [])
        let formation = Formation(gang: nil, spread: .node)
        let job = JobID("job_S")!
        #expect(book.explain(Self.half, of: job, formation, at: Sample.now).feasible == 1)
        book.occupy(
            Sample.node(1), of: AccountID("acc_P")!, by: LeaseID("lse_1")!, of: job)
        let told = book.explain(Self.half, of: job, formation, at: Sample.now)
        #expect(told.feasible == 0 && told.cheapest == nil && told.relaxations.isEmpty)
        #expect(told.rejected.map(\.reason) == [.down, .sibling])
        #expect(book.explain(Self.half, of: job, nil, at: Sample.now).feasible == 1)
        #expect(book.explain(Self.half, at: Sample.now).feasible == 1)
    }

    // MARK: Plans

    @Test(
        arguments: [
            (nil, 5, ["busy"]), (.node, 3, ["sibling", "busy"]),
            (.provider, 2, ["sibling", "busy"]),
        ] as [(Formation.Spread?, Int, [String])])
    func `a plan says how many of a gang have a place, and why one more has none`(
        spread: Formation.Spread?, placed: Int, reasons: [String]
    ) {
        let offers = [
            Sample.offer(1, provider: "acc_A"), Sample.offer(2, provider: "acc_B"),
            Sample.offer(3, free: Sample.size(cpu: 4000, memory: 16, disk: 100), provider: "acc_A"),
        ]
        var book = Self.book(offers, [])
        for members in 2...7 {
            let fit = book.fit(Self.half, members: members, spread, at: Sample.now)
            #expect(fit.placed.count == min(members, placed))
            #expect(fit.placed.allSatisfy { $0 == Sample.rate(400_000) })
            if members >= placed {
                #expect(fit.next.feasible == 0)
                let codes = fit.next.rejected.map(\.reason.code)
                #expect(Set(codes).isSubset(of: reasons) && codes.first == reasons.first)
            }
            #expect(book.offers == offers, "asking changes nothing")
        }
    }
}
