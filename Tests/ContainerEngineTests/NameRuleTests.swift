import Testing

@testable import ContainerEngine

/// What of an answer a job is told.
@Suite struct NameRuleTests {
    private static let rule = NameRule(EgressPolicyTests.policy)

    private static func query(_ name: String, _ type: UInt16 = 1) throws -> NameMessage {
        NameMessage(id: 9, asking: .init(name: try NameMessageTests.name(name), type: type))
    }

    private static func record(
        _ name: String, _ value: NameMessage.Value
    ) throws -> NameMessage.Record {
        .init(name: try NameMessageTests.name(name), seconds: 1, value: value)
    }

    private static func address(_ text: String) throws -> NameMessage.Value {
        .address(try #require(IPAddress(text)))
    }

    private static func told(
        _ query: NameMessage, _ records: [NameMessage.Record]
    ) -> NameMessage {
        var reply = query.answered(.done)
        reply.answers = records
        return rule.answer(to: query, by: reply)
    }

    @Test(arguments: TargetTexts.four)
    func `no private address is told, alone or beside a public one`(text: String) throws {
        let query = try Self.query("a.example")
        let bad = try Self.record("a.example", Self.address(text))
        let good = try Self.record("a.example", Self.address("93.184.215.14"))
        #expect(Self.told(query, [bad]).answers == [])
        #expect(Self.told(query, [bad]).code == .done)
        #expect(Self.told(query, [bad, good, bad]).answers == [good])
    }

    @Test(arguments: TargetTexts.six)
    func `no IPv6 address is told that holds a private one, or is one`(text: String) throws {
        let query = try Self.query("a.example", NameMessage.Kind.aaaa)
        let bad = try Self.record("a.example", Self.address(text))
        let good = try Self.record("a.example", Self.address("2600:9::1"))
        #expect(Self.told(query, [bad, good]).answers == [good])
    }

    @Test func `each answer is judged by itself, whatever was told before`() throws {
        let query = try Self.query("a.example")
        let good = try Self.record("a.example", Self.address("93.184.215.14"))
        let bad = try Self.record("a.example", Self.address("169.254.169.254"))
        #expect(Self.told(query, [good]).answers == [good])
        #expect(Self.told(query, [bad]).answers == [])
        #expect(Self.told(query, [good]).answers == [good])
    }

    @Test func `a chain of names is followed, and what does not belong to it is left out`() throws {
        let query = try Self.query("a.example")
        let chain = try [
            Self.record("A.example", .name(type: 5, try NameMessageTests.name("b.example"))),
            Self.record("b.example", .name(type: 5, try NameMessageTests.name("c.example"))),
            Self.record("c.example", Self.address("93.184.215.14")),
        ]
        let stray = try Self.record("bank.example", Self.address("93.184.215.15"))
        #expect(Self.told(query, [stray] + chain.reversed()).answers == chain)
        let inner = try Self.record("c.example", Self.address("10.0.0.1"))
        #expect(Self.told(query, Array(chain[..<2]) + [inner]).answers == Array(chain[..<2]))
    }

    @Test func `a chain that leads in a circle, or too far, ends`() throws {
        let query = try Self.query("n0.example")
        let circle = try [
            Self.record("n0.example", .name(type: 5, try NameMessageTests.name("n1.example"))),
            Self.record("n1.example", .name(type: 5, try NameMessageTests.name("n0.example"))),
        ]
        #expect(Self.told(query, circle).answers == circle)
        let long = try (0..<100).map {
            try Self.record(
                "n\($0).example", .name(type: 5, try NameMessageTests.name("n\($0 + 1).example")))
        }
        #expect(Self.told(query, long).answers.count == NameRule.mostSteps)
    }

    @Test func `reverse names of private addresses are not asked about`() throws {
        for name in ["1.0.0.10.in-addr.arpa", "10.in-addr.arpa", "1.ip6.arpa"] {
            let query = try Self.query(name, NameMessage.Kind.ptr)
            #expect(Self.rule.verdict(on: query) == .answer(query.answered(.noSuchName)))
        }
        let open = try Self.query("14.215.184.93.in-addr.arpa", NameMessage.Kind.ptr)
        #expect(Self.rule.verdict(on: open) == .ask(open.question))
    }

    /// SVCB, HTTPS, ANY, AXFR, NAPTR, RRSIG: an address may hide there, or all of a zone.
    @Test(arguments: [64, 65, 255, 252, 35, 46, 0, 65_535] as [UInt16])
    func `types that are not known are answered with nothing, and nobody is asked`(type: UInt16)
        throws
    {
        let query = try Self.query("a.example", type)
        #expect(Self.rule.verdict(on: query) == .answer(query.answered(.done)))
    }

    @Test(arguments: [
        (NameMessage.Code.noSuchName, NameMessage.Code.noSuchName), (.refused, .failed),
        (.failed, .failed), (.notServed, .failed), (.malformed, .failed),
    ])
    func `a server's failure is a failure, and a missing name is missing`(
        code: NameMessage.Code, told: NameMessage.Code
    ) throws {
        let query = try Self.query("a.example")
        #expect(Self.rule.answer(to: query, by: query.answered(code)).code == told)
    }

    @Test func `name servers are read as the system reads them`() {
        let text = """
            # comment
            domain example
            nameserver 10.0.0.53
            nameserver\t2606::53
            nameserver fe80::1%eth0
            nameserver 9.9.9.9
            options edns0
            nameserver none
            """
        #expect(
            ResolverFile.servers(in: text).map(\.description)
                == ["10.0.0.53", "2606::53", "fe80::1"])
        let own = ResolverFile.text(asking: IPAddress(v4: 0xc612_0001))
        #expect(ResolverFile.servers(in: own).map(\.description) == ["198.18.0.1"])
    }
}

private enum TargetTexts {
    static let four = [
        "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0",
        "100.100.100.200", "168.63.129.16", "198.18.0.2", "224.0.0.1", "255.255.255.255",
    ]
    static let six = [
        "::1", "::", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254", "fe80::1", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "ff02::1",
        "2600::5efe:10.0.0.1",
    ]
}
