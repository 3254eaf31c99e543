import Domain
import Foundation
import Testing

@testable import Matching

/// Whatever offers and orders say, the book answers with a proposal that stands or with a reason.
@Suite struct HostileBookTests {
    private static let moments: [Int64] = [
        .min, -Timestamp.limit, -1, 0, 1, Sample.now.milliseconds - 1, Sample.now.milliseconds,
        Sample.now.milliseconds + 1, Timestamp.limit, .max,
    ]
    private static let numbers: [Int64] = [.min, -1, 0, 1, 1_000, 24 << 30, 1 << 52, .max]

    private static func offer(_ number: Int, _ random: inout SeededGenerator) -> Offer {
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        func size() -> Resources {
            Resources(
                milliCPU: pick(numbers), memoryBytes: pick(numbers), diskBytes: pick(numbers))
        }
        // Names repeat, within one offer too.
        let devices = (0..<pick([0, 1, 3, 70])).map { _ in
            Device(
                id: DeviceID("g\(pick([0, 1, 2, 3, 4]))")!, model: pick(["", "L4", "x"]),
                vramBytes: pick(numbers),
                power: pick([
                    nil, DevicePower(capability: .max, gigaflops: .min),
                    DevicePower(capability: -1, gigaflops: .max),
                ]))
        }
        let terms = OfferTerms(
            capacity: size(), devices: devices, ask: pick([.least, Sample.rate(Rate.limit)]),
            region: pick(["", "TW", "?"]), tier: pick(Tier.allCases),
            network: pick(NetworkAccess.allCases),
            roundTrips: pick([.none, Sample.trips(["a": 1])]),
            openUntil: pick([nil, Timestamp(milliseconds: pick(moments))]))
        return Offer(
            node: Sample.node(number), provider: AccountID("acc_P")!,
            version: pick([1, 2, 1 << 60]), availability: pick([.open, .open, .open, .down]),
            terms: terms, free: size(),
            freeDevices: (0..<pick([0, 1, 6])).map { _ in DeviceID("g\(pick([0, 1, 2, 9]))")! })
    }

    private static func needs(_ random: inout SeededGenerator) -> Needs {
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        return Needs(
            slice: Resources(
                milliCPU: pick(numbers), memoryBytes: pick(numbers), diskBytes: pick(numbers)),
            devices: DeviceNeed(
                count: pick([.min, 0, 0, 1, 2, 65, .max]), models: pick([[], ["L4", "L4"], [""]]),
                vramBytes: pick(numbers),
                power: pick([
                    nil, DevicePower(capability: .min, gigaflops: .max),
                    DevicePower(capability: .max, gigaflops: .min),
                ])),
            regions: pick([[], ["TW", "TW"], [""]]), minimumTier: pick(Tier.allCases),
            bid: pick([.least, Sample.rate(Rate.limit)]), network: pick(NetworkAccess.allCases),
            latency: pick([nil, LatencyNeed(ceiling: pick(numbers), measured: .none)]),
            stay: pick([nil, pick(numbers)]))
    }

