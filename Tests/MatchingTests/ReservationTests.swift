import Domain
import Matching
import Testing

/// Who has waited long is not passed for ever.
@Suite struct ReservationTests {
    private static let devices = (0..<8).map { Sample.device("g\($0)") }

    private static func order(
        _ index: Int, gpus: Int, since: Int64, bid: Int64 = 10_000_000, deadline: Deadline? = nil
    ) -> Order {
        let needs = Sample.needs(
            devices: DeviceNeed(count: gpus, models: [], vramBytes: 0), bid: bid)
        return Order(
            task: Sample.task(index), attempt: 1, needs: needs,
            since: Timestamp(milliseconds: since), deadline: deadline)
    }

    private static func occupation(_ node: Int, _ device: Int, until: Int64) -> Occupation {
        Occupation(
            node: Sample.node(node), slice: .zero, devices: [devices[device].id],
            until: Timestamp(milliseconds: until))
    }

    /// Two machines of two devices, of which the first is free earlier.
    private static func busy() -> (book: OrderBook, leases: [Occupation]) {
        var book = OrderBook()
        for node in 1...2 {
            book.put(
                Sample.offer(
                    node, devices: Array(devices[(2 * node - 2)..<(2 * node)]), freeDevices: []))
        }
        let leases = [
            occupation(1, 0, until: 50), occupation(1, 1, until: 60), occupation(2, 2, until: 40),
            occupation(2, 3, until: 90),
        ]
        return (book, leases)
    }

    private static let all = Timestamp(milliseconds: .max)

    @Test func `an overdue order is kept a place where there is room first`() {
        var (book, leases) = Self.busy()
        book.add(Self.order(1, gpus: 2, since: 0))
        book.reserve(overdueSince: Timestamp(milliseconds: 0), leases)
        #expect(book.place(keptFor: Sample.task(1)) == nil)
        book.reserve(overdueSince: Self.all, leases)
        #expect(book.place(keptFor: Sample.task(1)) == Sample.node(1))
    }

    @Test func `a place that cannot be had any more is given up for another one`() {
        var (book, leases) = Self.busy()
        book.add(Self.order(1, gpus: 2, since: 0))
        book.reserve(overdueSince: Self.all, leases)
        book.put(
            Sample.offer(
                1, version: 2, availability: .down, devices: Array(Self.devices[0..<2]),
                freeDevices: []))
        book.reserve(overdueSince: Self.all, leases)
        #expect(book.place(keptFor: Sample.task(1)) == Sample.node(2))
    }

    @Test func `none is kept for who bids too little, has a deadline, is spot, or comes too late`()
        throws
    {
        var (book, leases) = Self.busy()
        book.add(Self.order(1, gpus: 2, since: 0, bid: 1))
        let deadline = try Deadline(
            startBy: Timestamp(milliseconds: 9), finishBy: nil, expectedMilliseconds: nil)
        book.add(Self.order(2, gpus: 2, since: 0, deadline: deadline))
        let spot = Sample.needs(
            devices: DeviceNeed(count: 2, models: [], vramBytes: 0), spot: SpotTerms())
        book.add(Sample.order(5, needs: spot))
        book.add(Self.order(3, gpus: 2, since: 1))
        book.add(Self.order(4, gpus: 2, since: 2))
        book.reserve(overdueSince: Self.all, leases)
        let kept = (1...5).filter { book.place(keptFor: Sample.task($0)) != nil }
        // One of eight machines at most, and of fewer one.
        #expect(kept == [3])
    }

    @Test func `orders that can be placed nowhere do not stand before those that can for ever`() {
        var (book, leases) = Self.busy()
        for index in 1...100 { book.add(Self.order(index, gpus: 2, since: 0, bid: Int64(index))) }
        book.add(Self.order(101, gpus: 2, since: 1))
        for _ in 0..<13 { book.reserve(overdueSince: Self.all, leases) }
        #expect(book.place(keptFor: Sample.task(101)) != nil)
    }

    /// One device of eight becomes free each hour, and two orders for one come: without a place kept
    /// the order for all eight would wait as long as they come. Its turn comes after seven hours, when
    /// half of those that came before it have been served: after fourteen; and all of it is free after
    /// seven more.
    @Test func `while small orders come for ever, one for a whole machine is served`() {
        let hour = OrderOfService.millisecondsPerDevice
        for reserving in [false, true] {
            var free: [DeviceID] = []
            var version: Int64 = 1
            var book = OrderBook()
            book.put(Sample.offer(devices: Self.devices, freeDevices: []))
            book.add(Self.order(1, gpus: 8, since: 0))
            var leases = (0..<8).map { Self.occupation(1, $0, until: Int64($0)) }
            var servedAt: Int?
            for round in 0..<100 where servedAt == nil {
                for number in 0..<2 {
                    book.add(
                        Self.order(2 + 2 * round + number, gpus: 1, since: Int64(round) * hour))
                }
                let before = Timestamp(milliseconds: Int64(round - 1) * hour)
                if reserving { book.reserve(overdueSince: before, leases) }
                if !leases.isEmpty { free += leases.removeFirst().devices }
                version += 1
                book.put(
                    Sample.offer(version: version, devices: Self.devices, freeDevices: free))
                for proposal in book.proposals(limit: 64) {
                    if proposal.task == Sample.task(1) { servedAt = round }
                    free.removeAll { proposal.devices.contains($0) }
                    leases += proposal.devices.map { device in
                        Occupation(
                            node: Sample.node(1), slice: .zero, devices: [device],
                            until: Timestamp(milliseconds: Int64(round + 8)))
                    }
                    version += 1
                    book.removeOrder(proposal.task)
                    book.put(
                        Sample.offer(version: version, devices: Self.devices, freeDevices: free))
                }
            }
            #expect(servedAt == (reserving ? 21 : nil))
        }
    }
}
