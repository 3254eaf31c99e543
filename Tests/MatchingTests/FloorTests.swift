import Domain
import Matching
import Testing

/// What devices can do, and how long a place stays open.
@Suite struct FloorTests {
    private static let gpus = [
        Sample.device("g0", power: DevicePower(capability: 89, gigaflops: 80_000)),
        Sample.device("g1", power: DevicePower(capability: 90, gigaflops: nil)),
        Sample.device("g2", model: "A100", power: DevicePower(capability: 80, gigaflops: 19_500)),
        Sample.device("g3"),
    ]

    private static func need(
        _ count: Int = 1, _ models: [String] = [], capability: Int? = nil, speed: Int64? = nil
    ) -> Needs {
        Sample.needs(
            devices: DeviceNeed(
                count: count, models: models, vramBytes: 0,
                power: DevicePower(capability: capability, gigaflops: speed)))
    }

    private static func closing(in milliseconds: Int64) -> Offer {
        Sample.offer(openUntil: Sample.now.advanced(milliseconds: milliseconds))
    }

    private static let all = Sample.offer(devices: gpus)

    static let devices: [FeasibilityTests.Row] = [
        .init(
            testDescription: "no floor", needs: need(4), offer: all, reason: nil),
        .init(
            testDescription: "an empty floor is none", needs: need(4, capability: nil, speed: nil),
            offer: all, reason: nil),
        .init(
            testDescription: "exactly the capability", needs: need(1, capability: 90), offer: all,
            reason: nil),
        .init(
            testDescription: "a tenth more than any has", needs: need(1, capability: 91),
            offer: all, reason: .deviceCapability(tenths: 91)),
        .init(
            testDescription: "what is not known meets no floor", needs: need(4, capability: 10),
            offer: all, reason: .deviceCapability(tenths: 10)),
        .init(
            testDescription: "exactly the speed", needs: need(1, speed: 80_000), offer: all,
            reason: nil),
        .init(
            testDescription: "one more than was measured", needs: need(1, speed: 80_001),
            offer: all, reason: .deviceSpeed(gigaflops: 80_001)),
        .init(
            testDescription: "new, and never measured",
            needs: need(1, capability: 90, speed: 1), offer: all,
            reason: .deviceSpeed(gigaflops: 1)),
        .init(
            testDescription: "too few of the model can do it",
            needs: need(1, ["A100"], capability: 89), offer: all,
            reason: .deviceCapability(tenths: 89)),
        .init(
            testDescription: "the model is told first", needs: need(1, ["H100"], capability: 99),
            offer: all, reason: .deviceModel(["H100"])),
        .init(
            testDescription: "the one that can is taken now", needs: need(1, capability: 90),
            offer: Sample.offer(devices: gpus, freeDevices: [gpus[0].id]), reason: .busy),
        .init(
            testDescription: "a CPU order has no floor", needs: need(0, capability: 99),
            offer: Sample.offer(), reason: nil),
    ]

    static let hours: [FeasibilityTests.Row] = [
        .init(
            testDescription: "hours that nobody asked about", needs: Sample.needs(),
            offer: closing(in: 1), reason: nil),
        .init(
            testDescription: "no hours", needs: Sample.needs(stay: 1 << 50), offer: Sample.offer(),
            reason: nil),
        .init(
            testDescription: "open to the last millisecond", needs: Sample.needs(stay: 60_000),
            offer: closing(in: 60_000), reason: nil),
        .init(
            testDescription: "a millisecond too short", needs: Sample.needs(stay: 60_000),
            offer: closing(in: 59_999), reason: .window(milliseconds: 60_000)),
        .init(
            testDescription: "hours that are over by its own word", needs: Sample.needs(stay: 0),
            offer: closing(in: -1), reason: .window(milliseconds: 0)),
        .init(
            testDescription: "less than nothing is asked", needs: Sample.needs(stay: .min),
            offer: closing(in: -1), reason: nil),
        .init(
            testDescription: "hours pass by themselves: the price is told first",
            needs: Sample.needs(bid: 1, stay: 60_000), offer: closing(in: 1),
            reason: .price(Sample.rate(1))),
        .init(
            testDescription: "closed already",
            needs: Sample.needs(stay: 60_000),
            offer: Sample.offer(closed: OfferClosing(.schedule)), reason: .owner),
    ]

