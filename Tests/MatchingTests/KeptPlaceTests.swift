import Domain
import Matching
import Testing

/// A place that is kept for one order is shown to nobody else.
@Suite struct KeptPlaceTests {
    private static let gpus = (0..<4).map { Sample.device("g\($0)") }

    private static func order(_ index: Int, gpus: Int, since: Int64 = 0) -> Order {
        Sample.order(
            index,
            needs: Sample.needs(devices: DeviceNeed(count: gpus, models: [], vramBytes: 0)),
            since: since)
    }

    private static func offer(version: Int64, free: ArraySlice<Device>) -> Offer {
        Sample.offer(1, version: version, devices: gpus, freeDevices: free.map(\.id))
    }

    @Test func `what becomes free of it waits for its order, and what it does not need is others'`()
    {
        var book = OrderBook()
        book.put(Self.offer(version: 1, free: Self.gpus[..<1]))
        book.add(Self.order(1, gpus: 3, since: 9))
        book.add(Self.order(2, gpus: 1, since: 1))
        book.keep(Sample.node(1), for: Sample.task(1))
        #expect(book.place(keptFor: Sample.task(1)) == Sample.node(1))
        #expect(book.proposed(9).isEmpty)
        book.put(Self.offer(version: 2, free: Self.gpus[..<2]))
        #expect(book.proposed(9).isEmpty)
        book.put(Self.offer(version: 3, free: Self.gpus[...]))
        let served = book.proposed(9)
        #expect(Set(served.map(\.task.index)) == [1, 2])
        #expect(Set(served.flatMap(\.devices)).count == 4)
    }

    @Test func `it is others' again when its order goes, or is kept another place, or none`() {
        for ending in 0..<3 {
            var book = OrderBook()
            book.put(Self.offer(version: 1, free: Self.gpus[..<1]))
            book.put(Sample.offer(2, devices: [Sample.device("h")], freeDevices: []))
            book.add(Self.order(1, gpus: 2))
            book.add(Self.order(2, gpus: 1))
            book.keep(Sample.node(1), for: Sample.task(1))
            #expect(book.proposed(9).isEmpty)
            switch ending {
            case 0: book.removeOrder(Sample.task(1))
            case 1: book.keep(Sample.node(2), for: Sample.task(1))
            default: book.unkeep(Sample.task(1))
            }
            #expect(book.proposed(9).map(\.task.index) == [2])
        }
    }

    @Test func `an order that is kept a place may have another one, and keeps none then`() {
        var book = OrderBook()
        book.put(Self.offer(version: 1, free: Self.gpus[..<1]))
        book.add(Self.order(1, gpus: 2))
        book.keep(Sample.node(1), for: Sample.task(1))
        let pair = [Sample.device("h0"), Sample.device("h1")]
        book.put(Sample.offer(2, devices: pair))
        #expect(book.proposed(9).map(\.node) == [Sample.node(2)])
        book.removeOrder(Sample.task(1))
        book.add(Self.order(2, gpus: 1))
        #expect(book.proposed(9).map(\.node) == [Sample.node(1)])
    }

    @Test func `nothing is kept for who is not on the book, nor where there is no offer`() {
        var book = OrderBook()
        book.put(Self.offer(version: 1, free: Self.gpus[...]))
        book.keep(Sample.node(1), for: Sample.task(1))
        book.add(Self.order(1, gpus: 1))
        book.keep(Sample.node(7), for: Sample.task(1))
        #expect(book.place(keptFor: Sample.task(1)) == nil)
        book.keep(Sample.node(1), for: Sample.task(1))
        book.removeOffer(Sample.node(1))
        #expect(book.place(keptFor: Sample.task(1)) == nil)
        book.put(Self.offer(version: 9, free: Self.gpus[...]))
        #expect(book.proposed(9).map(\.task.index) == [1])
    }

    @Test(arguments: UInt64(1)...200)
    func `with places kept nothing is oversold, and who is kept one is served there`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var book = OrderBook()
        var offers: [NodeID: Offer] = [:]
        for number in 1...4 {
            let devices = (0..<4).map { Sample.device("n\(number)g\($0)") }
            let free = devices.filter { _ in Bool.random(using: &random) }.map(\.id)
            let offer = Sample.offer(number, devices: devices, freeDevices: free)
            offers[offer.node] = offer
            book.put(offer)
        }
        for index in 1...12 {
            book.add(Self.order(index, gpus: .random(in: 0...4, using: &random)))
        }
        var kept: [TaskID: NodeID] = [:]
        for index in 1...3 {
            let node = Sample.node(.random(in: 1...4, using: &random))
            book.keep(node, for: Sample.task(index))
            kept[Sample.task(index)] = node
        }
        let proposals = book.proposed(20)
        for (node, group) in Dictionary(grouping: proposals, by: \.node) {
            let devices = group.flatMap(\.devices)
            #expect(Set(devices).count == devices.count, "seed \(seed)")
            #expect(Set(devices).isSubset(of: offers[node]!.freeDevices), "seed \(seed)")
            // Others got none of what a waiting order is kept, as far as it was free.
            let waiting = kept.filter { task, place in
                place == node && !proposals.contains { $0.task == task }
            }
            let wanted = waiting.keys.reduce(0) { $0 + book.order(of: $1)!.needs.devices.count }
            let strangers = group.filter { kept[$0.task] != node }.flatMap(\.devices).count
            let free = offers[node]!.freeDevices.count
            #expect(strangers <= max(free - wanted, 0), "seed \(seed)")
        }
    }
}
