import Testing

@testable import Ethereum

/// Events are read from logs that any endpoint may have made up.
struct ContractEventTests {
    private static let vault = Vault(key(11).address)
    private static let escrow = LeaseEscrow(key(12).address)
    private static let anchor = UsageAnchor(key(13).address)
    private static let (one, two, three) = (key(1).address, key(2).address, key(3).address)
    private static let hash = Keccak256.hash([1])

    private static let voucher = Voucher(
        user: one, payee: two, token: three, cumulative: 9, commission: 1, usageRoot: hash)

    /// A log with these values, as a contract writes it.
    private static func log(
        _ event: ABIEvent, _ values: [ABIValue], by contract: Address
    ) throws -> Log {
        var topics = [event.topic]
        var data: [(ABIType, ABIValue)] = []
        for (field, value) in zip(event.fields, values) {
            switch field.place {
            case .topic: topics.append(try ABIEvent.topic(of: value, as: field.type))
            case .data: data.append((field.type, value))
            }
        }
        return log(
            topics, try ABIEncoding.encode(data.map(\.1), as: data.map(\.0)), by: contract)
    }

    private static func log(_ topics: [Hash256], _ data: [UInt8], by contract: Address) -> Log {
        Log(
            address: contract, topics: topics, data: data, blockNumber: 1, blockHash: .zero,
            transaction: .zero, index: 0)
    }

    private static let ofVault: [(VaultEvent.Kind, [ABIValue], VaultEvent)] = [
        (
            .deposited, [.address(one), .address(two), .uint(5)],
            .deposited(user: one, token: two, amount: 5)
        ),
        (
            .authorised, [.address(one), .address(two), .uint(5), .uint(6)],
            .authorised(user: one, key: two, cap: 5, expiry: 6)
        ),
        (.revoked, [.address(one), .address(two)], .revoked(user: one, key: two)),
        (
            .redeemed,
            [
                .address(one), .address(two), .address(three), .uint(9), .uint(1),
                .fixedBytes(hash.bytes),
            ], .redeemed(voucher)
        ),
        (
            .skipped, [.address(one), .address(two), .uint(99), .string("over ceiling")],
            .skipped(user: one, payee: two, index: 99, reason: "over ceiling")
        ),
        (
            .exitStarted, [.address(one), .address(two), .uint(5), .uint(6), .uint(7)],
            .exitStarted(user: one, token: two, amount: 5, opens: 6, closes: 7)
        ),
        (
            .exitFinished, [.address(one), .address(two), .uint(5)],
            .exitFinished(user: one, token: two, amount: 5)
        ),
        (
            .withdrawn, [.address(one), .address(two), .address(three), .uint(5)],
            .withdrawn(account: one, token: two, to: three, amount: 5)
        ),
    ]

    private static let ofEscrow: [(EscrowEvent.Kind, [ABIValue], EscrowEvent)] = [
        (
            .opened,
            [
                .fixedBytes(hash.bytes), .address(one), .address(two), .address(three), .uint(5),
                .fixedBytes(hash.bytes),
            ],
            .opened(id: hash, payer: one, payee: two, token: three, deposit: 5, lease: hash)
        ),
        (
            .settled, [.fixedBytes(hash.bytes), .uint(5), .fixedBytes(hash.bytes)],
            .settled(id: hash, seconds: 5, usageRoot: hash)
        ),
        (
            .closed, [.fixedBytes(hash.bytes), .uint(5), .uint(6), .fixedBytes(hash.bytes)],
            .closed(id: hash, seconds: 5, credit: 6, usageRoot: hash)
        ),
        (
            .skipped, [.fixedBytes(hash.bytes), .uint(3), .string("time")],
            .skipped(id: hash, index: 3, reason: "time")
        ),
        (.stopped, [.fixedBytes(hash.bytes), .address(one)], .stopped(id: hash, by: one)),
        (
            .claimed, [.fixedBytes(hash.bytes), .uint(5), .uint(6), .fixedBytes(hash.bytes)],
            .claimed(id: hash, seconds: 5, elapsed: 6, evidence: hash)
        ),
        (.disputed, [.fixedBytes(hash.bytes), .address(one)], .disputed(id: hash, by: one)),
        (
            .withdrawn, [.address(one), .address(two), .address(three), .uint(5)],
            .withdrawn(account: one, token: two, to: three, amount: 5)
        ),
    ]

    @Test func `every event is read from the log that its contract writes`() throws {
        #expect(Self.ofVault.count == VaultEvent.Kind.allCases.count)
        for (kind, values, event) in Self.ofVault {
            let log = try Self.log(kind.event, values, by: Self.vault.address)
            #expect(try VaultEvent(log, of: Self.vault) == event)
            // Anybody can have something skipped, as often as they like.
            #expect(Self.vault.filter.admits(log) == (kind != .skipped))
        }
        #expect(Self.ofEscrow.count == EscrowEvent.Kind.allCases.count)
        for (kind, values, event) in Self.ofEscrow {
            let log = try Self.log(kind.event, values, by: Self.escrow.address)
            #expect(try EscrowEvent(log, of: Self.escrow) == event)
            #expect(Self.escrow.filter.admits(log))
        }
    }

