import Domain
import Matching
import Testing

/// Formations against a plain restatement, and gangs against every way to place them.
@Suite struct FormationPropertyTests {
    /// One order after another by `Oracle`'s rules; a gang by itself, and all of it or nothing.
    private static func proposals(
        offers: [Offer], orders: [Order], limit: Int
    ) -> [Proposal] {
        var (offers, proposals): ([Offer], [Proposal]) = (offers, [])
        let queue = orders.sorted { ($0.since, $0.task) < ($1.since, $1.task) }
        for order in queue {
            guard proposals.count < limit else { break }
            var members = [order]
            if let gang = order.formation?.gang {
                members = queue.filter { $0.task.job == order.task.job }
                guard order.task.index == 1, members.count == gang, gang <= limit else { continue }
                guard proposals.count + gang <= limit else { break }
            }
            var (tried, made): ([Offer], [Proposal]) = (offers, [])
            for member in members {
                let open = tried.filter { offer in
                    !(proposals + made).contains { earlier in
                        earlier.task.job == member.task.job
                            && isBeside(member.formation?.spread, earlier.node, offer, tried)
                    }
                }
                let one = Oracle.proposals(offers: open, orders: [member], limit: 1)
                for proposal in one { take(member.needs, proposal, from: &tried) }
                made += one
            }
            guard made.count == members.count else { continue }
            offers = tried
            proposals += made
        }
        return proposals
    }

    private static func isBeside(
        _ spread: Formation.Spread?, _ node: NodeID, _ offer: Offer, _ offers: [Offer]
    ) -> Bool {
        switch spread {
        case nil: false
        case .node: offer.node == node
        case .provider: offers.first { $0.node == node }?.provider == offer.provider
        }
    }

    private static func take(_ needs: Needs, _ proposal: Proposal, from offers: inout [Offer]) {
        for index in offers.indices where offers[index].node == proposal.node {
            offers[index].free = offers[index].free.subtracting(needs.slice)
            offers[index].freeDevices.removeAll { proposal.devices.contains($0) }
            offers[index].version += 1
            offers[index].waitingSince = Oracle.next(offers[index])
        }
    }

    private static func offers(_ scenario: inout Scenario, _ count: ClosedRange<Int>) -> [Offer] {
        (0..<scenario.count(count)).map { number in
            let offer = scenario.offer(number)
            return Offer(
                node: offer.node, provider: AccountID(scenario.pick(["acc_A", "acc_B", "acc_C"]))!,
                version: offer.version, availability: offer.availability, terms: offer.terms,
                free: offer.free, freeDevices: offer.freeDevices)
        }
    }

