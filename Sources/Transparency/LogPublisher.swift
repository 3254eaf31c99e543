package import Domain

/// Which account of which chain anchors a log's heads. By itself somebody's word; `SignedPublisher` is the
/// log's.
package struct LogPublisher: Hashable, Sendable {
    /// Of the log.
    package let origin: String
    /// EIP-155.
    package let chain: Int64
    /// Where heads are anchored.
    package let contract: ChainAddress
    /// Who anchors them.
    package let account: ChainAddress

    /// - Throws: `.malformedPublisher` for an origin that is not one line of text, or a chain below 1.
    package init(
        origin: String, chain: Int64, contract: ChainAddress, account: ChainAddress
    ) throws(NoteRefusal) {
        guard chain > 0, !origin.isEmpty, origin.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
        else { throw .malformedPublisher }
        self.origin = origin
        self.chain = chain
        self.contract = contract
        self.account = account
    }

    private static let suffix = "/publisher"
    private static let scheme = "eip155:"

    /// The text that is signed: the origin with `/publisher`, the chain (CAIP-2), contract and account, a line
    /// each. No head's text has this form: its second line is a number.
    package var text: String {
        [origin + Self.suffix, Self.scheme + String(chain), contract.text, account.text]
            .map { $0 + "\n" }.joined()
    }

    /// - Throws: `.malformedPublisher` for any other text.
    package init(parsing text: String) throws(NoteRefusal) {
        guard isNoteText(text.utf8) else { throw .malformedPublisher }
        let lines = text.utf8.dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Bytes and not characters, which an origin's last one could join.
        guard lines.count == 4, lines[0].reversed().starts(with: Self.suffix.utf8.reversed()),
            lines[1].starts(with: Self.scheme.utf8),
            let chain = Int64(canonicalDecimal: lines[1].dropFirst(Self.scheme.utf8.count)),
            let contract = ChainAddress(Substring(lines[2])),
            let account = ChainAddress(Substring(lines[3]))
        else { throw .malformedPublisher }
        try self.init(
            origin: String(Substring(lines[0].dropLast(Self.suffix.utf8.count))), chain: chain,
            contract: contract, account: account)
    }
}

/// A publisher that its log has signed. It exists only by signing it or by verifying its note.
package struct SignedPublisher: Hashable, Sendable {
    package let publisher: LogPublisher
    package let note: SignedNote

    /// - Throws: `NoteRefusal.otherLog` unless the origin is the signer's name.
    package init(signing publisher: LogPublisher, by signer: NoteSigner) throws {
        guard publisher.origin.utf8.elementsEqual(signer.name.utf8) else {
            throw NoteRefusal.otherLog
        }
        self.publisher = publisher
        note = try signer.signing(publisher.text)
    }

    /// Reads and verifies the note; total on every input.
    ///
    /// - Throws: `NoteRefusal`; `.otherLog` unless the origin is the verifier's name.
    package init(verifying bytes: [UInt8], with verifier: NoteVerifier) throws(NoteRefusal) {
        note = try SignedNote(parsing: bytes)
        try note.verify(with: verifier)
        publisher = try LogPublisher(parsing: note.text)
        guard publisher.origin.utf8.elementsEqual(verifier.name.utf8) else { throw .otherLog }
    }

    package var bytes: [UInt8] { note.bytes }
}
