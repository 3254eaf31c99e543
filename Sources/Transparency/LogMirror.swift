/// How a copy of the entries differs from the leaves that the log signed.
package enum EntryFault: Hashable, Sendable, CustomStringConvertible {
    /// The copy has another entry in the place of this leaf.
    case changed(leaf: Int64)
    /// The copy lacks the entry of this leaf.
    case missing(leaf: Int64)
    /// The entry at this place of the copy belongs to no leaf there.
    case extra(position: Int64)

    package var description: String {
        switch self {
        case .changed(let leaf): "entry \(leaf) was changed"
        case .missing(let leaf): "entry \(leaf) is missing"
        case .extra(let position): "the entry at position \(position) does not belong there"
        }
    }
}

/// What checking a copy of a log found.
package enum MirrorVerdict: Hashable, Sendable {
    /// The entries are exactly those that the log signed.
    case intact(SignedHead)
    /// The head itself is not to be believed.
    case headRefused(NoteRefusal)
    /// The entries lead to another root, or are too few or too many; which one is at fault
    /// cannot be said without level 0 tiles.
    case rootMismatch(SignedHead, found: Int64, root: LogHash)
    /// The given leaf hashes do not lead to the signed root: the tiles are false or cut, and the
    /// entries do not fit the head either.
    case leavesRefused(SignedHead, found: Int64, root: LogHash)
    /// These entries are at fault, in order; at most `LogMirror.maximumFaults` are named.
    case faults(SignedHead, [EntryFault])
}

/// Checks a whole copy of a log against its signed head, believing nothing but the key.
package enum LogMirror {
    package static let maximumFaults = 100

    /// Checks `entries`, all of them in order, against the head in `note`.
    ///
    /// Without tiles the answer is intact or not.
    package static func check(
        note: [UInt8], verifier: NoteVerifier, entries: [[UInt8]]
    ) -> MirrorVerdict {
        switch verified(note, verifier) {
        case .failure(let refusal): return .headRefused(refusal)
        case .success(let signed):
            let found = entries.map(LogHash.leaf)
            let root = MerkleLog.root(ofLeaves: found)
            return isIntact(found, root, signed.head)
                ? .intact(signed)
                : .rootMismatch(signed, found: Int64(found.count), root: root)
        }
    }

    /// Checks `entries` like `check(note:verifier:entries:)` and, where they differ, names the
    /// entries at fault with the leaf hashes of the level 0 tiles. These are proven against the
    /// signed root before they accuse anything.
    package static func check(
        note: [UInt8], verifier: NoteVerifier, entries: [[UInt8]], leaves: [LogHash]
    ) -> MirrorVerdict {
        let verdict = check(note: note, verifier: verifier, entries: entries)
        guard case .rootMismatch(let signed, _, _) = verdict else { return verdict }
        let root = MerkleLog.root(ofLeaves: leaves)
        guard isIntact(leaves, root, signed.head) else {
            return .leavesRefused(signed, found: Int64(leaves.count), root: root)
        }
        return .faults(signed, faults(in: entries.map(LogHash.leaf), against: leaves))
    }

    private static func verified(
        _ note: [UInt8], _ verifier: NoteVerifier
    ) -> Result<SignedHead, NoteRefusal> {
        do throws(NoteRefusal) {
            return .success(try SignedHead(verifying: note, with: verifier))
        } catch {
            return .failure(error)
        }
    }

    private static func isIntact(_ leaves: [LogHash], _ root: LogHash, _ head: Head) -> Bool {
        Int64(leaves.count) == head.size && root == head.root
    }

    /// The differences between two lists of leaf hashes, by walking both once.
    ///
    /// A place that differs is a changed entry if the lists agree again right after it, or if
    /// what stands there is unknown; a gap if it is the entry of a later leaf.
    static func faults(in found: [LogHash], against leaves: [LogHash]) -> [EntryFault] {
        var places: [LogHash: [Int]] = [:]
        for (index, leaf) in leaves.enumerated() { places[leaf, default: []].append(index) }
        var faults: [EntryFault] = []
        var (leaf, entry) = (0, 0)
        while faults.count < maximumFaults, leaf < leaves.count || entry < found.count {
            if entry == found.count {
                faults.append(.missing(leaf: Int64(leaf)))
                leaf += 1
            } else if leaf == leaves.count {
                faults.append(.extra(position: Int64(entry)))
                entry += 1
            } else if found[entry] == leaves[leaf] {
                leaf += 1
                entry += 1
            } else if agreesAfter(leaf, entry, found, leaves) {
                faults.append(.changed(leaf: Int64(leaf)))
                leaf += 1
                entry += 1
            } else if let later = places[found[entry]]?.first(where: { $0 > leaf }) {
                faults += (leaf..<later).map { .missing(leaf: Int64($0)) }
                leaf = later
            } else if entry + 1 < found.count, found[entry + 1] == leaves[leaf] {
                faults.append(.extra(position: Int64(entry)))
                entry += 1
            } else {
                faults.append(.changed(leaf: Int64(leaf)))
                leaf += 1
                entry += 1
            }
        }
        return Array(faults.prefix(maximumFaults))
    }

    /// Whether the lists agree on what follows, or both end there.
    private static func agreesAfter(
        _ leaf: Int, _ entry: Int, _ found: [LogHash], _ leaves: [LogHash]
    ) -> Bool {
        if leaf + 1 == leaves.count || entry + 1 == found.count {
            return leaf + 1 == leaves.count && entry + 1 == found.count
        }
        return found[entry + 1] == leaves[leaf + 1]
    }
}
