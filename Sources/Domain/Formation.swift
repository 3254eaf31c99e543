/// How the tasks of one job stand to one another.
package struct Formation: Hashable, Sendable, Codable {
    /// What no two of them share while they run.
    package enum Spread: String, Hashable, Sendable, Codable, CaseIterable {
        case node, provider
    }

    /// Members of a gang. At most as many as one round of proposals takes.
    package static let members = 2...64

    /// Tasks that start together or not at all; nil where each may start alone.
    package let gang: Int?
    package let spread: Spread?

    package init(gang: Int?, spread: Spread?) {
        self.gang = gang
        self.spread = spread
    }
}

extension JobTerms {
    /// Whether its tasks start together or not at all.
    package var isGang: Bool { formation?.gang != nil }
}
