import Domain
import Testing
import Wire

@Suite struct ChannelExchangeTests {
    @Test func `frames are numbered from 1 in the order in which they were said`() throws {
        let exchange = FrameExchange<String>()
        #expect(exchange.next() == nil)
        #expect(exchange.send("a") && exchange.send("b"))
        #expect(exchange.next().map { [$0.sequence] } == [1])
        #expect(exchange.next()?.frame == "b")
        #expect(exchange.next() == nil)
    }

    @Test func `at most 1000 frames are in flight, then the exchange is closed`() throws {
        let exchange = FrameExchange<Int>()
        for number in 1...1_000 { #expect(exchange.send(number)) }
        #expect(!exchange.send(1_001))
        #expect(!exchange.send(1_002))
        var written: [Int] = []
        while let frame = exchange.next()?.frame { written.append(frame) }
        #expect(written == Array(1...1_000))
    }

    @Test func `what the other side has taken makes room`() throws {
        let exchange = FrameExchange<Int>()
        for number in 1...1_000 { exchange.send(number) }
        while exchange.next() != nil {}
        _ = try exchange.receive(FrameEnvelope<Int>(sequence: 0, acknowledged: 1, frame: nil))
        #expect(exchange.send(1_001))
        #expect(!exchange.send(1_002))
    }

    @Test func `an acknowledgement of what was never sent ends the connection`() {
        let exchange = FrameExchange<Int>()
        exchange.send(1)
        let ahead = FrameEnvelope<Int>(sequence: 0, acknowledged: 1, frame: nil)
        #expect(throws: FrameQueueFault.neverSent) { try exchange.receive(ahead) }
    }

    @Test func `a frame that comes twice is given once`() throws {
        let exchange = FrameExchange<Int>()
        let first = FrameEnvelope(sequence: 1, acknowledged: 0, frame: "x")
        #expect(try exchange.receive(first)?.frame == "x")
        #expect(try exchange.receive(first) == nil)
    }

    @Test func `a missing frame ends the connection`() {
        let exchange = FrameExchange<Int>()
        let second = FrameEnvelope(sequence: 2, acknowledged: 0, frame: "y")
        #expect(throws: FrameQueueFault.gap) { try exchange.receive(second) }
    }

    @Test func `a side that sends beyond the limit ends the connection`() throws {
        let exchange = FrameExchange<Int>()
        for number in 1...1_000 {
            _ = try exchange.receive(
                FrameEnvelope(sequence: UInt64(number), acknowledged: 0, frame: number))
        }
        let beyond = FrameEnvelope(sequence: 1_001, acknowledged: 0, frame: 0)
        #expect(throws: FrameQueueFault.full) { try exchange.receive(beyond) }
    }

    @Test func `what was taken is acknowledged with the next frame, and alone after 100`() throws {
        let exchange = FrameExchange<Int>()
        for number in 1...250 {
            _ = try exchange.receive(
                FrameEnvelope(sequence: UInt64(number), acknowledged: 0, frame: number))
        }
        exchange.took(7)
        #expect(exchange.next() == nil)
        exchange.send(1)
        #expect(exchange.next()?.acknowledged == 7)
        exchange.took(106)
        #expect(exchange.next() == nil)
        exchange.took(107)
        let alone = try #require(exchange.next())
        #expect(alone.sequence == 0 && alone.frame == nil && alone.acknowledged == 107)
        #expect(exchange.next() == nil)
    }

    @Test func `a closed exchange still gives what was queued, and wakes its writer to the end`()
        async
    {
        let exchange = FrameExchange<Int>()
        exchange.send(1)
        exchange.close()
        #expect(!exchange.send(2))
        for await _ in exchange.wakes {}
        #expect(exchange.next()?.frame == 1)
        #expect(exchange.next() == nil)
    }
}
