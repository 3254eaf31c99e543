import Foundation
import Glibc
import Hostile
import Testing

@testable import ContainerEngine

/// Which addresses a container may send to, as values.
@Suite struct EgressPolicyTests {
    static let policy = EgressPolicy(EgressOwnerFile(), hostAddresses: [])

    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    static func owner(_ json: String) throws(EgressOwnerFile.Refusal) -> EgressOwnerFile {
        try EgressOwnerFile(json: Data(json.utf8))
    }

    @Test func `there are at least 200 spellings, and no two are the same`() {
        #expect(TargetSpelling.all.count >= 400)
        #expect(Set(TargetSpelling.all.map(\.text)).count >= TargetSpelling.all.count - 20)
    }

    @Test func `no spelling of a metadata, private or local address is let through`() throws {
        for spelling in TargetSpelling.all {
            let read = try #require(AddressSpelling.address(spelling.text), "\(spelling)")
            #expect(read == IPAddress(spelling.address), "\(spelling)")
            #expect(!Self.policy.allows(read), "\(spelling)")
        }
    }

    @Test func `spellings are read as the system reads them`() throws {
        for spelling in TargetSpelling.all where spelling.reader == .system {
            #expect(
                Self.system(spelling.text) == AddressSpelling.address(spelling.text), "\(spelling)")
        }
    }

    @Test func `whatever inet_aton takes for an address is read as the same one`() {
        let seed = UInt64(20_261)
        var random = Linear(state: seed)
        var taken = 0
        for _ in 0..<40_000 {
            let alphabet = Array("0123456789abfxX... ")
            let length = Int(random.next() % 14) + 1
            let text = String((0..<length).map { _ in alphabet[Int(random.next() % 19)] })
            var bits = in_addr()
            guard inet_aton(text, &bits) == 1 else { continue }
            taken += 1
            let expected = IPAddress(v4: UInt32(bigEndian: bits.s_addr))
            #expect(AddressSpelling.address(text) == expected, "seed \(seed): '\(text)'")
        }
        #expect(taken > 300)
    }

    @Test(arguments: [
        "", ".", "..", "a", "1.2.3.4.5", "256.1.1.1", "1.256.1", "4294967296", "0x100000000", "08",
        "1..2", "1.2.3.0x", "example.org", "0xg", "-1", "+1", "1.2.3.4e", "::g", "１.1.1.1",
    ])
    func `a name is no address`(text: String) {
        // Some take `0x` for 0: it is better refused as an address than asked about as a name.
        let expected = text.hasSuffix("0x") ? IPAddress("1.2.3.0") : nil
        #expect(AddressSpelling.address(text) == expected)
    }

    /// The first and the last address of each denied network, and their neighbours outside.
    @Test(
        arguments: [
            ("0.0.0.0", "0.255.255.255", nil, "1.0.0.0"),
            ("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"),
            ("127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"),
            ("168.63.129.16", "168.63.129.16", "168.63.129.15", "168.63.129.17"),
            ("169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"),
            ("172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
            ("192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"),
            ("192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"),
            ("192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"),
            ("192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"),
            ("198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"),
            ("198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"),
            ("203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
            ("224.0.0.0", "255.255.255.255", "223.255.255.255", nil),
            ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil, "2000::"),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff::", "2001:200::"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7::", "2001:db9::"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:ffff::", "2003::"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe::", "3fff:1000::"),
            ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff::", nil),
        ] as [(String, String, String?, String?)])
    func `a denied network ends where it ends`(
        first: String, last: String, before: String?, after: String?
    ) throws {
        #expect(!Self.policy.allows(try Self.address(first)))
        #expect(!Self.policy.allows(try Self.address(last)))
        for outside in [before, after].compactMap({ $0 }) {
            #expect(Self.policy.allows(try Self.address(outside)), "\(outside)")
        }
    }

    @Test func `the machine's own addresses are denied, public ones too`() throws {
        let own = [try Self.address("93.184.215.14"), try Self.address("2606:2800:21f::1")]
        let policy = EgressPolicy(EgressOwnerFile(), hostAddresses: own)
        for address in own {
            #expect(Self.policy.allows(address))
            #expect(!policy.allows(address))
        }
        #expect(policy.allows(try Self.address("93.184.215.15")))
    }

    @Test func `an owner denies more, or everything, and never less`() throws {
        let more = EgressPolicy(
            try Self.owner(#"{"deny":["93.184.0.0/16","2606:2800::/32"]}"#), hostAddresses: [])
        #expect(!more.allows(try Self.address("93.184.215.14")))
        #expect(!more.allows(try Self.address("2606:2800:21f::1")))
        #expect(!more.allows(try Self.address("10.0.0.1")))
        let none = EgressPolicy(try Self.owner(#"{"reach":"nothing"}"#), hostAddresses: [])
        #expect(!none.allows(try Self.address("93.184.215.14")))
        #expect(!none.ruleset.contains("dport"))
    }

    @Test func `what an owner takes back leaves the loopback alone, in either filter`() throws {
        let link = EgressLink(index: 3, machine: nil)
        let given = Self.policy.asking(link.outer)
        let taken = given.reachingNothing
        #expect(given.allows(try Self.address("93.184.215.14")))
        #expect(!taken.allows(try Self.address("93.184.215.14")) && taken.nameServer == nil)
        #expect(
            taken.chains.flatMap(\.rules) == [#"oifname "lo" accept"#, #"iifname "lo" accept"#])
        let (open, shut) = (link.machineRuleset(given), link.machineRuleset(taken))
        #expect(open.contains("th dport 53 accept") && !shut.contains("dport"))
        let whole = #"iifname "orban3" counter drop; oifname "orban3" counter drop"#
        #expect(shut.contains(whole) && !open.contains(whole))
    }

    @Test(
        arguments: [
            ("", .notJSON), ("[]", .notJSON), ("{", .notJSON),
            (#"{"denied":[]}"#, .unknownKey("denied")),
            (#"{"allow":["::/0"]}"#, .unknownKey("allow")),
            (#"{"reach":"everything"}"#, .wrongType("reach")),
            (#"{"reach":1}"#, .wrongType("reach")),
            (#"{"deny":"10.0.0.0/8"}"#, .wrongType("deny")), (#"{"deny":[1]}"#, .wrongType("deny")),
            (#"{"deny":["10.0.0.1/8"]}"#, .notPrefix("10.0.0.1/8")),
            (#"{"deny":["10.0.0.0/33"]}"#, .notPrefix("10.0.0.0/33")),
            (#"{"deny":["10.0.0.0/-1"]}"#, .notPrefix("10.0.0.0/-1")),
            (#"{"deny":["10.0.0.0/8 }; accept"]}"#, .notPrefix("10.0.0.0/8 }; accept")),
            (#"{"bytes_per_second":true}"#, .wrongType("bytes_per_second")),
            (#"{"bytes_per_second":1.5}"#, .wrongType("bytes_per_second")),
            (#"{"bytes_per_second":0}"#, .outOfRange("bytes_per_second", 1_000...4_000_000_000)),
            (#"{"connections":0}"#, .outOfRange("connections", 1...65_536)),
            (#"{"resolvers":"9.9.9.9"}"#, .wrongType("resolvers")),
            (#"{"resolvers":["9.9.9"]}"#, .notAddress("9.9.9")),
            (
                #"{"resolvers":["1.1.1.1","1.0.0.1","8.8.8.8","8.8.4.4"]}"#,
                .tooMany("resolvers", most: 3)
            ),
        ] as [(String, EgressOwnerFile.Refusal)])
    func `an owner's file that cannot be meant is refused`(
        json: String, refusal: EgressOwnerFile.Refusal
    ) {
        #expect(throws: refusal) { try Self.owner(json) }
    }

    @Test func `an owner's list has an end`() {
        let list = Array(repeating: #""1.2.3.4""#, count: 1_025).joined(separator: ",")
        #expect(throws: EgressOwnerFile.Refusal.tooMany("deny", most: 1_024)) {
            try Self.owner("{\"deny\":[\(list)]}")
        }
        #expect(throws: EgressOwnerFile.Refusal.tooLarge(mostBytes: 65_536)) {
            try Self.owner(String(repeating: " ", count: 65_537))
        }
    }

    @Test(
        arguments: [
            (.tcp, 443, true), (.tcp, 22, true), (.tcp, 25, false), (.tcp, 465, false),
            (.tcp, 587, false), (.tcp, 53, false), (.tcp, 853, false), (.udp, 443, true),
            (.udp, 53, false), (.udp, 123, false), (.udp, 11_211, false),
        ] as [(EgressPolicy.Transport, UInt16, Bool)])
    func `mail, open name service and amplifiers are denied everywhere`(
        transport: EgressPolicy.Transport, port: UInt16, isAllowed: Bool
    ) throws {
        let address = try Self.address("93.184.215.14")
        #expect(Self.policy.allows(address, transport, port: port) == isAllowed)
        #expect(!Self.policy.allows(try Self.address("10.0.0.1"), transport, port: port))
    }

    // MARK: Words

    @Test(arguments: [
        "::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:0:0:2::3", "a::b:0:0:c",
        "0:1:2:3:4:5:6:7", "1.2.3.4", "255.255.255.255",
    ])
    func `an address is written as inet_ntop writes it`(text: String) throws {
        let address = try Self.address(text)
        #expect(IPAddress(address.description) == address)
        var buffer = [CChar](repeating: 0, count: 64)
        let family = address.family == .v4 ? AF_INET : AF_INET6
        let width = address.family.width
        let bytes = stride(from: width - 8, through: 0, by: -8).map {
            UInt8(address.bits >> UInt128($0) & 255)
        }
        inet_ntop(family, bytes, &buffer, 64)
        let plain = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        #expect(address.description == plain)
    }

    static func system(_ text: String) -> IPAddress? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(text, nil, &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        var host = [CChar](repeating: 0, count: 128)
        getnameinfo(
            found.pointee.ai_addr, found.pointee.ai_addrlen, &host, 128, nil, 0, NI_NUMERICHOST)
        return IPAddress(String(decoding: host.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }

    /// Knuth's numbers, the same each time.
    struct Linear {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}
