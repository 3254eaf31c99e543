package import Domain
package import Marketplace

/// What one commit changed: the loops of a program are fed by it, in commit order.
package struct CommitNotice: Sendable {
    /// Every row put, in order; a later one with the same key replaces an earlier one.
    package internal(set) var rows: [Row] = []
    /// Effects that were not waiting before.
    package internal(set) var newEffects: [OutboxEntry] = []
    /// Effects that waited and are done now.
    package internal(set) var doneEffects: [EffectID] = []
    /// Log entries that now wait for their number.
    package internal(set) var newEntryCount = 0

    package var isEmpty: Bool {
        rows.isEmpty && newEffects.isEmpty && doneEffects.isEmpty && newEntryCount == 0
    }

    mutating func append(_ other: CommitNotice) {
        rows += other.rows
        newEffects += other.newEffects
        doneEffects += other.doneEffects
        newEntryCount += other.newEntryCount
    }
}
