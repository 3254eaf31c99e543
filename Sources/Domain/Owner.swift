/// Why a machine is its owner's own now, or a lease is asked to leave it: the codes of `OfferClosing` and
/// of `yielded:<code>`.
package enum OwnerCode: String, Hashable, Sendable, Codable, CaseIterable {
    /// Outside of the hours in which its owner lets it.
    case schedule
    /// Its owner's programs use the GPU.
    case ownerGPU = "owner_gpu"
    /// Somebody sits at it.
    case ownerDesktop = "owner_desktop"
    /// `orban node pause`.
    case paused
    /// `orban node drain`.
    case drained
    /// Not the owner: an on-demand order takes the place of a spot lease. Closes no offer.
    case preempted
}

extension OfferClosing {
    /// The machine's disk has no room for another job's image. Nobody's wish, and no end of what runs.
    package static let diskFull = OfferClosing(code: "disk_full", until: nil)
}

/// What an owner asks of a node through the market. It stands until another one takes its place.
///
/// The moment is a time of day at the market, the time that is left on the way, and a boot time on
/// the node: no two clocks have to agree.
package enum OwnerWish<Moment: Hashable & Sendable & Codable>: Hashable, Sendable, Codable {
    /// Take orders.
    case open
    /// Nothing new, and what runs leaves after its grace.
    case paused
    /// Nothing new; what runs may end by itself, by then at the latest where a moment is named.
    case drained(by: Moment?)

    package func map<Other>(_ change: (Moment) -> Other) -> OwnerWish<Other> {
        switch self {
        case .open: .open
        case .paused: .paused
        case .drained(let moment): .drained(by: moment.map(change))
        }
    }
}

/// A wish with its place among those of its node, from 1; 0 is before the first.
package struct NumberedWish: Hashable, Sendable, Codable {
    package static let none = NumberedWish(number: 0, wish: .open)

    package let number: Int64
    package let wish: OwnerWish<Timestamp>

    package init(number: Int64, wish: OwnerWish<Timestamp>) {
        self.number = number
        self.wish = wish
    }
}

/// Why an offer takes nothing now although its node answers.
package struct OfferClosing: Hashable, Sendable, Codable {
    /// A stable code, as `OwnerCode` has it; other programs' nodes may have others.
    package let code: String
    /// When it opens again, where that is known; of a drain, when what runs is gone.
    package let until: Timestamp?

    package init(code: String, until: Timestamp?) {
        self.code = code
        self.until = until
    }

    package init(_ code: OwnerCode, until: Timestamp? = nil) {
        self.init(code: code.rawValue, until: until)
    }
}
