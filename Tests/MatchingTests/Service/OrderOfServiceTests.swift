import Domain
import Matching
import Testing

@Suite struct OrderOfServiceTests {
    private static let hour: Int64 = 3_600_000

    private func order(_ index: Int, devices: Int, since: Int64) -> Order {
        let need = DeviceNeed(count: devices, models: [], vramBytes: 0)
        return Sample.order(index, needs: Sample.needs(devices: need), since: since)
    }

    private func turn(_ devices: Int, since: Int64) -> Int64 {
        OrderOfService.turn(of: order(1, devices: devices, since: since)).milliseconds
    }

    @Test func `orders for one device, and for none, are served in the order of their coming`() {
        #expect(turn(0, since: 7) == 7)
        #expect(turn(1, since: 7) == 7)
    }

    @Test func `each device beyond the first is worth an hour of waiting`() {
        #expect(turn(2, since: 7) == 7 + Self.hour)
        #expect(turn(8, since: 7) == 7 + 7 * Self.hour)
    }

    @Test func `no number of devices and no moment is too large`() {
        let last = Timestamp.limit
        #expect(turn(.max, since: 0) == last)
        #expect(turn(.max, since: last) == last)
        #expect(turn(8, since: -last) == -last + 7 * Self.hour)
    }

    @Test func `an order with a deadline has its turn when it must start, not before it came`()
        throws
    {
        func turn(by finish: Int64) throws -> Int64 {
            let deadline = try Deadline(
                startBy: nil, finishBy: Timestamp(milliseconds: finish), expectedMilliseconds: 100)
            let order = Order(
                task: Sample.task(1), attempt: 1, needs: Sample.needs(),
                since: Timestamp(milliseconds: 500), deadline: deadline)
            return OrderOfService.turn(of: order).milliseconds
        }
        #expect(try turn(by: 900) == 800)
        #expect(try turn(by: 600) == 500)
        #expect(try turn(by: 400) == 500)
    }

    /// Eight devices, which are the whole offer.
    private func book(_ orders: [Order]) -> OrderBook {
        var book = OrderBook()
        let devices = (1...8).map { Sample.device("GPU-\($0)") }
        book.put(Sample.offer(devices: devices))
        for order in orders { book.add(order) }
        return book
    }

    @Test func `an order for all lets pass who comes within its time, and nobody later`() {
        let all = order(1, devices: 8, since: 0)
        let within = order(2, devices: 1, since: 7 * Self.hour - 1)
        let later = order(3, devices: 1, since: 7 * Self.hour + 1)
        #expect(book([all, within]).proposed(9).map(\.task.index) == [2])
        #expect(book([all, later]).proposed(9).map(\.task.index) == [1])
    }

    @Test func `an order that lets others pass takes what is free when nobody else waits`() {
        #expect(book([order(1, devices: 8, since: 0)]).proposed(9).map(\.task.index) == [1])
    }

    @Test func `an order that was added is found again and taken off, whatever it asks for`() {
        var book = book((1...9).map { order($0, devices: 10 - $0, since: Int64($0)) })
        for index in 1...9 { book.removeOrder(Sample.task(index)) }
        #expect(book.orderCount == 0)
        #expect(book.proposed(9).isEmpty)
    }

    @Test
    func `an order's turn changes with the order alone, and it is found again by the new one`()
        throws
    {
        func order(_ index: Int, attempt: Int64, by start: Int64) throws -> Order {
            let deadline = try Deadline(
                startBy: Timestamp(milliseconds: start), finishBy: nil, expectedMilliseconds: nil)
            let need = DeviceNeed(count: 1, models: [], vramBytes: 0)
            return Order(
                task: Sample.task(index), attempt: attempt, needs: Sample.needs(devices: need),
                since: Timestamp(milliseconds: 0), deadline: deadline)
        }
        var book = book(try (1...8).map { try order($0, attempt: 1, by: Int64($0)) })
        for index in 1...8 {
            book.add(try order(index, attempt: 2, by: Int64(100 - index)))
            // What was before comes too late to be heard.
            book.add(try order(index, attempt: 1, by: Int64(index)))
        }
        #expect(book.orderCount == 8)
        #expect(book.proposed(8).map(\.task.index) == (1...8).reversed())
        for index in 1...8 { book.removeOrder(Sample.task(index)) }
        #expect(book.orderCount == 0 && book.proposed(8).isEmpty)
    }
}
