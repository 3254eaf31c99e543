package import Crypto

/// The public half of a note key: a name, and an Ed25519 key (C2SP signed-note).
///
/// Its text is `name+hexid+base64(0x01 || public key)`; that is what an auditor pins.
package struct NoteVerifier: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// 32 bytes, RFC 8032.
    package let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name || 0x0A || 0x01 || public key), big-endian. A
    /// label, not a commitment: only the public key decides.
    package let keyID: UInt32

    /// The signature type byte of plain Ed25519.
    private static let ed25519: UInt8 = 0x01

    /// - Throws: `.malformedName` or `.malformedKey`.
    package init(name: String, publicKey: [UInt8]) throws(NoteRefusal) {
        guard isNoteName(name) else { throw .malformedName }
        guard publicKey.count == 32 else { throw .malformedKey }
        self.name = name
        self.publicKey = publicKey
        keyID = Self.keyID(name: name, publicKey: publicKey)
    }

    /// Reads the text form.
    ///
    /// - Throws: `.malformedKey`, also where the key ID is not the one of name and key.
    package init(parsing text: String) throws(NoteRefusal) {
        // Base64 may contain a plus, a name may not: the first two divide.
        let parts = text.utf8.split(
            separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3,
            let key = Base64.decode(Substring(parts[2])), key.first == Self.ed25519
        else { throw .malformedKey }
        try self.init(name: String(Substring(parts[0])), publicKey: Array(key.dropFirst()))
        guard parts[1].elementsEqual(keyIDText.utf8) else { throw .malformedKey }
    }

    package var description: String {
        "\(name)+\(keyIDText)+\(Base64.encode([Self.ed25519] + publicKey))"
    }

    /// Whether `signature` is this key's over `message`.
    package func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        do {
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
            return key.isValidSignature(signature, for: message)
        } catch {
            return false
        }
    }

    private var keyIDText: String { Hex.encode(keyID.bigEndianBytes) }

    private static func keyID(name: String, publicKey: [UInt8]) -> UInt32 {
        var hasher = SHA256()
        let message = Array(name.utf8) + [0x0A, ed25519] + publicKey
        message.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The private half of a note key.
package struct NoteSigner: Sendable {
    package let verifier: NoteVerifier
    private let privateKey: Curve25519.Signing.PrivateKey

    /// - Throws: `.malformedName`.
    package init(name: String, privateKey: Curve25519.Signing.PrivateKey) throws(NoteRefusal) {
        self.privateKey = privateKey
        verifier = try NoteVerifier(
            name: name, publicKey: Array(privateKey.publicKey.rawRepresentation))
    }

    package var name: String { verifier.name }

    /// `text` with this key's one signature.
    ///
    /// - Throws: `NoteRefusal.malformedText`, or the failure of the cryptographic library.
    package func signing(_ text: String) throws -> SignedNote {
        guard isNoteText(text.utf8) else { throw NoteRefusal.malformedText }
        let signature = try privateKey.signature(for: Array(text.utf8))
        return SignedNote(
            text: text,
            signatures: [
                NoteSignature(name: name, keyID: verifier.keyID, bytes: Array(signature))
            ])
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

/// Not empty, no Unicode space, no control character, no plus.
package func isNoteName(_ name: String) -> Bool {
    !name.isEmpty
        && name.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && scalar != "+" && !scalar.properties.isWhitespace
        }
}

/// Ends in a newline and holds no other control character.
func isNoteText(_ text: some BidirectionalCollection<UInt8>) -> Bool {
    text.last == UInt8(ascii: "\n")
        && text.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
}
