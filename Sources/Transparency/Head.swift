/// The state of one log: how many entries it has and the root over them (C2SP tlog-checkpoint).
///
/// A head alone is somebody's word. `SignedHead` is the log's.
package struct Head: Hashable, Sendable {
    /// Names the log; by our rule also the name of the key that signs its heads.
    package let origin: String
    /// Number of entries, not below zero.
    package let size: Int64
    package let root: LogHash
    /// Further signed lines. Ours have none; those of other logs are kept as they are.
    package let extensions: [String]

    /// - Throws: `.malformedHead` for a negative size or an origin that is not one line of text.
    package init(origin: String, size: Int64, root: LogHash) throws(NoteRefusal) {
        guard size >= 0, !origin.isEmpty, origin.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
        else { throw .malformedHead }
        self.init(checked: origin, size: size, root: root, extensions: [])
    }

    private init(checked origin: String, size: Int64, root: LogHash, extensions: [String]) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// The text that is signed: origin, size and base64 root, a line each.
    package var text: String {
        ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// Reads the text of a note.
    ///
    /// - Throws: `.malformedHead`, also for a size of 2^63 or more.
    package init(parsing text: String) throws(NoteRefusal) {
        guard isNoteText(text.utf8) else { throw .malformedHead }
        let lines = text.utf8.dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).map { String(Substring($0)) }
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }),
            let size = Int64(canonicalDecimal: lines[1].utf8),
            let root = LogHash(base64: lines[2])
        else { throw .malformedHead }
        self.init(
            checked: lines[0], size: size, root: root, extensions: Array(lines.dropFirst(3)))
    }
}

/// A head that its log has signed. It exists only by signing it or by verifying its note.
package struct SignedHead: Hashable, Sendable {
    package let head: Head
    package let note: SignedNote

    /// Signs `head`. The caller has made sure that it continues every head signed before.
    ///
    /// - Throws: `NoteRefusal.otherLog` unless the head's origin is the signer's name.
    package init(signing head: Head, by signer: NoteSigner) throws {
        guard head.origin.utf8.elementsEqual(signer.name.utf8) else { throw NoteRefusal.otherLog }
        self.head = head
        note = try signer.signing(head.text)
    }

    /// Reads and verifies the note of a head; total on every input.
    ///
    /// - Throws: `NoteRefusal`; `.otherLog` unless the origin is the verifier's name.
    package init(verifying bytes: [UInt8], with verifier: NoteVerifier) throws(NoteRefusal) {
        note = try SignedNote(parsing: bytes)
        try note.verify(with: verifier)
        head = try Head(parsing: note.text)
        guard head.origin.utf8.elementsEqual(verifier.name.utf8) else { throw .otherLog }
    }

    /// The note as it is served at `checkpoint`.
    package var bytes: [UInt8] { note.bytes }
}

extension FixedWidthInteger {
    /// The number with this decimal text: digits only, no leading zero, no overflow.
    init?(canonicalDecimal text: some Collection<UInt8>) {
        guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else {
            return nil
        }
        var value: Self = 0
        for character in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = shifted.addingReportingOverflow(
                Self(character - UInt8(ascii: "0")))
            guard !tooLarge, !overflows else { return nil }
            value = sum
        }
        self = value
    }
}
