import Testing

@testable import ContainerEngine

/// Messages of the name service as bytes, against the examples of the standards.
@Suite struct NameMessageTests {
    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.filter(\.isHexDigit))
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)!
        }
    }

    static func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }

    /// RFC 1035 §4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
    static let compressed: [UInt8] = {
        var bytes = [UInt8](repeating: 0xff, count: 93)
        func put(_ text: String, at place: Int) {
            bytes.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
        }
        put("\u{1}F\u{3}ISI\u{4}ARPA\u{0}", at: 20)
        put("\u{3}FOO", at: 40)
        bytes.replaceSubrange(44..<46, with: [0xc0, 20])
        bytes.replaceSubrange(64..<66, with: [0xc0, 26])
        bytes[92] = 0
        return bytes
    }()

    @Test(arguments: [
        (20, "f.isi.arpa", 32), (40, "foo.f.isi.arpa", 46), (64, "arpa", 66), (92, "", 93),
    ])
    func `names are read as RFC 1035 compresses them`(place: Int, text: String, end: Int) throws {
        var reader = NameReader(Self.compressed, at: place)
        #expect(try reader.name().description == text)
        #expect(reader.place == end)
    }

    /// An answer as servers of today send it: www.example.com, one CNAME and two addresses.
    static let answer = bytes(
        """
        002a 8180 0001 0003 0001 0001
        03777777 076578616d706c65 03636f6d 00 0001 0001
        c00c 0005 0001 0000012c 0009 0663646e313233 c010
        c02d 0001 0001 0000003c 0004 5db8d822
        c02d 0001 0001 0000003c 0004 0a000001
        c010 0002 0001 00000e10 0006 036e7331 c010
        00 0029 04d0 0000 0000 0000
        """)

    @Test func `an answer is read, and what follows the answers is left out`() throws {
        let message = try NameMessage(answer: Self.answer)
        #expect(message.id == 42 && message.code == .done && !message.isTruncated)
        #expect(message.question == .init(name: try Self.name("WWW.example.com"), type: 1))
        #expect(
            message.answers.map(\.value) == [
                .name(type: 5, try Self.name("cdn123.example.com")),
                .address(try #require(IPAddress("93.184.216.34"))),
                .address(try #require(IPAddress("10.0.0.1"))),
            ])
        #expect(message.answers.map(\.seconds) == [300, 60, 60])
    }

    @Test
    func `a question is read with the size that its sender takes, or refused with its number`()
        throws
    {
        let asked = "002a 0100 0001 0000 0000 0001 0161 03636f6d 00 001c 0001"
        let plain = Self.bytes(asked.replacing("0000 0001 0161", with: "0000 0000 0161"))
        let question = NameMessage.Question(name: try Self.name("a.com"), type: 28)
        #expect(NameMessage.query(plain) == .question(NameMessage(id: 42, asking: question)))
        let sized = Self.bytes(asked + "00 0029 1000 0000 0000 0000")
        #expect(
            NameMessage.query(sized)
                == .question(NameMessage(id: 42, asking: question, datagramBytes: 4_096)))
        func refused(_ hex: String, _ code: UInt8) {
            guard case .refused(let bytes) = NameMessage.query(Self.bytes(hex)) else {
                Issue.record("\(hex) was not refused")
                return
            }
            #expect(Array(bytes[..<2]) == [0, 42] && bytes[2] & 0x80 != 0)
            #expect(bytes[3] & 15 == code && bytes.count == 12)
        }
        refused("002a 0100 0002 0000 0000 0000 0161 00 0001 0001 0162 00 0001 0001", 1)
        refused("002a 0100 0001 0000 0000 0000 0161 00 0001 0003", 5)  // class CH
        refused("002a 2800 0001 0000 0000 0000 0161 00 0006 0001", 4)  // an update
        refused("002a 0100 0001 0000 0000 0000 0161", 1)
        refused("002a 0100 0001 0000 0000 0000 c00c 0001 0001", 1)  // leads to itself
        #expect(NameMessage.query(Self.answer) == .ignored)
        #expect(NameMessage.query([0, 42, 1]) == .ignored)
    }

    @Test func `what is written is read again, names and all`() throws {
        var message = NameMessage(
            id: 7, asking: .init(name: try Self.name("a.example.com"), type: 15),
            datagramBytes: 4_096
        ).answered(.done)
        let owner = try Self.name("a.example.com")
        func add(_ value: NameMessage.Value) {
            message.answers.append(.init(name: owner, seconds: 9, value: value))
        }
        add(.address(try #require(IPAddress("1.2.3.4"))))
        add(.address(try #require(IPAddress("2600::1"))))
        add(.name(type: 5, try Self.name("b.example.com")))
        add(.exchange(preference: 10, try Self.name("mx.example.com")))
        add(.service([0, 1, 0, 2, 0, 80], try Self.name("s.example.com")))
        add(.bytes(type: 16, [3, 1, 2, 3]))
        let bytes = message.bytes(limit: 512)
        #expect(bytes.count < 200, "names are compressed: \(bytes.count)")
        var read = try NameMessage(answer: bytes)
        read.datagramBytes = 4_096
        #expect(read == message)
    }

    @Test func `an answer that does not fit is cut to its question, and says so`() throws {
        var message = NameMessage(id: 7, asking: .init(name: try Self.name("a.b"), type: 1))
            .answered(.done)
        message.answers = (0..<40).map {
            .init(
                name: message.question.name, seconds: 1,
                value: .address(IPAddress(v4: 0x0101_0101 + UInt32($0))))
        }
        #expect(message.answerBytes == 512)
        let cut = try NameMessage(answer: message.bytes(limit: message.answerBytes))
        #expect(cut.isTruncated && cut.answers.isEmpty)
        #expect(try NameMessage(answer: message.bytes(limit: 65_535)).answers.count == 40)
        message.datagramBytes = 65_535
        #expect(message.answerBytes == 1_232)
    }

    @Test(arguments: [
        "1.0.0.10.in-addr.arpa": "10.0.0.1", "254.169.254.169.IN-ADDR.ARPA": "169.254.169.254",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.2.ip6.arpa": "2600::1",
        "0.0.10.in-addr.arpa": nil, "1.in-addr.arpa.example": nil, "a.b.c.d.in-addr.arpa": nil,
        "1.ip6.arpa": nil,
    ])
    func `a reverse name stands for its address`(text: String, address: String?) throws {
        #expect(try Self.name(text).reversed == address.flatMap { IPAddress($0) })
    }

    @Test func `a name is at most 255 bytes, its labels at most 63`() {
        let label = String(repeating: "a", count: 63)
        let longest = [label, label, label, String(repeating: "a", count: 61)]
        #expect(DomainName(longest.joined(separator: ".")) != nil)
        #expect(DomainName((longest + ["a"]).joined(separator: ".")) == nil)
        #expect(DomainName(label + "a") == nil && DomainName("a..b") == nil)
        let part = [UInt8(63)] + [UInt8](repeating: 97, count: 63)
        var reader = NameReader(part + part + part + part + part + [0])
        #expect(throws: NameReader.Malformed.self) { try reader.name() }
    }

    // MARK: Whatever arrives

    @Test func `no bytes make the reader fail otherwise than by saying so`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("name messages, seed \(seed)")
        var random = EgressPolicyTests.Linear(state: seed)
        let sources = [Self.answer, Self.compressed]
        let rule = NameRule(EgressPolicyTests.policy)
        var read = 0
        for round in 0..<20_000 {
            var bytes = sources[Int(random.next() % 2)]
            if round % 4 == 0 {
                bytes = (0..<Int(random.next() % 80)).map { _ in UInt8(random.next() & 255) }
            }
            for _ in 0..<(random.next() % 6) where !bytes.isEmpty {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 255)
            }
            if random.next() % 3 == 0 {
                bytes = Array(bytes.prefix(Int(random.next() % 100)))
            }
            _ = NameMessage.query(bytes)
            guard let message = try? NameMessage(answer: bytes) else { continue }
            read += 1
            // What was read says the same when it was written, and no rule lets it say more.
            let again = try NameMessage(answer: message.bytes(limit: 65_535))
            #expect(again == message, "seed \(seed), round \(round)")
            let query = NameMessage(id: 1, asking: message.question)
            let told = try NameMessage(
                answer: rule.answer(to: query, by: message).bytes(limit: 65_535))
            for case .address(let address) in told.answers.map(\.value) {
                #expect(EgressPolicyTests.policy.allows(address), "seed \(seed), round \(round)")
            }
        }
        #expect(read > 1_000, "seed \(seed): \(read)")
    }
}