    @Test func `a head is read from its log, and asked for by its publisher`() throws {
        let values: [ABIValue] = [
            .address(Self.one), .uint(7), .fixedBytes(Self.hash.bytes), .string("https://a/v1/log"),
        ]
        let log = try Self.log(UsageAnchor.anchored, values, by: Self.anchor.address)
        let head = try Self.anchor.head(log)
        #expect(head.publisher == Self.one && head.size == 7 && head.root == Self.hash)
        #expect(head.uri == "https://a/v1/log")
        #expect(try Self.anchor.filter(of: Self.one).admits(log))
        #expect(try !Self.anchor.filter(of: Self.two).admits(log))
        // No log has so many entries.
        var wide = values
        wide[1] = .uint(.max)
        let impossible = try Self.log(UsageAnchor.anchored, wide, by: Self.anchor.address)
        #expect(throws: ABIRefusal.self) { try Self.anchor.head(impossible) }
    }

    @Test func `a log of another contract is refused`() throws {
        for (kind, values, _) in Self.ofVault {
            let log = try Self.log(kind.event, values, by: Self.one)
            #expect(throws: ABIRefusal.form) { try VaultEvent(log, of: Self.vault) }
            #expect(!Self.vault.filter.admits(log))
        }
        for (kind, values, _) in Self.ofEscrow {
            let log = try Self.log(kind.event, values, by: Self.vault.address)
            #expect(throws: ABIRefusal.form) { try EscrowEvent(log, of: Self.escrow) }
        }
    }

    @Test func `a log of another event, or of none, is refused`() throws {
        for topics in [[], [Self.hash], [Self.hash, Self.hash, Self.hash, Self.hash]] {
            let log = Self.log(topics, [], by: Self.vault.address)
            #expect(throws: ABIRefusal.form) { try VaultEvent(log, of: Self.vault) }
        }
        // The escrow's own event of the same name is of another form.
        let skipped = try Self.log(
            EscrowEvent.Kind.skipped.event, [.fixedBytes(Self.hash.bytes), .uint(1), .string("x")],
            by: Self.vault.address)
        #expect(throws: ABIRefusal.form) { try VaultEvent(skipped, of: Self.vault) }
    }

    @Test func `bytes behind the fields, and topics that are no addresses, are refused`() throws {
        for (kind, values, _) in Self.ofVault {
            let log = try Self.log(kind.event, values, by: Self.vault.address)
            let longer = Self.log(
                log.topics, log.data + [UInt8](repeating: 0, count: 32), by: log.address)
            #expect(throws: ABIRefusal.notCanonical) { try VaultEvent(longer, of: Self.vault) }
            let wide = [log.topics[0], Self.hash, log.topics[2]]
            #expect(throws: ABIRefusal.notCanonical) {
                try VaultEvent(Self.log(wide, log.data, by: log.address), of: Self.vault)
            }
        }
    }

    @Test func `no log makes the readers trap, and what they read is what it says`() throws {
        var generator = Seeded(seed("contract events"))
        let samples = try Self.ofVault.map {
            try Self.log($0.0.event, $0.1, by: Self.vault.address)
        }
        for _ in 0..<20_000 {
            let sample = try #require(samples.randomElement(using: &generator))
            var topics = sample.topics
            if Int.random(in: 0..<4, using: &generator) == 0 { topics.shuffle(using: &generator) }
            if Int.random(in: 0..<4, using: &generator) == 0 { _ = topics.popLast() }
            let data = generator.mutated(sample.data)
            let log = Self.log(topics, data, by: Self.vault.address)
            guard let event = try? VaultEvent(log, of: Self.vault) else { continue }
            let (kind, values) = event.written
            #expect(try Self.log(kind.event, values, by: Self.vault.address) == log)
        }
    }
}

extension VaultEvent {
    /// The values that its log holds.
    fileprivate var written: (Kind, [ABIValue]) {
        switch self {
        case .deposited(let user, let token, let amount):
            (.deposited, [.address(user), .address(token), .uint(amount)])
        case .authorised(let user, let key, let cap, let expiry):
            (.authorised, [.address(user), .address(key), .uint(cap), .uint(expiry)])
        case .revoked(let user, let key): (.revoked, [.address(user), .address(key)])
        case .redeemed(let voucher):
            (
                .redeemed,
                [
                    .address(voucher.user), .address(voucher.payee), .address(voucher.token),
                    .uint(voucher.cumulative), .uint(voucher.commission),
                    .fixedBytes(voucher.usageRoot.bytes),
                ]
            )
        case .skipped(let user, let payee, let index, let reason):
            (
                .skipped,
                [.address(user), .address(payee), .uint(UInt256(index)), .string(reason)]
            )
        case .exitStarted(let user, let token, let amount, let opens, let closes):
            (
                .exitStarted,
                [.address(user), .address(token), .uint(amount), .uint(opens), .uint(closes)]
            )
        case .exitFinished(let user, let token, let amount):
            (.exitFinished, [.address(user), .address(token), .uint(amount)])
        case .withdrawn(let account, let token, let to, let amount):
            (.withdrawn, [.address(account), .address(token), .address(to), .uint(amount)])
        }
    }
}
