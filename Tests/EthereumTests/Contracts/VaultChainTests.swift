import Staging
import Testing

@testable import Ethereum

/// The vault and the anchor on an EVM of others.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct VaultChainTests {
    private static let root = Keccak256.hash("usage".utf8)

    private func voucher(
        _ yard: Yard, _ user: Int, _ payee: Int, _ cumulative: UInt256, _ commission: UInt256
    ) -> Voucher {
        Voucher(
            user: yard.account(user).address, payee: yard.account(payee).address,
            token: yard.dollar.address, cumulative: cumulative, commission: commission,
            usageRoot: Self.root)
    }

    private func signed(_ yard: Yard, _ voucher: Voucher, by key: PrivateKey) throws
        -> SignedVoucher
    {
        SignedVoucher(voucher, key.sign(try voucher.digest(for: yard.vault, on: yard.chain.id)))
    }

    private func events(_ yard: Yard, _ receipt: Receipt) throws -> [VaultEvent] {
        try receipt.logs.filter { $0.address == yard.vault.address }
            .map { try VaultEvent($0, of: yard.vault) }
    }

    @Test func `digests and ids are those that the contracts compute`() async throws {
        try await Yard.with { yard in
            let (chain, vault, escrow) = (yard.chain.id, yard.vault, yard.escrow)
            let voucher = voucher(yard, 1, 2, 1_000_000, 25_000)
            #expect(
                try await yard.hash(
                    "voucherDigest", [Voucher.form.abi], [voucher.argument], of: vault.address)
                    == voucher.digest(for: vault, on: chain))
            var terms = Lease.terms(
                payer: voucher.user, payee: voucher.payee, token: voucher.token)
            terms.availability = 9_900
            let id = try terms.id()
            #expect(
                try await yard.hash(
                    "idOf", [LeaseTerms.form.abi], [terms.argument], of: escrow.address) == id)
            let progress = LeaseVoucher(id: id, seconds: 7, elapsed: 9, usageRoot: Self.root)
            #expect(
                try await yard.hash(
                    "voucherDigest", [.bytes32, LeaseVoucher.form.abi],
                    [.fixedBytes(id.bytes), progress.progress], of: escrow.address)
                    == progress.digest(for: escrow, on: chain))
            let claim = LeaseClaim(id: id, seconds: 7, evidence: Self.root)
            #expect(
                try await yard.hash(
                    "claimDigest", [.bytes32, .uint256, .bytes32],
                    [.fixedBytes(id.bytes), .uint(7), .fixedBytes(Self.root.bytes)],
                    of: escrow.address) == claim.digest(for: escrow, on: chain))
            #expect(try await vault.treasury(on: yard.chain, at: .latest) == yard.treasury)
            #expect(try await vault.commissionCeiling(on: yard.chain, at: .latest) == 1_000)
            #expect(try await vault.exitDelay(on: yard.chain, at: .latest) == 86_400)
        }
    }

    @Test func `a batch pays all good vouchers and says why one is skipped`() async throws {
        try await Yard.with { yard in
            let from = try await yard.chain.latest().number
            for user in [1, 2] {
                try await yard.fund(yard.account(user), 10_000_000, for: yard.vault.address)
                try await yard.send(
                    yard.vault.deposit(yard.dollar, 10_000_000), by: yard.account(user))
            }
            let (first, second) = (
                voucher(yard, 1, 3, 4_000_000, 100_000), voucher(yard, 2, 3, 2_000_000, 0)
            )
            // Signed by somebody else than its user.
            let forged = voucher(yard, 2, 4, 1_000_000, 0)
            let batch = [
                try signed(yard, first, by: yard.account(1)),
                try signed(yard, forged, by: yard.account(3)),
                try signed(yard, second, by: yard.account(2)),
            ]
            let receipt = try await yard.send(yard.vault.redeemBatch(batch), by: yard.account(5))
            #expect(
                try events(yard, receipt) == [
                    .redeemed(first),
                    .skipped(
                        user: forged.user, payee: forged.payee, index: 1, reason: "signature"),
                    .redeemed(second),
                ])
            #expect(try await yard.owed(first.payee) == 5_900_000)
            #expect(try await yard.owed(forged.payee) == 0)
            #expect(try await yard.owed(yard.treasury) == 100_000)
            let redeemed = try await yard.vault.redeemed(
                from: first.user, to: first.payee, in: yard.dollar, on: yard.chain, at: .latest)
            #expect(redeemed == .init(cumulative: 4_000_000, commission: 100_000))
            let head = try await yard.chain.latest().number
            let found = try await yard.chain.logs(yard.vault.filter, in: .numbers(from...head))
            let all = try found.map { try VaultEvent($0, of: yard.vault) }
            #expect(all.count == 4, "but for what was skipped")
            let amount = VaultEvent.deposited(
                user: first.user, token: yard.dollar.address, amount: 10_000_000)
            #expect(all.first == amount)
        }
    }

    @Test func `one voucher alone is redeemed once, by a session key within its cap`()
        async throws
    {
        try await Yard.with { yard in
            let (user, session, vault) = (yard.account(1), yard.account(6), yard.vault)
            try await yard.fund(user, 10_000_000, for: vault.address)
            try await yard.send(vault.deposit(yard.dollar, 10_000_000), by: user)
            let receipt = try await yard.send(
                vault.authorise(session.address, cap: 3_000_000, expiry: 4_000_000_000), by: user)
            #expect(
                try events(yard, receipt) == [
                    .authorised(
                        user: user.address, key: session.address, cap: 3_000_000,
                        expiry: 4_000_000_000)
                ])
            func redeeming(_ cumulative: UInt256) throws -> Transaction.Call {
                let one = try signed(yard, voucher(yard, 1, 3, cumulative, 0), by: session)
                return try vault.redeem(one.voucher, one.signature.bytes)
            }
            try await yard.send(try redeeming(3_000_000), by: yard.account(3))
            for (cumulative, words) in [(3_000_000, "stale"), (3_000_001, "over cap")]
                as [(UInt256, String)]
            {
                let said = await yard.refusal(
                    of: try redeeming(cumulative), by: yard.account(3))
                #expect(said == words)
            }
            try await leave(yard, user, from: session.address)
        }
    }

    /// Revokes the key, takes the rest out, and withdraws.
    private func leave(_ yard: Yard, _ user: PrivateKey, from key: Address) async throws {
        let (vault, dollar) = (yard.vault, yard.dollar)
        let revoked = try await yard.send(vault.revoke(key), by: user)
        #expect(try events(yard, revoked) == [.revoked(user: user.address, key: key)])
        let started = try events(yard, try await yard.send(vault.startExit(dollar), by: user))
        guard
            case .exitStarted(user.address, dollar.address, 7_000_000, let opens, let closes)? =
                started.first
        else { throw Yard.Reverted() }
        #expect(try closes == opens.adding(86_400))
        try await yard.pass(seconds: 86_401)
        let finished = try await yard.send(vault.finishExit(dollar), by: user)
        #expect(
            try events(yard, finished) == [
                .exitFinished(user: user.address, token: dollar.address, amount: 7_000_000)
            ])
        let withdrawn = try await yard.send(vault.withdraw(dollar, to: key), by: user)
        #expect(
            try events(yard, withdrawn) == [
                .withdrawn(
                    account: user.address, token: dollar.address, to: key, amount: 7_000_000)
            ])
    }

    @Test func `an anchored head is found in its log, and only grows`() async throws {
        try await Yard.with { yard in
            let (anchor, chain) = (yard.anchor, yard.chain)
            let (publisher, other) = (yard.account(1), yard.account(2))
            let uri = "https://market.example/v1/log"
            #expect(try await anchor.size(of: publisher.address, on: chain, at: .latest) == 0)
            for (size, place) in [(5, uri), (9, "")] as [(UInt64, String)] {
                try await yard.send(
                    anchor.anchor(size: size, root: Self.root, uri: place), by: publisher)
            }
            try await yard.send(anchor.anchor(size: 3, root: Self.root, uri: ""), by: other)
            let head = try await chain.latest().number
            let logs = try await chain.logs(
                try anchor.filter(of: publisher.address), in: .numbers(0...head))
            let heads = try logs.map { try anchor.head($0) }
            #expect(heads.map(\.size) == [5, 9] && heads.map(\.uri) == [uri, ""])
            #expect(heads.allSatisfy { $0.publisher == publisher.address && $0.root == Self.root })
            #expect(try await anchor.size(of: publisher.address, on: chain, at: .latest) == 9)
            for (size, isHead) in [(9, true), (5, false)] as [(UInt64, Bool)] {
                let found = try await anchor.isHead(
                    size, Self.root, of: publisher.address, on: chain, at: .latest)
                #expect(found == isHead)
            }
            let back = await yard.refusal(
                of: try anchor.anchor(size: 9, root: Self.root, uri: ""), by: publisher)
            #expect(back != nil)
        }
    }
}