    @Test(arguments: UInt64(0)..<400)
    func `gangs and spread orders are proposed as the plain rules say`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        let offers = Self.offers(&scenario, 0...9)
        let spreads: [Formation.Spread?] = [nil, nil, .node, .provider]
        let orders = (0..<scenario.count(1...5)).flatMap { number -> [Order] in
            let (needs, spread) = (scenario.needs(), scenario.pick(spreads))
            let since = Int64(scenario.count(0...3))
            let tasks = scenario.count(1...4)
            // Turns of several devices are an hour later: here every order's turn is its age.
            let plain = Sample.needs(
                size: needs.slice,
                devices: DeviceNeed(
                    count: min(needs.devices.count, 1), models: needs.devices.models,
                    vramBytes: needs.devices.vramBytes), regions: needs.regions,
                tier: needs.minimumTier, bid: needs.bid.microPerHour, network: needs.network)
            let isGang = scenario.pick([true, true, false])
            let all = (1...tasks).map {
                FormationTests.order(
                    $0, of: "job_\(number)", gang: isGang ? tasks : nil, spread: spread,
                    needs: plain, since: since)
            }
            return scenario.pick([all, all, all, Array(all.dropLast())])
        }
        let limit = scenario.pick([3, 6, 64])
        var book = FormationTests.book(offers, orders)
        let expected = Self.proposals(offers: offers, orders: orders, limit: limit)
        let found = book.proposals(limit: limit)
        #expect(found == expected, "seed \(seed)")
        check(found, orders, offers, seed)
        // Given back, the book is as it was.
        for proposal in found.reversed() { book.withdraw(proposal) }
        #expect(book.proposals(limit: limit) == expected, "seed \(seed)")
    }

    /// What a book remembers of gangs without a place never keeps one from a place.
    @Test(arguments: UInt64(2000)..<2200)
    func `a book that has lived proposes what a new one does`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        var offers = Self.offers(&scenario, 1...4)
        var (orders, jobs): ([Order], Int) = ([], 0)
        var lived = FormationTests.book(offers, [])
        let few = (0..<2).map { _ in scenario.needs() }
        for _ in 0..<20 {
            switch scenario.count(0...3) {
            case 0:
                jobs += 1
                let gang = FormationTests.gang(
                    scenario.count(2...6), of: "job_\(jobs)",
                    spread: scenario.pick([nil, .node, .provider]), needs: scenario.pick(few),
                    since: Int64(jobs))
                orders += gang
                for order in gang { lived.add(order) }
            case 1:
                let offer = scenario.pick(offers)
                lived.removeOffer(offer.node)
                offers.removeAll { $0.node == offer.node }
                offers.append(scenario.changing(offer))
                lived.put(offers[offers.count - 1])
            default:
                let place = scenario.count(0...(offers.count - 1))
                offers[place] = scenario.changing(offers[place])
                lived.put(offers[place])
            }
            var new = FormationTests.book(offers, orders)
            let found = lived.proposals(limit: 64)
            #expect(found == new.proposals(limit: 64), "seed \(seed)")
            // What is proposed is leased, and lives on.
            for proposal in found {
                let order = orders.first { $0.task == proposal.task }
                Self.take(order?.needs ?? few[0], proposal, from: &offers)
                lived.removeOrder(proposal.task)
                orders.removeAll { $0.task == proposal.task }
            }
            for offer in offers { lived.put(offer) }
        }
    }

    /// Never in part, never more than there is, never beside a sibling.
    private func check(
        _ proposals: [Proposal], _ orders: [Order], _ offers: [Offer], _ seed: UInt64
    ) {
        let byJob = Dictionary(grouping: proposals, by: \.task.job)
        for order in orders {
            let mine = byJob[order.task.job] ?? []
            if let gang = order.formation?.gang {
                #expect(mine.isEmpty || mine.count == gang, "seed \(seed)")
            }
            let nodes = mine.map(\.node)
            let providers = nodes.compactMap { node in
                offers.first { $0.node == node }?.provider
            }
            switch order.formation?.spread {
            case .node?: #expect(Set(nodes).count == nodes.count, "seed \(seed)")
            case .provider?: #expect(Set(providers).count == providers.count, "seed \(seed)")
            case nil: break
            }
        }
        for offer in offers {
            let mine = proposals.filter { $0.node == offer.node }
            let used = mine.reduce(Resources.zero) { sum, proposal in
                sum.adding(orders.first { $0.task == proposal.task }?.needs.slice ?? .zero)
            }
            #expect(used.fits(in: offer.free), "seed \(seed)")
            #expect(Set(mine.flatMap(\.devices)).count == mine.flatMap(\.devices).count)
        }
    }

    @Test(arguments: UInt64(1000)..<1300)
    func `a gang is placed where there is any way to place it`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        let offers = Self.offers(&scenario, 0...5)
        let (needs, members) = (scenario.needs(), scenario.count(2...4))
        let spread = scenario.pick([nil, .node, .provider] as [Formation.Spread?])
        var book = FormationTests.book(
            offers, FormationTests.gang(members, spread: spread, needs: needs))
        let isPossible = Self.canPlace(members, needs, spread, offers)
        let placed = book.fit(needs, members: members, spread, at: Sample.now).placed.count
        #expect((placed == members) == isPossible, "seed \(seed)")
        #expect(book.proposals(limit: 64).count == (isPossible ? members : 0), "seed \(seed)")
    }

    private static func canPlace(
        _ members: Int, _ needs: Needs, _ spread: Formation.Spread?, _ offers: [Offer]
    ) -> Bool {
        guard members > 0 else { return true }
        return offers.contains { offer in
            guard
                let one = Oracle.proposals(
                    offers: [offer],
                    orders: [FormationTests.order(1, of: "job_X", needs: needs)], limit: 1
                ).first
            else { return false }
            var rest = offers
            take(needs, one, from: &rest)
            switch spread {
            case .node?: rest.removeAll { $0.node == offer.node }
            case .provider?: rest.removeAll { $0.provider == offer.provider }
            case nil: break
            }
            return canPlace(members - 1, needs, spread, rest)
        }
    }
}
