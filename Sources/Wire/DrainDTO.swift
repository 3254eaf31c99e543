package import Domain

/// What is asked of a node's drain; a body without a time, or none, names none.
package struct DrainDTO: Codable, Hashable, Sendable {
    /// When what still runs is to be gone.
    package let by: TimeDTO?

    package init(by: TimeDTO?) { self.by = by }
}

/// Why a node takes nothing now although it answers; a stable code, as `ended_by` has it after
/// `yielded:`.
package struct ClosedDTO: Codable, Hashable, Sendable {
    package let code: String
    /// When it opens again, where that is known; of a drain, when what runs is gone.
    package let until: TimeDTO?

    package init(_ closing: OfferClosing) {
        code = closing.code
        until = closing.until.map { TimeDTO($0) }
    }

    package var closing: OfferClosing { OfferClosing(code: code, until: until?.timestamp) }
}
