/// Why a note, a head or a key is not accepted. Safe to show.
package enum NoteRefusal: String, Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge
    case tooManySignatures
    case notText
    case malformedText
    case malformedSignature
    case malformedName
    case malformedKey
    /// No line is by the expected key.
    case unsigned
    /// A line claims the expected key and is not its signature over this text.
    case forged
    /// The text is not an origin, a size and a root.
    case malformedHead
    /// The text is not an origin, a chain, a contract and an account.
    case malformedPublisher
    /// The head, or the publisher, is of another log than the key.
    case otherLog

    package var description: String {
        switch self {
        case .tooLarge: "the note is larger than \(SignedNote.maximumBytes) bytes"
        case .tooManySignatures: "the note has more than \(SignedNote.maximumSignatures) signatures"
        case .notText: "the note is not UTF-8 text without control characters"
        case .malformedText: "the note has no text that ends in a newline"
        case .malformedSignature: "the note has a malformed signature line"
        case .malformedName: "a key name is empty or has a space, a plus or a control character"
        case .malformedKey: "the key is not of the form name+id+key"
        case .unsigned: "the note is not signed by the expected key"
        case .forged: "the signature of the expected key does not fit the note"
        case .malformedHead: "the text is not an origin, a size and a root"
        case .malformedPublisher: "the text is not an origin, a chain, a contract and an account"
        case .otherLog: "the head is of another log"
        }
    }
}

/// One signature line. It proves nothing until it has been checked with a key.
package struct NoteSignature: Hashable, Sendable {
    package let name: String
    package let keyID: UInt32
    package let bytes: [UInt8]
}

/// Text with signature lines (C2SP signed-note). Its text means nothing before `verify`.
package struct SignedNote: Hashable, Sendable {
    package static let maximumBytes = 1_000_000
    package static let maximumSignatures = 100

    /// What is signed, with its last newline.
    package let text: String
    package let signatures: [NoteSignature]

    /// Accepts the note if `verifier` signed it, or says why not. Lines by other keys are
    /// ignored; every line under this name and key ID has to be right.
    package func verify(with verifier: NoteVerifier) throws(NoteRefusal) {
        let message = Array(text.utf8)
        var isSigned = false
        for signature in signatures
        where signature.keyID == verifier.keyID
            && signature.name.utf8.elementsEqual(verifier.name.utf8)
        {
            guard verifier.isValid(signature.bytes, over: message) else { throw .forged }
            isSigned = true
        }
        guard isSigned else { throw .unsigned }
    }
}

extension SignedNote {
    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    /// An em dash and a space.
    private static let lineStart: [UInt8] = [0xE2, 0x80, 0x94, 0x20]

    /// The note as it is served.
    package var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        bytes.append(Self.newline)
        for signature in signatures {
            let blob = Base64.encode(signature.keyID.bigEndianBytes + signature.bytes)
            bytes += Self.lineStart + Array("\(signature.name) \(blob)\n".utf8)
        }
        return bytes
    }

    /// Reads a note; total on every input.
    package init(parsing bytes: [UInt8]) throws(NoteRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        guard String(validating: bytes, as: UTF8.self) != nil,
            bytes.allSatisfy({ $0 >= 0x20 || $0 == Self.newline })
        else { throw .notText }
        guard let blank = Self.lastBlankLine(in: bytes) else { throw .malformedText }
        let block = bytes[(blank + 1)...]
        guard !block.isEmpty, block.last == Self.newline else { throw .malformedSignature }
        let lines = block.dropLast().split(
            separator: Self.newline, omittingEmptySubsequences: false)
        guard lines.count <= Self.maximumSignatures else { throw .tooManySignatures }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try Self.signature(parsing: line)) }
        self.init(text: String(decoding: bytes[..<blank], as: UTF8.self), signatures: signatures)
    }

    /// Where the newline of the last empty line stands; the text is all before it.
    private static func lastBlankLine(in bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
        while index > 0 {
            if bytes[index] == newline, bytes[index - 1] == newline { return index }
            index -= 1
        }
        return nil
    }

    private static func signature(
        parsing line: ArraySlice<UInt8>
    ) throws(NoteRefusal) -> NoteSignature {
        guard line.starts(with: lineStart) else { throw .malformedSignature }
        let parts = line.dropFirst(lineStart.count).split(
            separator: space, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .malformedSignature }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard isNoteName(name),
            let blob = Base64.decode(String(decoding: parts[1], as: UTF8.self)), blob.count > 4
        else { throw .malformedSignature }
        return NoteSignature(
            name: name, keyID: blob.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            bytes: Array(blob.dropFirst(4)))
    }
}
