import Crypto
import Domain
import Marketplace
import Testing
import Verification

/// Receipts: who waits for company, who is answered what, and who is not heard yet.
struct SessionReceiptTests {
    private static let one = LeaseID("lse_1")!

    static func placed() throws -> Desk {
        var desk = try Desk()
        desk.connect(1)
        _ = try desk.place()
        _ = desk.heard(1)
        return desk
    }

    static func signed(
        _ sequence: Int64, seconds: Int64 = 0, _ status: RunStatus = .running,
        key: Curve25519.Signing.PrivateKey = Shop.key
    ) throws -> SignedReceipt {
        let receipt = Receipt(
            lease: one, attempt: 1, node: Shop.node, sequence: sequence, seconds: seconds,
            status: status, level: .live, cpuMilliseconds: 1, peakMemoryBytes: 1)
        return SignedReceipt(
            bytes: receipt.bytes, signature: Array(try key.signature(for: receipt.bytes)))
    }

    static func accepted(_ sequence: Int64) -> MarketFrame {
        .receiptAccepted(one, sequence: sequence)
    }

    @Test func `a start and an end are metered at once, what is between waits for company`() throws
    {
        var desk = try Self.placed()
        desk.say(.receipt(try Self.signed(1)), on: 1)
        #expect(desk.works.count == 1 && desk.wakes.isEmpty)
        desk.performAll()
        #expect(desk.heard(1) == [Self.accepted(1)])
        desk.pass(milliseconds: 2000)
        desk.say(.receipt(try Self.signed(2, seconds: 1)), on: 1)
        desk.say(.receipt(try Self.signed(3, seconds: 2)), on: 1)
        #expect(desk.works.isEmpty && desk.wakes == [200])
        desk.take(.woke)
        #expect(desk.works.map(\.commands.count) == [2])
        desk.performAll()
        #expect(desk.heard(1) == [Self.accepted(2), Self.accepted(3)])
        desk.say(.receipt(try Self.signed(4, seconds: 2)), on: 1)
        desk.say(.receipt(try Self.signed(5, seconds: 2, .ended(.killed))), on: 1)
        #expect(desk.works.map(\.commands.count) == [2])
        desk.performAll()
        #expect(desk.heard(1) == [Self.accepted(4), Self.accepted(5)])
        desk.take(.woke)
        #expect(desk.works.isEmpty)
    }

    @Test func `one batch is out at a time, and what is urgent leaves right after it`() throws {
        var desk = try Self.placed()
        desk.say(.receipt(try Self.signed(1)), on: 1)
        desk.pass(milliseconds: 1000)
        desk.say(.receipt(try Self.signed(2, seconds: 1, .ended(.killed))), on: 1)
        #expect(desk.works.map(\.commands.count) == [1])
        desk.performNext()
        #expect(desk.heard(1) == [Self.accepted(1)])
        #expect(desk.works.map(\.commands.count) == [1])
        desk.performAll()
        #expect(desk.heard(1) == [Self.accepted(2)])
    }

    @Test func `a batch that the store has lost stays unanswered, and the next one goes on`() throws
    {
        var desk = try Self.placed()
        desk.say(.receipt(try Self.signed(1)), on: 1)
        let lost = desk.works.removeFirst()
        desk.take(.failed(lost))
        #expect(desk.heard(1).isEmpty && desk.works.isEmpty)
        desk.say(.receipt(try Self.signed(1)), on: 1)
        desk.performAll()
        #expect(desk.heard(1) == [Self.accepted(1)])
    }

    @Test func `a refusal is told with its code, also of what nobody may have signed`() throws {
        var desk = try Self.placed()
        let other = try Curve25519.Signing.PrivateKey(
            rawRepresentation: [UInt8](repeating: 9, count: 32))
        desk.say(.receipt(try Self.signed(1, key: other)), on: 1)
        #expect(desk.works.isEmpty)
        #expect(desk.heard(1) == [Self.refused(1, .badSignature)])
        desk.say(.receipt(SignedReceipt(bytes: [1, 2], signature: [])), on: 1)
        #expect(desk.works.isEmpty && desk.heard(1).isEmpty)
        desk.say(.receipt(try Self.signed(1, seconds: 7)), on: 1)
        desk.performAll()
        #expect(
            desk.heard(1) == [Self.refused(1, .receiptAheadOfTime(claimed: 7, possible: 0))])
    }

    private static func refused(_ sequence: Int64, _ refusal: Refusal) -> MarketFrame {
        .receiptRefused(one, sequence: sequence, code: refusal.code)
    }

    @Test func `while a silence is not booked no claim is looked at`() throws {
        var desk = try Self.placed()
        desk.say(.receipt(try Self.signed(1)), on: 1)
        desk.performAll()
        _ = desk.heard(1)
        desk.pass(milliseconds: 9500)
        let late = try Self.signed(2, seconds: 9)
        desk.say(.receipt(late), on: 1)
        #expect(desk.works.isEmpty && desk.wakes.isEmpty)
        desk.beat(9, on: 1)
        desk.say(.receipt(late), on: 1)
        let silence = Command.silence(
            Shop.node, from: desk.shop.now.advanced(milliseconds: -9500), until: desk.shop.now)
        #expect(desk.works.map(\.commands) == [[silence]])
        desk.performAll()
        #expect(desk.heard(1).count == 1, "the heartbeat alone is answered")
        desk.say(.receipt(late), on: 1)
        desk.take(.woke)
        desk.performAll()
        // A second and a half were beyond the fence of eight.
        #expect(
            desk.heard(1) == [Self.refused(2, .receiptAheadOfTime(claimed: 9, possible: 8))])
    }

    @Test func `what arrived before a silence is metered before it is booked`() throws {
        var desk = try Self.placed()
        desk.say(.receipt(try Self.signed(1)), on: 1)
        desk.performAll()
        desk.pass(milliseconds: 2000)
        desk.say(.receipt(try Self.signed(2, seconds: 2)), on: 1)
        desk.pass(milliseconds: 8000)
        desk.beat(9, on: 1)
        let verbs = desk.works.map { $0.commands.map(\.verb) }
        #expect(verbs == [[.meter], [.silence]])
    }

    @Test func `an answer goes to the session that claimed, or to nobody`() throws {
        var desk = try Self.placed()
        desk.say(.receipt(try Self.signed(1)), on: 1)
        desk.take(.closed(Shop.node, number: 1))
        desk.take(.opened(desk.shop.machine(), number: 2))
        desk.performAll()
        #expect(desk.heard(1).isEmpty && desk.heard(2).isEmpty)
        #expect(try desk.shop.lease(Self.one).life.reading?.sequence == 1)
    }
}
