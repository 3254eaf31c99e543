import Domain
import Matching
import Testing

@Suite struct ExpectedStartTests {
    private static let device = Sample.device("g0")
    private static let needs = Sample.needs(
        size: Sample.size(cpu: 3000), devices: DeviceNeed(count: 1, models: ["L4"], vramBytes: 0))

    /// A node whose one device and CPUs are leased until the 50th second, and CPUs until the 90th.
    private static func busy(_ number: Int = 1) -> Offer {
        Sample.offer(
            number, devices: [device], free: Sample.size(cpu: 1000, memory: 8, disk: 50),
            freeDevices: [])
    }

    private static func lease(
        _ number: Int = 1, until second: Int64, cpu: Int64, devices: [DeviceID] = []
    ) -> Occupation {
        Occupation(
            node: Sample.node(number), slice: Sample.size(cpu: cpu, memory: 1, disk: 1),
            devices: devices, until: Timestamp(milliseconds: second * 1000))
    }

    private func start(_ offers: [Offer], _ occupied: [Occupation], _ needs: Needs) -> Int64? {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        return book.expectedStart(of: needs, as: nil, occupied)
            .map { $0.latest.milliseconds / 1000 }
    }

    @Test func `room is there when as many leases have ended as are in the way`() {
        let both = [
            Self.lease(until: 90, cpu: 6000),
            Self.lease(until: 50, cpu: 1000, devices: [Self.device.id]),
        ]
        #expect(start([Self.busy()], both, Self.needs) == 90)
        let small = Sample.needs(size: Sample.size(cpu: 1000), devices: Self.needs.devices)
        #expect(start([Self.busy()], both, small) == 50)
    }

    @Test func `a machine that offers less than runs on it has room only when enough has ended`() {
        let shrunk = Sample.offer(
            size: Sample.size(cpu: 2000, memory: 16, disk: 100), devices: [],
            free: Sample.size(cpu: 0, memory: 8, disk: 50))
        let leases = [Self.lease(until: 50, cpu: 4000), Self.lease(until: 90, cpu: 4000)]
        #expect(start([shrunk], leases, Sample.needs()) == 90)
    }

    @Test func `of several machines the first to have room counts`() {
        let leases = [90, 40, 70].enumerated().map { number, second in
            Self.lease(number, until: Int64(second), cpu: 4000, devices: [Self.device.id])
        }
        #expect(start((0..<3).map(Self.busy), leases, Self.needs) == 40)
    }

    @Test func `nothing is foretold where the end of no lease helps`() {
        let lease = Self.lease(until: 50, cpu: 4000, devices: [Self.device.id])
        #expect(start([Self.busy()], [], Self.needs) == nil)
        let dear = Sample.needs(devices: Self.needs.devices, bid: 1)
        #expect(start([Self.busy()], [lease], dear) == nil)
        #expect(start([Sample.offer(devices: [Self.device])], [lease], Self.needs) == nil)
        #expect(start([], [lease], Self.needs) == nil)
    }

    @Test func `orders whose turn comes first are counted, those behind are not`() {
        var book = OrderBook()
        book.put(Self.busy())
        for index in 1...5 { book.add(Sample.order(index, needs: Self.needs, since: Int64(index))) }
        let lease = Self.lease(until: 50, cpu: 4000, devices: [Self.device.id])
        let third = book.expectedStart(of: Self.needs, as: Sample.task(3), [lease])
        #expect(third?.ahead == 2)
        #expect(book.expectedStart(of: Self.needs, as: nil, [lease])?.ahead == 5)
    }
}
