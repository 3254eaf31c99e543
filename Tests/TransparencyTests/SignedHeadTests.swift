import Crypto
import Testing
import Transparency

@Suite struct SignedHeadTests {
    private let signer: NoteSigner
    private let head: Head

    init() throws {
        signer = try Self.makeSigner("orban.example/log", seed: 1)
        head = try Head(origin: "orban.example/log", size: 42, root: .leaf([42]))
    }

    private static func makeSigner(_ name: String, seed: UInt8) throws -> NoteSigner {
        try NoteSigner(
            name: name,
            privateKey: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: seed, count: 32)))
    }

    @Test func `a signed head is read back as it was`() throws {
        let signed = try SignedHead(signing: head, by: signer)
        let read = try SignedHead(verifying: signed.bytes, with: signer.verifier)
        #expect(read == signed)
        #expect(read.head == head)
        #expect(read.bytes == signed.bytes)
    }

    @Test func `every single turned bit of a note refuses it`() throws {
        let bytes = try SignedHead(signing: head, by: signer).bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var turned = bytes
                turned[index] ^= 1 << UInt8(bit)
                #expect(throws: NoteRefusal.self, "byte \(index) bit \(bit)") {
                    try SignedHead(verifying: turned, with: signer.verifier)
                }
            }
        }
    }

    @Test func `every cut of a note refuses it`() throws {
        let bytes = try SignedHead(signing: head, by: signer).bytes
        for count in bytes.indices {
            #expect(throws: NoteRefusal.self) {
                try SignedHead(verifying: Array(bytes.prefix(count)), with: signer.verifier)
            }
        }
    }

    @Test func `a forged text keeps its old signature and is refused`() throws {
        let note = String(decoding: try SignedHead(signing: head, by: signer).bytes, as: UTF8.self)
        let forged = Array(note.replacing("\n42\n", with: "\n43\n").utf8)
        #expect(throws: NoteRefusal.forged) {
            try SignedHead(verifying: forged, with: signer.verifier)
        }
    }

    @Test func `a note of another key is unsigned to us`() throws {
        let other = try Self.makeSigner("orban.example/log", seed: 2)
        let bytes = try SignedHead(signing: head, by: other).bytes
        #expect(throws: NoteRefusal.unsigned) {
            try SignedHead(verifying: bytes, with: signer.verifier)
        }
    }

    @Test func `lines of unknown keys are ignored beside ours`() throws {
        let witness = try Self.makeSigner("witness.example", seed: 3)
        let ours = try SignedHead(signing: head, by: signer).bytes
        let theirs = try witness.signing(head.text).bytes
        let line = theirs.dropFirst(head.text.utf8.count + 1)
        let read = try SignedHead(verifying: ours + line, with: signer.verifier)
        #expect(read.note.signatures.map(\.name) == [signer.name, witness.name])
        try read.note.verify(with: witness.verifier)
        #expect(throws: NoteRefusal.otherLog) {
            try SignedHead(verifying: ours + line, with: witness.verifier)
        }
    }

    @Test func `a head of another log is neither signed nor accepted`() throws {
        let other = try Head(origin: "orban.example/other", size: 1, root: .leaf([1]))
        #expect(throws: NoteRefusal.otherLog) { try SignedHead(signing: other, by: signer) }
        let bytes = try signer.signing(other.text).bytes
        #expect(throws: NoteRefusal.otherLog) {
            try SignedHead(verifying: bytes, with: signer.verifier)
        }
    }

    @Test(arguments: [
        "", "\n", "a\n1\n", "a\n1\nAAAA\n", "a\n01\n{}\n", "a\n+1\n{}\n", "a\n-1\n{}\n",
        "a\n9223372036854775808\n{}\n", "a\n99999999999999999999999\n{}\n", "\n1\n{}\n",
        "a\n1\n{}", "a\n1\n{}\n\n", "a\n1\n{}\n\nb\n", "a\n1\r\n{}\n", "a\n1 \n{}\n", "a\n\n{}\n",
        "a\n１\n{}\n",
    ])
    func `a text that is not exactly a head is refused`(pattern: String) {
        let text = pattern.replacing("{}", with: LogHash.emptyTree.base64)
        #expect(throws: NoteRefusal.malformedHead) { try Head(parsing: text) }
    }

    @Test func `sizes from zero to the largest and extension lines are read`() throws {
        for size in [0, 1, 10, .max] as [Int64] {
            let head = try Head(origin: "a b+c", size: size, root: .emptyTree)
            #expect(try Head(parsing: head.text) == head)
        }
        let text = "a\n1\n\(LogHash.emptyTree.base64)\nmore\neven more\n"
        let extended = try Head(parsing: text)
        #expect(extended.extensions == ["more", "even more"])
        #expect(extended.text == text)
    }

    @Test func `a head of ours cannot be made from nonsense`() {
        #expect(throws: NoteRefusal.malformedHead) {
            try Head(origin: "a", size: -1, root: .emptyTree)
        }
        for origin in ["", "a\nb", "a\r", "\u{0}"] {
            #expect(throws: NoteRefusal.malformedHead) {
                try Head(origin: origin, size: 1, root: .emptyTree)
            }
        }
    }
}
