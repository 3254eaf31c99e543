import Crypto
import Domain
import Ethereum
import Testing
import Wire

@testable import Commands

/// What a user's own machine locks, and signs of what is locked, whatever a market says.
@Suite struct LockBookTests {
    private static func address(_ byte: UInt8) -> ChainAddress {
        ChainAddress(bytes: [UInt8](repeating: byte, count: 20))!
    }
    private static let (payer, payee) = (address(1), address(2))
    private static let node = NodeID("nod_A")!
    private static let job = JobID("job_1")!
    private static let key = Curve25519.Signing.PrivateKey()
    private static let now: Int64 = 1_700_000_000
    private static let id = Hash256(bytes: [UInt8](repeating: 7, count: 32))!

    /// What an honest market asks for, but for what a case changes.
    private struct Lie {
        var lease = "lse_1"
        var job = LockBookTests.job
        var payer = LockBookTests.payer
        var payee = LockBookTests.payee
        var key = LockBookTests.key
        var deposit: Int64 = 600_000
        var price: Int64 = 100_000
        var commission: Int64 = 250
        var deadline = LockBookTests.now + 3_600
        var bill: LockBillDTO?
        var level: ServiceLevel?
        var progress: ProgressDTO?

        func lock() throws -> LockDTO {
            let statement = SignedPayee.message(node: LockBookTests.node, address: payee)
            return LockDTO(
                lease: try #require(LeaseID(lease)), job: job, node: LockBookTests.node,
                payer: payer,
                payee: PayeeDTO(
                    SignedPayee(
                        address: payee, signature: Array(try key.signature(for: statement)))),
                depositMicro: deposit, microPerHour: price, commissionBPS: commission,
                deadline: deadline, isWanted: bill == nil, id: nil, bill: bill,
                progress: progress, agreement: nil, receipt: nil,
                serviceLevel: level.map(ServiceLevelDTO.init))
        }
    }

    private func book(lockedFor seconds: Int64? = 3_600) throws -> VoucherBook {
        var book = VoucherBook()
        book.accept(
            VoucherBook.Mandate(
                Self.job, budget: try Money(micro: 1_000_000),
                atMost: try Rate(microPerHour: 100_000), commission: 250, lockedFor: seconds))
        return book
    }

    private func fault(_ book: VoucherBook, _ lie: Lie) throws -> VoucherBook.Fault? {
        do {
            try book.mayLock(
                try lie.lock(), by: Self.payer,
                key: Array(Self.key.publicKey.rawRepresentation), at: Self.now)
            return nil
        } catch let fault as VoucherBook.Fault {
            return fault
        }
    }

    private func changed(_ change: (inout Lie) -> Void) -> Lie {
        var lie = Lie()
        change(&lie)
        return lie
    }

    @Test func `only the terms that were asked for are locked`() throws {
        let lease = try #require(LeaseID("lse_1"))
        let book = try book()
        #expect(try fault(book, Lie()) == nil)
        let cases: [(Lie, VoucherBook.Fault)] = [
            (changed { $0.job = JobID("job_2")! }, .termsOther(lease)),
            (changed { $0.payer = Self.payee }, .termsOther(lease)),
            (changed { $0.deposit = 0 }, .termsOther(lease)),
            (changed { $0.deposit = -1 }, .termsOther(lease)),
            (changed { $0.deadline = Self.now }, .termsOther(lease)),
            (changed { $0.deadline = Self.now + 3_601 }, .termsOther(lease)),
            (changed { $0.deadline = .max }, .termsOther(lease)),
            (changed { $0.price = 100_001 }, .priceAbove(lease)),
            (changed { $0.commission = 251 }, .commissionAbove(lease)),
            (changed { $0.key = Curve25519.Signing.PrivateKey() }, .payeeUnsaid(lease)),
            (changed { $0.deposit = 1_000_001 }, .lockedAbove(micro: 1_000_001)),
        ]
        for (lie, expected) in cases { #expect(try fault(book, lie) == expected, "\(lie)") }
        #expect(try fault(self.book(lockedFor: nil), Lie()) == .termsOther(lease))
        #expect(throws: VoucherBook.Fault.payeeUnsaid(lease)) {
            try book.mayLock(try Lie().lock(), by: Self.payer, key: nil, at: Self.now)
        }
    }

