import Crypto
import Domain
import Marketplace
import Testing
import Verification

/// A market that was restored from an older copy of its database, and a node that has gone on.
struct RestoredMarketTests {
    /// One device: what its node really does with it, and what the market knows.
    private struct Desk {
        static let gpu = Shop.gpus[0]

        var shop: Shop
        var copy: MemoryTables
        /// On the node.
        var tenant: LeaseID?
        var isRunning = false
        var scrubs: Int64 = 0
        var told: Command?
        /// As the market has it.
        var held: LeaseID?
        var heldInCopy: LeaseID?
        var task = 0

        init() throws {
            shop = try Shop.open()
            try shop.run(
                shop.submit(
                    .init(tasks: 60, parallel: 60, maxFailures: 60, cpus: 1, gpus: 1)))
            copy = shop.tables
        }

        var isClean: Bool { told != nil }

        func knows(_ lease: LeaseID) -> Bool {
            shop.tables.read([.lease(lease)]).lease(lease) != nil
        }

        /// Leased, and started where the device is clean.
        mutating func place() throws {
            guard held == nil, !isRunning, try shop.offer().freeDevices.contains(Self.gpu) else {
                return
            }
            task += 1
            let lease = try shop.place(task, gpus: [Self.gpu])
            held = lease
            guard isClean || tenant == nil else { return }
            (tenant, isRunning, told) = (lease, true, nil)
            try shop.run(shop.receipt(lease, 1, seconds: 0))
        }

        mutating func finish() throws {
            guard isRunning else { return try lose() }
            isRunning = false
            guard held == tenant, let lease = held else { return }
            try shop.finish(lease, after: 1)
            held = nil
        }

        /// The market gives up what nobody claims any more.
        mutating func lose() throws {
            guard let lease = held, lease != tenant || !isRunning else { return }
            try shop.run(.endLease(lease, .nodeLost))
            try shop.run(.verify(lease))
            held = nil
        }

        mutating func scrub() throws {
            guard !isRunning, !isClean else { return }
            scrubs += 1
            let receipt = ScrubReceipt(
                node: Shop.node, device: Self.gpu, scrub: scrubs, lease: tenant,
                result: ScrubResult(evidence: ScrubEvidence(method: .contextsOnly)))
            let signed = SignedReceipt(
                bytes: receipt.bytes,
                signature: [UInt8](try Shop.key.signature(for: receipt.bytes)))
            told = .scrubbed(
                try VerifiedScrub(
                    signed, from: Shop.node, key: [UInt8](Shop.key.publicKey.rawRepresentation)))
            try tell()
        }

        mutating func tell() throws { if let told { try shop.run(told) } }

        mutating func keepCopy() { (copy, heldInCopy) = (shop.tables, held) }

        /// The node's session is new, and says again what it said before.
        mutating func restore() throws {
            (shop.tables, held) = (copy, heldInCopy)
            if held != tenant { isRunning = false }
            try tell()
        }
    }

    @Test func `a device is free when its node has cleaned it, and not before`() throws {
        var (freed, restored) = (0, 0)
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            var desk = try Desk()
            for _ in 0..<40 {
                switch Int.random(in: 0..<12, using: &random) {
                case 0...3: try desk.place()
                case 4, 5: try desk.finish()
                case 6...8: try desk.scrub()
                case 9: try desk.tell()
                case 10: desk.keepCopy()
                default:
                    restored += 1
                    try desk.restore()
                }
                let isFree = try desk.shop.offer().freeDevices.contains(Desk.gpu)
                let isKnown = desk.tenant.map { desk.knows($0) } ?? true
                #expect(
                    !isFree || desk.isClean || desk.tenant == nil || !isKnown, "seed \(seed)")
            }
            try desk.finish()
            try desk.lose()
            try desk.scrub()
            #expect(try desk.shop.offer().freeDevices == Shop.gpus, "seed \(seed)")
            freed += desk.tenant == nil ? 0 : 1
        }
        #expect(freed > 150 && restored > 200)
    }

    @Test func `a pause that its node alone remembers is taken back by the first resume`() throws {
        for closed in [OfferClosing(.paused), OfferClosing(.drained), OfferClosing(.schedule)] {
            var shop = try Shop.open()
            try shop.run(try shop.advertised(closed: closed))
            try shop.run(.wish(Shop.node, .open))
            #expect(try shop.offer().wish == NumberedWish(number: 1, wish: .open))
            try shop.ignores(.wish(Shop.node, .open))
        }
    }
}
