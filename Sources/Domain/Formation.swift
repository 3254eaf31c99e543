/// How the tasks of one job stand to one another.
package struct Formation: Hashable, Sendable, Codable {
    /// What no two of them share while they run.
    package enum Spread: String, Hashable, Sendable, Codable, CaseIterable {
        case node, provider
    }

    /// A gang has at most so many tasks: what one round of proposals takes.
    package static let mostMembers = 64

    /// Tasks that start together or not at all; nil where each may start alone.
    package let gang: Int?
    package let spread: Spread?

    package init(gang: Int?, spread: Spread?) {
        self.gang = gang
        self.spread = spread
    }
}
