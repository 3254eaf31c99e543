import Crypto
import Domain
import Testing
import Transparency

@Suite struct LogPublisherTests {
    private static let origin = "orban.example/log"
    private static let contract = "0x00000000000000000000000000000000000000c0"
    private static let account = "0xffffffffffffffffffffffffffffffffffffff01"
    private static let text =
        "\(origin)/publisher\neip155:31337\n\(contract)\n\(account)\n"

    private let signer: NoteSigner
    private let publisher: LogPublisher

    init() throws {
        signer = try Self.makeSigner(Self.origin, seed: 1)
        publisher = try Self.made()
    }

    private static func made(
        origin: String = origin, chain: Int64 = 31_337
    ) throws -> LogPublisher {
        try LogPublisher(
            origin: origin, chain: chain, contract: try #require(ChainAddress(contract)),
            account: try #require(ChainAddress(account)))
    }

    private static func makeSigner(_ name: String, seed: UInt8) throws -> NoteSigner {
        try NoteSigner(
            name: name,
            privateKey: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: seed, count: 32)))
    }

    // MARK: Text

    @Test func `a publisher is four lines, and is read back from them`() throws {
        #expect(publisher.text == Self.text)
        #expect(try LogPublisher(parsing: Self.text) == publisher)
        #expect(publisher.contract.text == Self.contract)
        #expect(publisher.account.text == Self.account)
        for chain in [1, 10, 42_161, .max] as [Int64] {
            let other = try Self.made(chain: chain)
            #expect(try LogPublisher(parsing: other.text) == other)
        }
    }

    /// The last is a sign that joins the next character to itself.
    @Test(arguments: ["a", "/", "/publisher", "a b+c", "é", "a\u{301}", "a\u{600}"])
    func `an origin is whatever stands before the last word`(origin: String) throws {
        let other = try Self.made(origin: origin)
        let read = try LogPublisher(parsing: other.text)
        #expect(read == other && read.origin.utf8.elementsEqual(origin.utf8))
    }

    /// What is replaced once in the text, and by what.
    private static let malformed: [(String, String)] = [
        ("/publisher", ""), ("/publisher", "/publishe"), ("/publisher", "/Publisher"),
        ("/publisher", "/publisher/"), ("/publisher", "/publisher "),
        ("/publisher", "/publisher\u{301}"), ("orban.example/log/", "/"),
        ("orban.example/log/publisher", ""),
        ("eip155:31337", ""), ("eip155:31337", "31337"), ("eip155:31337", "eip155:"),
        ("eip155:31337", "eip155:0"), ("eip155:31337", "eip155:01"),
        ("eip155:31337", "eip155:-1"), ("eip155:31337", "eip155:+1"),
        ("eip155:31337", "eip155: 1"), ("eip155:31337", "eip155:0x1"),
        ("eip155:31337", "eip155:9223372036854775808"), ("eip155:31337", "eip155:1:1"),
        ("eip155:31337", "EIP155:1"), ("eip155:31337", "eip156:1"),
        ("eip155:31337", "eip155:１"), ("eip155:31337", "eip155:1\r"),
        (contract, ""), (contract, String(contract.dropLast())), (contract, contract + "0"),
        (contract, contract.uppercased()), (contract, String(contract.dropFirst(2))),
        (contract, contract + " "), (contract, "0x\(String(repeating: "A", count: 40))"),
        (account, ""), (account, account.uppercased()), (account, account + "\n"),
        (account, account + "\nmore"), (account + "\n", account), (account + "\n", ""),
        ("\n", "\n\n"), ("\n", ""), ("\n", "\r\n"), ("eip155", "\u{0}eip155"),
    ]

    @Test(arguments: LogPublisherTests.malformed)
    func `a text that is not exactly a publisher is refused`(old: String, new: String) throws {
        let start = try #require(Self.text.firstRange(of: old))
        let text = String(Self.text[..<start.lowerBound] + new + Self.text[start.upperBound...])
        #expect(text != Self.text)
        #expect(throws: NoteRefusal.malformedPublisher, "\(text)") {
            try LogPublisher(parsing: text)
        }
    }

    @Test func `a publisher of ours cannot be made from nonsense`() {
        for chain in [0, -1, .min] as [Int64] {
            #expect(throws: NoteRefusal.malformedPublisher) { try Self.made(chain: chain) }
        }
        for origin in ["", "a\nb", "a\r", "\u{0}"] {
            #expect(throws: NoteRefusal.malformedPublisher) { try Self.made(origin: origin) }
        }
    }

    // MARK: Notes

    @Test func `a signed publisher is read back as it was`() throws {
        let signed = try SignedPublisher(signing: publisher, by: signer)
        let read = try SignedPublisher(verifying: signed.bytes, with: signer.verifier)
        #expect(read == signed && read.publisher == publisher && read.bytes == signed.bytes)
    }

    @Test func `no turned bit and no cut of its note passes`() throws {
        let bytes = try SignedPublisher(signing: publisher, by: signer).bytes
        for index in bytes.indices {
            var turned = bytes
            turned[index] ^= 1 << UInt8(index % 8)
            for wrong in [turned, Array(bytes.prefix(index))] {
                #expect(throws: NoteRefusal.self, "byte \(index)") {
                    try SignedPublisher(verifying: wrong, with: signer.verifier)
                }
            }
        }
    }

    @Test func `another key's note, a forged one and one of another log are refused`() throws {
        func refusal(_ bytes: [UInt8]) -> NoteRefusal? {
            do throws(NoteRefusal) {
                _ = try SignedPublisher(verifying: bytes, with: signer.verifier)
                return nil
            } catch {
                return error
            }
        }
        let stranger = try Self.makeSigner(Self.origin, seed: 2)
        #expect(refusal(try SignedPublisher(signing: publisher, by: stranger).bytes) == .unsigned)
        let note = String(
            decoding: try SignedPublisher(signing: publisher, by: signer).bytes, as: UTF8.self)
        for (old, new) in [("31337", "1"), ("c0\n", "c1\n"), ("ff01\n", "ff02\n")] {
            let forged = note.replacing(old, with: new, maxReplacements: 1)
            #expect(forged != note && refusal(Array(forged.utf8)) == .forged)
        }
        let other = try Self.made(origin: "orban.example/other")
        #expect(throws: NoteRefusal.otherLog) { try SignedPublisher(signing: other, by: signer) }
        #expect(refusal(try signer.signing(other.text).bytes) == .otherLog)
    }

    @Test func `a head is no publisher, and a publisher no head`() throws {
        let head = try Head(origin: Self.origin, size: 4, root: .leaf([4]))
        let more = "\(Self.origin)/publisher\n4\n\(head.root.base64)\n\(Self.account)\n"
        for text in [head.text, more] {
            let note = try signer.signing(text).bytes
            #expect(throws: NoteRefusal.malformedPublisher) {
                try SignedPublisher(verifying: note, with: signer.verifier)
            }
        }
        #expect(try Head(parsing: more).extensions == [Self.account])
        let note = try SignedPublisher(signing: publisher, by: signer).bytes
        #expect(throws: NoteRefusal.malformedHead) {
            try SignedHead(verifying: note, with: signer.verifier)
        }
    }

    @Test func `hostile texts and notes end in a refusal and never in a trap`() throws {
        var generator = SeededGenerator(seed: propertySeed)
        let lines = [
            Self.origin + "/publisher", "/publisher", "eip155:1", "eip155:", "eip155:99", "4", "",
            Self.contract, Self.account, "0x", LogHash.emptyTree.base64, "é\u{301}",
        ]
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<7, using: &generator)
            var text = (0..<count).map { _ in lines.randomElement(using: &generator)! + "\n" }
                .joined()
            if Bool.random(using: &generator) {
                let noise = generator.bytes(3)
                text += String(decoding: noise, as: UTF8.self)
            }
            do throws(NoteRefusal) {
                #expect(try LogPublisher(parsing: text).text == text, "seed \(propertySeed)")
            } catch {
                #expect(error == .malformedPublisher, "seed \(propertySeed)")
            }
            let bytes = generator.bytes(Int.random(in: 0..<200, using: &generator))
            #expect(throws: NoteRefusal.self, "seed \(propertySeed)") {
                try SignedPublisher(verifying: bytes, with: signer.verifier)
            }
        }
    }
}