    @Test(arguments: devices + hours)
    func `an offer is checked for what its devices can do and for its hours`(
        row: FeasibilityTests.Row
    ) {
        #expect(Feasibility.check(row.needs, row.offer) == row.reason)
    }

    @Test func `a place is open long enough, or not, as of the moment of asking`() {
        let needs = Sample.needs(stay: 3_600_000)
        let offer = Self.closing(in: 3_600_000)
        var book = OrderBook()
        book.put(offer)
        book.add(Sample.order(needs: needs))
        let later = Sample.now.advanced(milliseconds: 1)
        #expect(book.proposals(limit: 1, at: later).isEmpty)
        #expect(book.explain(needs, at: later).rejected.map(\.reason.code) == ["window"])
        #expect(book.proposals(limit: 1, at: Sample.now).count == 1)
    }

    private static func relaxations(_ needs: Needs, _ offers: [Offer]) -> [MismatchReason] {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        return book.explain(needs).relaxations.map(\.instead)
    }

    @Test func `the nearest floor that helps is told, and none where nobody knows`() {
        #expect(
            Self.relaxations(Self.need(1, capability: 99), [Self.all])
                == [.deviceCapability(tenths: 90)])
        #expect(
            Self.relaxations(Self.need(3, capability: 99), [Self.all])
                == [.deviceCapability(tenths: 80)])
        #expect(
            Set(Self.relaxations(Self.need(4, capability: 10), [Self.all]))
                == [.deviceCapability(tenths: 0), .deviceCount(3)])
        #expect(
            Set(Self.relaxations(Self.need(2, speed: 80_000), [Self.all]))
                == [.deviceSpeed(gigaflops: 18_525), .deviceCount(1)])
        let bare = Self.need(4, capability: 10).relaxed(.deviceCapability(tenths: 0))
        #expect(bare.devices.power == nil)
    }

    @Test func `a shorter stay that helps leaves a minute for who applies it`() {
        let needs = Sample.needs(stay: 3_600_000)
        let near = Sample.offer(
            2, openUntil: Sample.now.advanced(milliseconds: 10 * 60_000 - 1))
        #expect(
            Self.relaxations(needs, [near, Self.closing(in: 119_999)])
                == [.window(milliseconds: 8 * 60_000)])
        #expect(Self.relaxations(needs, [Self.closing(in: 119_999)]).isEmpty)
        #expect(needs.relaxed(.window(milliseconds: 5)).stay == 5)
        #expect(
            needs.relaxed(.price(Sample.rate(7))).stay == 3_600_000, "and is kept by others")
    }

    @Test(arguments: UInt64(1)...30)
    func `what the book proposes can do what was asked and stays open, and is the cheapest`(
        seed: UInt64
    ) {
        print("floor seed \(seed)")
        var random = SeededGenerator(seed: seed)
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        func power() -> DevicePower {
            DevicePower(
                capability: pick([nil, 80, 86, 89, 90]), gigaflops: pick([nil, 1, 20_000, 80_000]))
        }
        let offers = (1...30).map { number in
            Sample.offer(
                number,
                devices: (0..<pick([0, 1, 2, 4])).map {
                    Sample.device("g\(number)-\($0)", power: power())
                },
                ask: pick([100_000, 200_000, 300_000]),
                openUntil: pick([nil, -60_000, 60_000, 3_600_000, Timestamp.limit])
                    .map { Sample.now.advanced(milliseconds: $0) })
        }
        let orders = (1...60).map { index in
            Sample.order(
                index,
                needs: Sample.needs(
                    devices: DeviceNeed(
                        count: pick([0, 1, 1, 2]), models: [], vramBytes: 0, power: power()),
                    stay: pick([nil, 0, 30_000, 60_000, 7_200_000])), since: Int64(index))
        }
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        let expected = Oracle.proposals(offers: offers, orders: orders, limit: 100)
        #expect(book.proposed(100) == expected && !expected.isEmpty)
        for order in orders {
            let told = book.explain(order.needs)
            #expect(told.feasible == offers.count { Oracle.fits(order.needs, $0) })
            for relaxation in told.relaxations {
                let after = book.explain(order.needs.relaxed(relaxation.instead))
                #expect(after.feasible == relaxation.offers && after.cheapest == relaxation.rate)
            }
        }
    }
}
