import Crypto
import Testing
import Transparency

@Suite struct SignedNoteTests {
    private static let line = "— a.example AAAAAAE=\n"

    @Test(arguments: [
        ("", NoteRefusal.malformedText),
        ("text\n", .malformedText),
        ("text\n— a.example AAAAAAE=\n", .malformedText),
        ("text\n\n", .malformedSignature),
        ("text\n\n— a.example AAAAAAE=", .malformedSignature),
        ("text\n\n- a.example AAAAAAE=\n", .malformedSignature),
        ("text\n\n—a.example AAAAAAE=\n", .malformedSignature),
        ("text\n\n— a.example  AAAAAAE=\n", .malformedSignature),
        ("text\n\n— a.example\n", .malformedSignature),
        ("text\n\n—  AAAAAAE=\n", .malformedSignature),
        ("text\n\n— a+b AAAAAAE=\n", .malformedSignature),
        ("text\n\n— a\u{A0}b AAAAAAE=\n", .malformedSignature),
        ("text\n\n— a.example AAAAAA==\n", .malformedSignature),
        ("text\n\n— a.example AAAAAAF=\n", .malformedSignature),
        ("text\n\n— a.example AAAAAAE= more\n", .malformedSignature),
        ("text\n\n— a.example AAAAAAE=\nmore\n", .malformedSignature),
        ("te\txt\n\n— a.example AAAAAAE=\n", .notText),
        ("text\r\n\r\n— a.example AAAAAAE=\r\n", .notText),
    ])
    func `a note that is not exactly one is refused`(text: String, refusal: NoteRefusal) {
        #expect(throws: refusal) { try SignedNote(parsing: Array(text.utf8)) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        let bytes = [0xFF] + Array("\n\n\(Self.line)".utf8)
        #expect(throws: NoteRefusal.notText) { try SignedNote(parsing: bytes) }
    }

    @Test func `the last empty line divides text from signatures`() throws {
        let text = "first\n\n— not.a.signature\n\nlast\n"
        let bytes = Array("\(text)\n\(Self.line)".utf8)
        let note = try SignedNote(parsing: bytes)
        #expect(note.text == text)
        #expect(note.signatures.map(\.name) == ["a.example"])
        #expect(note.signatures.map(\.keyID) == [0])
        #expect(note.bytes == bytes)
    }

    @Test func `a note has at most 100 signatures and a megabyte`() throws {
        func note(_ lines: Int) -> [UInt8] {
            Array(("text\n\n" + String(repeating: Self.line, count: lines)).utf8)
        }
        #expect(try SignedNote(parsing: note(100)).signatures.count == 100)
        #expect(throws: NoteRefusal.tooManySignatures) { try SignedNote(parsing: note(101)) }
        let large = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_001)
        #expect(throws: NoteRefusal.tooLarge) { try SignedNote(parsing: large) }
    }

    @Test func `hostile bytes end in a refusal and never in a trap`() throws {
        var generator = SeededGenerator(seed: propertySeed)
        let pieces = ["—", " ", "\n", "\n\n", "a", "AAAAAAE=", "+", "=", "é", "\u{0}"].map {
            Array($0.utf8)
        }
        for _ in 0..<5000 {
            let count = Int.random(in: 0..<12, using: &generator)
            let bytes = (0..<count).flatMap { _ in pieces.randomElement(using: &generator)! }
            do throws(NoteRefusal) {
                #expect(try SignedNote(parsing: bytes).bytes == bytes, "seed \(propertySeed)")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test(arguments: [
        "", "a", "a+b", "a+00000000+", "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033DE0AE+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+As4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8=",
        "sum golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ])
    func `a key text with another ID, type or form is refused`(text: String) {
        #expect(throws: NoteRefusal.self) { try NoteVerifier(parsing: text) }
    }

    @Test func `a key under another name does not verify the same note`() throws {
        let key = Curve25519.Signing.PrivateKey()
        let note = try NoteSigner(name: "a", privateKey: key).signing("text\n")
        try note.verify(with: NoteSigner(name: "a", privateKey: key).verifier)
        #expect(throws: NoteRefusal.unsigned) {
            try note.verify(with: NoteSigner(name: "b", privateKey: key).verifier)
        }
    }

    @Test func `text without a last newline or with control characters is not signed`() throws {
        let signer = try NoteSigner(name: "a", privateKey: Curve25519.Signing.PrivateKey())
        for text in ["", "text", "te\txt\n", "text\r\n"] {
            #expect(throws: NoteRefusal.malformedText) { try signer.signing(text) }
        }
        #expect(throws: NoteRefusal.malformedName) {
            try NoteSigner(name: "a b", privateKey: Curve25519.Signing.PrivateKey())
        }
    }
}
