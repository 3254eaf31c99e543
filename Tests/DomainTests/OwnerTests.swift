import Domain
import Foundation
import Testing

/// What owners want, in rows: also in those of a version that did not know of it.
struct OwnerTests {
    private static let node = NodeID("nod_1")!

    private static func offer(
        _ availability: Offer.Availability = .open, closed: OfferClosing? = nil
    ) throws -> Offer {
        Offer(
            node: node, provider: AccountID("acc_1")!, version: 3, availability: availability,
            terms: OfferTerms(
                capacity: .zero, devices: [], ask: try Rate(microPerHour: 1), region: "TW",
                tier: .new, closed: closed),
            free: .zero, freeDevices: [])
    }

    private static func encoded(_ offer: Offer) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(offer), as: UTF8.self)
    }

    /// As it was stored before there were wishes and closings.
    private static let old = """
        {"availability":"open","free":{"diskBytes":0,"memoryBytes":0,"milliCPU":0},\
        "freeDevices":[],"node":"nod_1","provider":"acc_1","terms":{"ask":1,"capacity":\
        {"diskBytes":0,"memoryBytes":0,"milliCPU":0},"devices":[],"region":"TW","tier":"new"},\
        "version":3}
        """

    @Test func `a row without wishes is read, and is written as it was`() throws {
        let offer = try Self.offer()
        #expect(try JSONDecoder().decode(Offer.self, from: Data(Self.old.utf8)) == offer)
        #expect(try Self.encoded(offer) == Self.old)
    }

    @Test(arguments: [
        OwnerWish<Timestamp>.paused, .drained(by: nil),
        .drained(by: Timestamp(milliseconds: 1_795_392_000_000)),
    ])
    func `a wish comes back from its row`(wish: OwnerWish<Timestamp>) throws {
        var offer = try Self.offer(
            closed: OfferClosing(.schedule, until: Timestamp(milliseconds: 5)))
        offer.take(wish)
        let text = try Self.encoded(offer)
        #expect(try JSONDecoder().decode(Offer.self, from: Data(text.utf8)) == offer)
    }

    @Test func `each wish has its number, the first one too, and what stands is none`() throws {
        var offer = try Self.offer()
        let moment = Timestamp(milliseconds: 7)
        let steps: [(OwnerWish<Timestamp>, Int64, Offer.Availability, OfferClosing?)] = [
            (.open, 1, .open, nil), (.open, 1, .open, nil),
            (.paused, 2, .draining, OfferClosing(.paused)),
            (.paused, 2, .draining, OfferClosing(.paused)),
            (.drained(by: nil), 3, .draining, OfferClosing(.drained)),
            (.drained(by: moment), 4, .draining, OfferClosing(.drained, until: moment)),
            (.open, 5, .open, nil), (.open, 5, .open, nil),
        ]
        for (wish, number, availability, closing) in steps {
            offer.take(wish)
            #expect(offer.wish.number == number && offer.availability == availability)
            #expect(offer.closing == closing)
        }
    }

    @Test func `the node's word counts where its owner has said nothing through the market`() throws
    {
        var offer = try Self.offer(closed: OfferClosing(.ownerDesktop))
        #expect(offer.closing == OfferClosing(.ownerDesktop))
        offer.take(.paused)
        #expect(offer.closing == OfferClosing(.paused))
        #expect(
            offer.terms.withholding([], reason: "x").closed == OfferClosing(.ownerDesktop),
            "what is withheld changes nothing of it")
    }
}