    @Test func `what is locked for a job is bounded by its budget until the escrow has closed it`()
        throws
    {
        var book = try book()
        try book.lock(try Lie().lock(), as: Self.id)
        #expect(try fault(book, Lie()) == nil, "the same again")
        // One lease under other terms would be another lock.
        #expect(throws: VoucherBook.Fault.termsOther(try Lie().lock().lease)) {
            var other = book
            try other.lock(try changed { $0.deadline += 1 }.lock(), as: .zero)
        }
        let second = changed { $0.lease = "lse_2" }
        #expect(try fault(book, second) == .lockedAbove(micro: 1_200_000))
        // Signed for less, and not closed yet: a claim could still take all of it.
        let first = try #require(LeaseID("lse_1"))
        let step = HeldProgress(seconds: 9, elapsed: 9, usageRoot: [], signature: [])
        book.note(step, of: first)
        #expect(try fault(book, second) == .lockedAbove(micro: 1_200_000))
        #expect(book.mostClaimed(of: first, Self.job) == 9)
        try book.close(first, seconds: 9)
        #expect(try fault(book, second) == nil)
        // Closed by a claim that nobody here signed: then what the escrow took counts.
        try book.close(first, seconds: 14_401)
        #expect(try fault(book, second) == .lockedAbove(micro: 1_000_028))
        try book.close(first, seconds: .max)
        #expect(
            try fault(book, second) == .lockedAbove(micro: 1_200_000), "no more than was locked")
    }

    @Test
    func `a last bill is signed when the log bears it out, and for the terms that were locked`()
        throws
    {
        var book = try book()
        try book.lock(try Lie().lock(), as: Self.id)
        let lease = try #require(LeaseID("lse_1"))
        func billed(_ seconds: Int64, _ elapsed: Int64) throws -> LockDTO {
            try changed {
                $0.bill = LockBillDTO(
                    seconds: seconds, elapsed: elapsed, chargeMicro: 1, commissionMicro: 0)
            }.lock()
        }
        #expect(try book.step(of: Lie().lock(), as: Self.id) == nil, "nothing is proven")
        #expect(try book.step(of: billed(5, 6), as: Self.id) == nil, "the log has no 5 s")
        #expect(throws: VoucherBook.Fault.termsOther(lease)) {
            try book.step(of: try billed(0, 1), as: .zero)
        }
        // It never ran: a last word of no seconds frees the whole deposit.
        let step = try #require(try book.step(of: billed(0, 1), as: Self.id))
        #expect(step.seconds == 0 && step.elapsed == 1)
        #expect(try book.step(of: billed(0, 0), as: Self.id) == nil)

        book.mandates[0].leases = [
            VoucherBook.Counted(
                lease: lease, payee: Self.payee, chargeMicro: 139, commissionMicro: 3, seconds: 5,
                index: 1, leaf: Base64Bytes([UInt8](repeating: 3, count: 32)))
        ]
        #expect(try book.step(of: Lie().lock(), as: Self.id)?.elapsed == 0, "it goes on")
        #expect(try book.step(of: billed(4, 6), as: Self.id) == nil)
        #expect(try book.step(of: billed(5, 6), as: Self.id)?.seconds == 5)
        book.mandates[0].leases = [
            VoucherBook.Counted(
                lease: lease, payee: Self.payer, chargeMicro: 139, commissionMicro: 3, seconds: 5,
                index: 1, leaf: Base64Bytes([UInt8](repeating: 3, count: 32)))
        ]
        #expect(throws: VoucherBook.Fault.termsOther(lease)) {
            try book.step(of: try billed(5, 6), as: Self.id)
        }
    }

    @Test func `a last word says the seconds from start to end that the log has of a promise`()
        throws
    {
        var book = try book()
        let level = ServiceLevel(
            availability: try #require(BasisPoints(9_900)),
            credit: try #require(BasisPoints(5_000)))
        try book.lock(try changed { $0.level = level }.lock(), as: Self.id)
        func billed(_ elapsed: Int64) throws -> LockDTO {
            try changed {
                $0.level = level
                $0.bill = LockBillDTO(
                    seconds: 5, elapsed: elapsed, chargeMicro: 139, commissionMicro: 3)
            }.lock()
        }
        for elapsed in [nil, 9, 10, 5] as [Int64?] {
            var counted = VoucherBook.Counted(
                lease: try #require(LeaseID("lse_1")), payee: Self.payee, chargeMicro: 139,
                commissionMicro: 3, seconds: 5, index: 1,
                leaf: Base64Bytes([UInt8](repeating: 3, count: 32)))
            counted.elapsed = elapsed
            book.mandates[0].leases = [counted]
            #expect(throws: VoucherBook.Fault.termsOther(counted.lease), "the log promises nothing")
            {
                try book.step(of: billed(9), as: Self.id)
            }
            counted.serviceLevel = level.map(ServiceLevelDTO.init)
            book.mandates[0].leases = [counted]
            let step = try book.step(of: billed(9), as: Self.id)
            #expect(step?.elapsed == (elapsed == 9 ? 9 : nil), "\(elapsed ?? -1)")
        }
    }

    @Test func `a lease that is locked is not signed for as a deposit's`() throws {
        var book = try book()
        let lease = try #require(LeaseID("lse_1"))
        book.mandates[0].leases = [
            VoucherBook.Counted(
                lease: lease, payee: Self.payee, chargeMicro: 139, commissionMicro: 3, seconds: 5,
                index: 1, leaf: Base64Bytes([UInt8](repeating: 3, count: 32)))
        ]
        #expect(try book.due(held: [:]).isEmpty)
    }
}