    @Test(arguments: UInt64(1)...40)
    func `values that nobody should say are a proposal that stands, or an explained no`(
        seed: UInt64
    ) {
        print("hostile book seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let offers = (0..<20).map { Self.offer($0, &random) }
        for index in 1...60 {
            var book = OrderBook()
            for offer in offers { book.put(offer) }
            let needs = Self.needs(&random)
            let now = Timestamp(milliseconds: Self.moments.randomElement(using: &random)!)
            let told = book.explain(needs, at: now)
            #expect(told.feasible + told.rejected.reduce(0) { $0 + $1.offers } == told.total)
            for relaxation in told.relaxations {
                let after = book.explain(needs.relaxed(relaxation.instead), at: now)
                #expect(after.feasible == relaxation.offers && relaxation.offers > 0)
            }
            book.add(
                Order(
                    task: Sample.task(index), attempt: 1, needs: needs,
                    since: Timestamp(milliseconds: Self.moments.randomElement(using: &random)!),
                    deadline: nil))
            _ = book.expectedStart(of: needs, as: nil, [], at: now)
            let proposal = book.proposals(limit: 9, at: now).first
            #expect((proposal != nil) == (told.feasible > 0), "\(needs)")
            guard let proposal, let offer = offers.first(where: { $0.node == proposal.node })
            else { continue }
            #expect(Feasibility.check(needs, offer, at: now) == nil)
            #expect(Set(proposal.devices).count == proposal.devices.count)
            #expect(proposal.devices.count == needs.devices.count)
        }
    }

    @Test(arguments: UInt64(1)...20)
    func `offers and orders that go in mid-match leave nothing behind`(seed: UInt64) {
        print("mid-match seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var scenario = Scenario(seed: seed)
        var (book, version) = (OrderBook(), Int64(100))
        var offers: [NodeID: Offer] = [:]
        var orders: [TaskID: Order] = [:]
        var standing: [Proposal] = []
        for step in 0..<400 {
            switch Int.random(in: 0..<9, using: &random) {
            case 0, 1:
                version += 50
                var offer = scenario.offer(Int.random(in: 0..<8, using: &random))
                offer.version = version
                offers[offer.node] = offer
                book.put(offer)
            case 2:
                let node = Sample.node(Int.random(in: 0..<8, using: &random))
                offers[node] = nil
                book.removeOffer(node)
            case 3, 4:
                let order = Sample.order(
                    Int.random(in: 0..<20, using: &random), attempt: Int64(step + 1),
                    needs: scenario.needs(), since: Int64(step))
                orders[order.task] = order
                book.add(order)
            case 5:
                let task = Sample.task(Int.random(in: 0..<20, using: &random))
                orders[task] = nil
                book.removeOrder(task)
            case 6: standing += book.proposals(limit: Int.random(in: 0...5, using: &random))
            default:
                guard let old = standing.randomElement(using: &random) else { continue }
                let stale = [Proposal.Stale.offer, .order, .pair].randomElement(using: &random)!
                if Bool.random(using: &random) {
                    book.withdraw(old)
                } else {
                    book.markRefused(old, stale: stale)
                }
            }
            if step % 40 == 39 { standing = standing.suffix(10) }
        }
        var fresh = OrderBook()
        for order in orders.values {
            let again = Order(
                task: order.task, attempt: order.attempt + 1_000, needs: order.needs,
                since: order.since)
            book.add(again)
            fresh.add(again)
        }
        for var offer in offers.values {
            offer.version += 1_000_000
            book.put(offer)
            fresh.put(offer)
        }
        #expect(book.orderCount == orders.count && book.offerCount == offers.count)
        #expect(book.proposed(100) == fresh.proposed(100))
    }

    @Test func `a million offers are a book`() {
        let clock = ContinuousClock()
        let before = Self.residentBytes()
        var book = OrderBook()
        let count = 1_000_000
        let first = Sample.offer(devices: [Sample.device("g0")])
        let filling = clock.measure {
            for number in 0..<count {
                var terms = first.terms
                terms.openUntil = number % 7 == 0 ? Sample.now : nil
                book.put(
                    Offer(
                        node: Sample.node(number), provider: first.provider, version: 1,
                        availability: .open, terms: terms, free: first.free,
                        freeDevices: first.freeDevices))
            }
        }
        let bytes = (Self.residentBytes() - before) / Int64(count)
        #expect(book.offerCount == count)
        book.add(Sample.order(1, needs: Sample.needs(stay: 60_000)))
        book.add(Sample.order(2))
        var found: [Proposal] = []
        let placing = clock.measure { found = book.proposals(limit: 9) }
        #expect(found.map(\.task.index) == [1, 2])
        #expect(found.first?.node != Sample.node(0), "it closes now")
        print("a million offers: \(filling), \(bytes) bytes each; two orders: \(placing)")
    }

    /// Of this process, now.
    private static func residentBytes() -> Int64 {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int64($0) }
        return (pages ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
