import Crypto
import Domain
import Marketplace
import Testing
import Verification

/// A device between two leases, as the market sees it.
struct ScrubTests {
    private static let gpu = Shop.gpus[0]

    private static func signed(
        after lease: LeaseID?, device: DeviceID = gpu, node: NodeID = Shop.node,
        fault: ScrubFault? = nil, key: Curve25519.Signing.PrivateKey = Shop.key
    ) throws -> SignedReceipt {
        let receipt = ScrubReceipt(
            node: node, device: device, scrub: 1, lease: lease,
            result: ScrubResult(evidence: ScrubEvidence(method: .contextsOnly), failure: fault))
        return SignedReceipt(
            bytes: receipt.bytes, signature: [UInt8](try key.signature(for: receipt.bytes)))
    }

    private static func scrub(after lease: LeaseID?, device: DeviceID = gpu) throws -> Command {
        .scrubbed(
            try VerifiedScrub(
                try signed(after: lease, device: device), from: Shop.node,
                key: [UInt8](Shop.key.publicKey.rawRepresentation)))
    }

    /// A shop with work for two GPUs, one after the other.
    private static func open() throws -> Shop {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 3, parallel: 1, maxFailures: 3, cpus: 1, gpus: 1)))
        return shop
    }

    private static func run(
        _ index: Int, on device: DeviceID = gpu, in shop: inout Shop
    ) throws -> LeaseID {
        let lease = try shop.place(index, gpus: [device])
        try shop.run(shop.receipt(lease, 1, seconds: 0))
        try shop.finish(lease, after: 2)
        return lease
    }

    @Test func `a device is leased again only after the receipt of a scrub`() throws {
        var shop = try Self.open()
        let first = try Self.run(1, in: &shop)
        #expect(try shop.offer().freeDevices == [Shop.gpus[1]])
        shop.refuses(.clear(try shop.clearing(2, gpus: [Self.gpu])), .deviceTaken(Self.gpu))
        try shop.run(Self.scrub(after: first))
        #expect(try shop.offer().freeDevices == Shop.gpus)
        #expect(try shop.offer().hygiene.scrubs.map(\.device) == [Self.gpu])
        try shop.ignores(Self.scrub(after: first))
        _ = try shop.place(2, gpus: [Self.gpu])
    }

    @Test func `a receipt is good for its own lease and device, or for any where it names none`()
        throws
    {
        var shop = try Self.open()
        let first = try Self.run(1, in: &shop)
        let other = try Self.run(2, on: Shop.gpus[1], in: &shop)
        try shop.run(Self.scrub(after: other))
        try shop.run(Self.scrub(after: first, device: Shop.gpus[1]))
        #expect(try shop.offer().freeDevices.isEmpty)
        try shop.run(Self.scrub(after: other, device: Shop.gpus[1]))
        #expect(try shop.offer().freeDevices == [Shop.gpus[1]])
        try shop.run(Self.scrub(after: nil))
        #expect(try shop.offer().freeDevices == Shop.gpus)
    }

    @Test func `what the node says of its offer does not clean a device, and lasts a restart`()
        throws
    {
        var shop = try Self.open()
        let first = try Self.run(1, in: &shop)
        try shop.run(.changeAvailability(Shop.node, .disconnected))
        try shop.run(.advertise(Shop.node, shop.terms()))
        #expect(try shop.offer().freeDevices == [Shop.gpus[1]])
        try shop.run(.advertise(Shop.node, shop.terms(gpus: [])))
        try shop.run(.advertise(Shop.node, shop.terms()))
        #expect(try shop.offer().freeDevices == [Shop.gpus[1]])
        try shop.run(Self.scrub(after: first))
        #expect(try shop.offer().freeDevices == Shop.gpus)
    }

    @Test func `a lease that never ran leaves its device as it was`() throws {
        var shop = try Self.open()
        let unheard = try shop.place(1, gpus: [Self.gpu])
        try shop.run(.endLease(unheard, .nodeLost))
        #expect(try shop.offer().freeDevices == Shop.gpus)
        try shop.run(.verify(unheard))
        let failed = try shop.place(2, gpus: [Self.gpu])
        try shop.run(shop.receipt(failed, 1, seconds: 0, .ended(.startFailed(code: "input"))))
        #expect(try shop.offer().freeDevices == Shop.gpus)
    }

    @Test func `a lease that the market ends has run, and wants its scrub`() throws {
        var shop = try Self.open()
        let lost = try shop.place(1, gpus: [Self.gpu])
        try shop.run(shop.receipt(lost, 1, seconds: 0))
        try shop.run(.endLease(lost, .nodeLost))
        #expect(try shop.offer().freeDevices == [Shop.gpus[1]])
        try shop.run(Self.scrub(after: lost))
        #expect(try shop.offer().freeDevices == Shop.gpus)
    }

    /// What a market that was restored from an older copy hears of a node that has gone on.
    @Test(arguments: [LeaseID("lse_unknown"), nil])
    func `a scrub after what the market does not know is after all that it knows`(
        named: LeaseID?
    ) throws {
        var before = try Self.open()
        _ = try Self.run(1, in: &before)
        try before.run(Self.scrub(after: named))
        #expect(try before.offer().freeDevices == Shop.gpus, "its last tenant was over")

        var during = try Self.open()
        let running = try during.place(1, gpus: [Self.gpu])
        try during.run(during.receipt(running, 1, seconds: 0))
        try during.run(Self.scrub(after: named))
        try during.ignores(Self.scrub(after: named))
        #expect(try during.offer().freeDevices == [Shop.gpus[1]], "it is leased still")
        try during.run(.endLease(running, .nodeLost))
        #expect(try during.offer().freeDevices == Shop.gpus, "it left nothing any more")

        var early = try Self.open()
        let reserved = try early.place(1, gpus: [Self.gpu])
        try early.run(Self.scrub(after: named))
        try early.run(early.receipt(reserved, 1, seconds: 0))
        try early.run(.endLease(reserved, .nodeLost))
        #expect(try early.offer().freeDevices == [Shop.gpus[1]], "it started after that scrub")
    }

    @Test func `a scrub after a lease that the market takes to run is after it all the same`()
        throws
    {
        var shop = try Self.open()
        let lease = try shop.place(1, gpus: [Self.gpu])
        try shop.run(shop.receipt(lease, 1, seconds: 0))
        try shop.run(Self.scrub(after: lease))
        try shop.run(.endLease(lease, .nodeLost))
        #expect(try shop.offer().freeDevices == Shop.gpus)
    }

    @Test func `only a clean receipt with the node's own signature is verified`() throws {
        let key = [UInt8](Shop.key.publicKey.rawRepresentation)
        func refusal(_ signed: SignedReceipt) -> Refusal? {
            do throws(Refusal) {
                _ = try VerifiedScrub(signed, from: Shop.node, key: key)
                return nil
            } catch { return error }
        }
        #expect(try refusal(Self.signed(after: nil)) == nil)
        #expect(try refusal(Self.signed(after: nil, fault: .noCUDA)) == .receiptMalformed)
        let other = NodeID("nod_2")!
        #expect(try refusal(Self.signed(after: nil, node: other)) == .wrongNode)
        let foreign = Curve25519.Signing.PrivateKey()
        #expect(try refusal(Self.signed(after: nil, key: foreign)) == .badSignature)
        #expect(refusal(SignedReceipt(bytes: [1, 4], signature: [])) == .receiptMalformed)
    }

    // MARK: Sessions

    private static func answers(_ frames: [MarketFrame]) -> [String?] {
        frames.compactMap { frame -> String?? in
            if case .scrubAnswered(_, _, let refusal) = frame { .some(refusal) } else { nil }
        }
    }

    @Test func `a node's word is answered when it is committed, and not before`() throws {
        var desk = try Desk()
        desk.connect(1)
        desk.say(.terms(try desk.shop.terms()), on: 1)
        desk.performAll()
        _ = desk.heard(1)
        desk.say(.scrubbed(try Self.signed(after: nil)), on: 1)
        #expect(Self.answers(desk.heard(1)).isEmpty)
        desk.failNext(.commands)
        #expect(Self.answers(desk.heard(1)).isEmpty, "it says it again")
        desk.say(.scrubbed(try Self.signed(after: nil)), on: 1)
        desk.performAll()
        #expect(Self.answers(desk.heard(1)) == [nil])
        #expect(try desk.shop.offer().hygiene.scrubs.count == 1)
        let version = try desk.shop.offer().version
        desk.say(.scrubbed(try Self.signed(after: nil)), on: 1)
        desk.performAll()
        #expect(try desk.shop.offer().version == version, "said twice is said once")
    }

    @Test func `a word that is not the node's is refused for good`() throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        let foreign = Curve25519.Signing.PrivateKey()
        desk.say(.scrubbed(try Self.signed(after: nil, key: foreign)), on: 1)
        desk.say(.scrubbed(SignedReceipt(bytes: [9], signature: [])), on: 1)
        #expect(desk.works.isEmpty)
        #expect(Self.answers(desk.heard(1)) == ["bad_signature"])
    }
}
