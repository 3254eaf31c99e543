import Foundation
import Staging
import Testing

@testable import Ethereum

/// Leases locked, settled and closed on an EVM of others.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct EscrowChainTests {
    private struct ClosedBill: Decodable {
        let seconds, elapsed, microPerHour, commissionBps, availabilityBps, creditBps: UInt64
        let chargeMicro, commissionMicro, creditMicro, paidMicro: UInt64

        /// Bills with a credit, and terms that the devnet's escrow takes.
        static func withCredit(_ count: Int) throws -> [ClosedBill] {
            var root = URL(fileURLWithPath: #filePath)
            for _ in 0..<4 { root.deleteLastPathComponent() }
            let data = try Data(contentsOf: root.appending(path: "api/vectors/closed-bills.json"))
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let fitting = try decoder.decode([ClosedBill].self, from: data).filter {
                $0.creditMicro > 0 && $0.commissionBps <= 1_000 && $0.seconds > 1
                    && $0.elapsed < 30 * 86_400
            }
            let step = max(fitting.count / count, 1)
            return stride(from: 0, to: fitting.count, by: step).prefix(count).map { fitting[$0] }
        }
    }

    private func events(_ yard: Yard, _ receipt: Receipt) throws -> [EscrowEvent] {
        try receipt.logs.filter { $0.address == yard.escrow.address }
            .map { try EscrowEvent($0, of: yard.escrow) }
    }

    private func terms(_ yard: Yard, _ bill: ClosedBill, _ number: Int) async throws -> LeaseTerms {
        let now = try await yard.chain.latest().second
        return LeaseTerms(
            payer: yard.account(1).address, signer: yard.account(2).address,
            payee: yard.account(3).address, token: yard.dollar.address,
            deposit: UInt256(bill.chargeMicro + 1_000), rate: UInt256(bill.microPerHour),
            commission: UInt256(bill.commissionBps), availability: UInt256(bill.availabilityBps),
            credit: UInt256(bill.creditBps), deadline: UInt256(now + 300 * 86_400),
            lease: Keccak256.hash("lse_\(number)".utf8))
    }

    private func settlement(
        _ yard: Yard, _ terms: LeaseTerms, seconds: UInt64, elapsed: UInt64, agreed: Int?
    ) throws -> LeaseEscrow.Settlement {
        let voucher = LeaseVoucher(
            id: try terms.id(), seconds: UInt256(seconds), elapsed: UInt256(elapsed),
            usageRoot: .zero)
        let digest = try voucher.digest(for: yard.escrow, on: yard.chain.id)
        return LeaseEscrow.Settlement(
            terms, voucher, yard.account(2).sign(digest),
            agreement: agreed.map { yard.account($0).sign(digest) })
    }

    @Test func `leases close with the credits of the shared vectors, settled in one batch`()
        async throws
    {
        let bills = try ClosedBill.withCredit(6)
        #expect(bills.count == 6)
        try await Yard.with { yard in
            let (escrow, payer) = (yard.escrow, yard.account(1))
            var all: [LeaseTerms] = []
            for (number, bill) in bills.enumerated() {
                let terms = try await terms(yard, bill, number)
                try await yard.fund(payer, terms.deposit, for: escrow.address)
                let opened = try await yard.send(escrow.openLease(terms), by: payer)
                #expect(
                    try events(yard, opened) == [
                        .opened(
                            id: try terms.id(), payer: terms.payer, payee: terms.payee,
                            token: terms.token, deposit: terms.deposit, lease: terms.lease)
                    ])
                all.append(terms)
            }
            try await yard.pass(seconds: 31 * 86_400)
            // One goes on for now; nobody needs to agree to that.
            let half = bills[0].seconds / 2
            let partial = try settlement(yard, all[0], seconds: half, elapsed: 0, agreed: nil)
            let settled = try await yard.send(escrow.settle(partial), by: yard.account(5))
            #expect(
                try events(yard, settled) == [
                    .settled(
                        id: try all[0].id(), seconds: UInt256(half), usageRoot: .zero)
                ])
            let lease = try await escrow.lease(try all[0].id(), on: yard.chain, at: .latest)
            #expect(lease.state == .open && lease.paidSeconds == half && !lease.isDisputed)
            try await close(yard, all, bills)
        }
    }

    /// All of them in one batch of somebody else's, with one in between that its provider never agreed to.
    private func close(_ yard: Yard, _ all: [LeaseTerms], _ bills: [ClosedBill]) async throws {
        let escrow = yard.escrow
        var batch = try zip(all, bills).map { terms, bill in
            try settlement(
                yard, terms, seconds: bill.seconds, elapsed: bill.elapsed, agreed: 3)
        }
        batch.insert(
            try settlement(yard, all[2], seconds: 1, elapsed: 1, agreed: 4), at: 1)
        let receipt = try await yard.send(escrow.settleBatch(batch), by: yard.account(5))
        var expected = try zip(all, bills).map { terms, bill in
            EscrowEvent.closed(
                id: try terms.id(), seconds: UInt256(bill.seconds),
                credit: UInt256(bill.creditMicro), usageRoot: .zero)
        }
        expected.insert(.skipped(id: try all[2].id(), index: 1, reason: "provider"), at: 1)
        #expect(try events(yard, receipt) == expected)
        for (terms, bill) in zip(all, bills) {
            let computed = try await escrow.bill(
                terms, seconds: UInt256(bill.seconds), elapsed: UInt256(bill.elapsed),
                on: yard.chain, at: .latest)
            #expect(
                computed
                    == .init(
                        charge: UInt256(bill.chargeMicro),
                        commission: UInt256(bill.commissionMicro),
                        credit: UInt256(bill.creditMicro)))
            let lease = try await escrow.lease(try terms.id(), on: yard.chain, at: .latest)
            #expect(lease.state == .closed)
        }
        func sum(_ part: (ClosedBill) -> UInt64) -> UInt256 {
            UInt256(bills.map(part).reduce(0, +))
        }
        #expect(try await yard.owedByEscrow(all[0].payee) == sum(\.paidMicro))
        #expect(try await yard.owedByEscrow(yard.treasury) == sum(\.commissionMicro))
        #expect(try await yard.owedByEscrow(all[0].payer) == sum { 1_000 + $0.creditMicro })
        try await yard.send(
            escrow.withdraw(yard.dollar, to: all[0].payee), by: yard.account(3))
        #expect(
            try await yard.dollar.balance(of: all[0].payee, on: yard.chain, at: .latest)
                == sum(\.paidMicro))
    }

    @Test func `a silent payer is claimed from, may dispute, and gets the rest back`() async throws
    {
        try await Yard.with { yard in
            let (escrow, payer, payee) = (yard.escrow, yard.account(1), yard.account(3))
            var terms = Lease.terms(
                payer: payer.address, payee: payee.address, token: yard.dollar.address)
            let now = try await yard.chain.latest().second
            terms.deadline = UInt256(now + 86_400)
            let id = try terms.id()
            try await yard.fund(payer, terms.deposit, for: escrow.address)
            try await yard.send(escrow.openLease(terms), by: payer)
            try await yard.pass(seconds: 3_600)
            let claim = LeaseClaim(id: id, seconds: 1_800, evidence: .zero)
            let signature = payee.sign(try claim.digest(for: escrow, on: yard.chain.id))
            let claimed = try await yard.send(
                escrow.claimUnsigned(
                    terms, seconds: 1_800, evidence: .zero, signature.bytes), by: payee)
            guard case .claimed(id, 1_800, let elapsed, .zero)? = try events(yard, claimed).first
            else { throw Yard.Reverted() }
            #expect(elapsed >= 3_600)
            let disputed = try await yard.send(escrow.dispute(terms), by: payer)
            #expect(try events(yard, disputed) == [.disputed(id: id, by: payer.address)])
            let stopped = try await yard.send(escrow.stop(terms), by: payer)
            #expect(try events(yard, stopped) == [.stopped(id: id, by: payer.address)])
            let lease = try await escrow.lease(id, on: yard.chain, at: .latest)
            #expect(lease.isDisputed && lease.stopped > lease.opened && lease.claimed == 0)
            let early = await yard.refusal(of: try escrow.refund(terms), by: payer)
            #expect(early == "not ended")
            try await yard.pass(seconds: 3_700)
            let closed = try await yard.send(escrow.refund(terms), by: payer)
            #expect(
                try events(yard, closed) == [
                    .closed(id: id, seconds: 0, credit: 0, usageRoot: .zero)
                ])
            #expect(try await yard.owedByEscrow(payer.address) == terms.deposit)
        }
    }
}
