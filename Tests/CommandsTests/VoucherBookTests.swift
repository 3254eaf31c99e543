import Crypto
import Domain
import Testing
import Transparency
import Verification
import Wire

@testable import Commands

/// What a user's own machine signs for: no more than its own jobs are proven to have used.
@Suite struct VoucherBookTests {
    private static let payee = ChainAddress(bytes: [UInt8](repeating: 9, count: 20))!

    /// Two leases of one job that verify: 77 s and 5 s at 0.10 an hour.
    private static func good() throws -> ProofBundleDTO {
        try #require(BundleVector.all.first).bundle
    }

    /// The bundle with what an honest market adds, and what a lying one changes.
    private func bundle(
        _ original: ProofBundleDTO, payee: SignedPayee?, bps: Int64? = 250,
        leaving out: Int = 0
    ) -> ProofBundleDTO {
        ProofBundleDTO(
            job: original.job, renter: original.renter, salt: original.salt,
            origin: original.origin, logKey: original.logKey, head: original.head,
            leases: original.leases.dropLast(out).map {
                ProofLeaseDTO(
                    lease: $0.lease, task: $0.task, attempt: $0.attempt,
                    microPerHour: $0.microPerHour, chargedMicro: $0.chargedMicro,
                    commissionBPS: bps, payee: payee.map(PayeeDTO.init), records: $0.records,
                    nodeKey: $0.nodeKey)
            })
    }

    private func book(
        _ job: JobID, budget: Int64 = 1_000_000, price: Int64 = 100_000
    ) throws -> VoucherBook {
        var book = VoucherBook()
        book.accept(
            VoucherBook.Mandate(
                job, budget: try Money(micro: budget), atMost: try Rate(microPerHour: price),
                commission: 250))
        return book
    }

    private func fault(_ book: VoucherBook, _ bundle: ProofBundleDTO) -> VoucherBook.Fault? {
        var changed = book
        do {
            try changed.count(bundle, isOver: true)
            return nil
        } catch {
            #expect(changed == book, "what is refused changes nothing")
            return error as? VoucherBook.Fault
        }
    }

    @Test func `a job that nobody sent from here is signed for by nobody`() throws {
        var book = VoucherBook()
        try book.count(bundle(try Self.good(), payee: nil), isOver: true)
        #expect(try book == VoucherBook() && book.due(held: [:]).isEmpty)
    }

    @Test func `a payee that the node has not signed is not paid`() throws {
        let good = try Self.good()
        let book = try book(good.job)
        let lease = try #require(good.leases.first?.lease)
        let stranger = Curve25519.Signing.PrivateKey()
        let forged = SignedPayee(
            address: Self.payee,
            signature: Array(
                try stranger.signature(
                    for: SignedPayee.message(
                        node: try #require(NodeID("nod_A")), address: Self.payee))))
        #expect(fault(book, bundle(good, payee: forged)) == .payeeUnsaid(lease))
        #expect(fault(book, bundle(good, payee: nil)) == .payeeUnsaid(lease))
    }

    @Test func `a dearer price or a bill above the budget is refused, whatever is proven`() throws {
        let good = try Self.good()
        let lease = try #require(good.leases.first?.lease)
        let cheap = try book(good.job, price: 99_999)
        #expect(fault(cheap, bundle(good, payee: nil)) == .priceAbove(lease))
        let poor = try book(good.job, budget: 2277)
        #expect(fault(poor, bundle(good, payee: nil)) == .budgetAbove(micro: 2278))
    }

    @Test(arguments: BundleVector.all.filter { !$0.fault.isEmpty })
    func `nothing is counted of a bundle that does not verify`(vector: BundleVector) throws {
        let book = try book(vector.bundle.job, budget: 1_000_000_000, price: 1_000_000_000)
        let found = fault(book, bundle(vector.bundle, payee: nil))
        switch found {
        case .audit: break
        // A lease without a last record is proven as far as it goes; only its payee is missing here.
        case .payeeUnsaid where vector.fault == "leaseOpen": break
        default: Issue.record("\(vector.name): \(String(describing: found))")
        }
    }
}

/// A log of two entries, a node's key and one record of its lease, as a market would prove them.
private struct SmallLog {
    static let job = JobID("job_1")!
    static let lease = LeaseID("lse_1")!
    static let node = NodeID("nod_1")!
    static let key = Curve25519.Signing.PrivateKey()
    static let payee = ChainAddress(bytes: [UInt8](repeating: 9, count: 20))!

    var seconds: Int64 = 3_600
    var isFinal = false
    var payee = Self.payee
    var bps: Int64 = 250
    var logSeed: UInt8 = 5
    /// 99 % of its time, or half of the charge.
    var promise: (elapsed: Int64, credit: Int64)?
    var promisedCommission: Int64 = 250

    private var promised: UsageRecord.Promise? {
        get throws {
            guard let promise else { return nil }
            let shares = try [9_900, 5_000, promisedCommission].map {
                try #require(BasisPoints($0))
            }
            return UsageRecord.Promise(
                level: try #require(ServiceLevel(availability: shares[0], credit: shares[1])),
                commission: shares[2], elapsed: promise.elapsed,
                credit: try Money(micro: promise.credit))
        }
    }

    var bundle: ProofBundleDTO {
        get throws {
            let (account, renter) = (AccountID("acc_p")!, AccountID("acc_r")!)
            let salt = [UInt8](repeating: 3, count: 16)
            let rate = try Rate(microPerHour: 100_000)
            let receipt = Receipt(
                lease: Self.lease, attempt: 1, node: Self.node, sequence: 1, seconds: seconds,
                status: isFinal ? .ended(.exited(code: 0)) : .running, level: .live,
                cpuMilliseconds: 1, peakMemoryBytes: 1)
            let signed = SignedReceipt(
                bytes: receipt.bytes,
                signature: Array(try Self.key.signature(for: receipt.bytes)))
            let record = UsageRecord(
                kind: isFinal ? .final : .period, lease: Self.lease, attempt: 1,
                provider: account, node: Self.node, deviceModel: "cpu", seconds: seconds,
                rate: rate, charge: try Money(micro: (seconds * 100_000 + 3_599) / 3_600),
                renterHash: SaltedHash.of(renter.text, salt: salt),
                jobHash: SaltedHash.of(Self.job.text, salt: salt), receipt: signed,
                promise: try promised)
            let named = NodeKeyRecord(
                node: Self.node, provider: account,
                key: Array(Self.key.publicKey.rawRepresentation))
            let leaves = [LogHash.leaf(named.bytes), LogHash.leaf(record.bytes)]
            let signer = try AnchoredBundle.makeSigner("market.example", seed: logSeed)
            let head = try Head(
                origin: "market.example", size: 2, root: .node(leaves[0], leaves[1]))
            func proven(_ index: Int, _ bytes: [UInt8]) -> ProofRecordDTO {
                ProofRecordDTO(
                    index: Int64(index), bytes: Base64Bytes(bytes),
                    proof: [Base64Bytes(leaves[1 - index].bytes)])
            }
            let statement = SignedPayee.message(node: Self.node, address: payee)
            let lease = ProofLeaseDTO(
                lease: Self.lease, task: 1, attempt: 1, microPerHour: rate.microPerHour,
                chargedMicro: record.charge.micro, commissionBPS: bps,
                payee: PayeeDTO(
                    SignedPayee(
                        address: payee,
                        signature: Array(try Self.key.signature(for: statement)))),
                records: [proven(1, record.bytes)], nodeKey: proven(0, named.bytes),
                creditMicro: isFinal ? promise?.credit : nil)
            return ProofBundleDTO(
                job: Self.job, renter: renter, salt: Base64Bytes(salt), origin: "market.example",
                logKey: Base64Bytes(signer.verifier.publicKey),
                head: String(
                    decoding: try SignedHead(signing: head, by: signer).bytes, as: UTF8.self),
                leases: [lease])
        }
    }
}

extension VoucherBookTests {
    @Test func `what a provider may have to give back is not signed for before the end`() throws {
        var book = try book(SmallLog.job)
        var log = SmallLog()
        log.promise = (0, 0)
        try book.count(try log.bundle, isOver: false)
        let first = try #require(try book.due(held: [:]).first)
        #expect(first.cumulativeMicro == 2_500 + 47_500 && first.commissionMicro == 2_500)
        book.note(first)
        (log.isFinal, log.promise) = (true, (3_700, 50_000))
        var kept = book
        try kept.count(try log.bundle, isOver: true)
        #expect(try kept.due(held: [SmallLog.payee: .max]).isEmpty, "the rest is the credit")
        log.promise = (3_636, 0)
        try book.count(try log.bundle, isOver: true)
        #expect(try book.due(held: [:]).first?.cumulativeMicro == 100_000)
    }

    /// Seconds from start to end of 3 600 billed ones, and what a market says that goes back.
    @Test(
        arguments: [(3_637, 0), (3_637, 49_999), (3_637, 50_001), (3_636, 1)] as [(Int64, Int64)])
    func `a credit that is not the promise's is found out`(elapsed: Int64, credit: Int64) throws {
        var log = SmallLog()
        (log.isFinal, log.promise) = (true, (elapsed, credit))
        let expected: Int64 = elapsed == 3_636 ? 0 : 50_000
        let bundle = try log.bundle
        #expect(
            fault(try book(SmallLog.job), bundle)
                == .audit(.record(index: 1, .creditWrong(found: credit, expected: expected))))
    }

    @Test func `a promise is reckoned with the commission of its bill`() throws {
        var log = SmallLog()
        (log.isFinal, log.promise, log.promisedCommission) = (true, (3_637, 50_000), 251)
        #expect(
            fault(try book(SmallLog.job), try log.bundle) == .audit(.leaseTerms(SmallLog.lease)))
    }

    private func begun() throws -> VoucherBook {
        var book = try book(SmallLog.job)
        try book.count(try SmallLog().bundle, isOver: false)
        return book
    }

    @Test func `sums follow the records of a lease that still runs, and are signed once`() throws {
        var book = try begun()
        let first = try #require(try book.due(held: [:]).first)
        #expect(first.cumulativeMicro == 100_000 && first.commissionMicro == 2_500)
        #expect(first.payee == SmallLog.payee)
        book.note(first)
        #expect(try book.due(held: [SmallLog.payee: .max]).isEmpty && !book.mandates[0].isCounted)

        var later = SmallLog()
        (later.seconds, later.isFinal) = (7_200, true)
        try book.count(try later.bundle, isOver: true)
        let second = try #require(try book.due(held: [:]).first)
        #expect(second.cumulativeMicro == 200_000 && second.commissionMicro == 5_000)
        let leaf = LogHash.leaf(try later.bundle.leases[0].records[0].bytes.bytes)
        #expect(second.usageRoot.bytes == leaf.bytes)
        #expect(book.mandates[0].isCounted)
    }

    @Test func `what was counted does not shrink, change hands or vanish`() throws {
        let book = try begun()
        var less = SmallLog()
        less.seconds = 3_599
        #expect(fault(book, try less.bundle) == .wentBack(SmallLog.lease))
        var lessCommission = SmallLog()
        lessCommission.bps = 0
        #expect(fault(book, try lessCommission.bundle) == .wentBack(SmallLog.lease))
        var other = SmallLog()
        other.payee = ChainAddress(bytes: [UInt8](repeating: 8, count: 20))!
        #expect(fault(book, try other.bundle) == .wentBack(SmallLog.lease))
        let none = bundle(try SmallLog().bundle, payee: nil, leaving: 1)
        #expect(fault(book, none) == .wentBack(SmallLog.lease))
    }

    @Test func `what did not reach the market is signed again, the same sums`() throws {
        var book = try begun()
        let first = try #require(try book.due(held: [:]).first)
        book.note(first)
        #expect(try book.due(held: [:]) == [first])
        #expect(try book.due(held: [SmallLog.payee: 99_999]) == [first])
        #expect(try book.due(held: [SmallLog.payee: 100_000]).isEmpty)
    }

    @Test func `a job that was run again is counted again`() throws {
        var book = try book(SmallLog.job)
        var log = SmallLog()
        log.isFinal = true
        try book.count(try log.bundle, isOver: true)
        book.reopen(SmallLog.job, charged: try Money(micro: 100_000))
        #expect(book.mandates[0].isCounted)
        book.reopen(SmallLog.job, charged: try Money(micro: 100_001))
        #expect(!book.mandates[0].isCounted)
    }

    @Test func `a market takes no more of a charge than it said when the job was sent`() throws {
        let book = try book(SmallLog.job)
        var dear = SmallLog()
        dear.bps = 251
        #expect(fault(book, try dear.bundle) == .commissionAbove(SmallLog.lease))
    }

    @Test func `another log's key is not believed later`() throws {
        let book = try begun()
        var other = SmallLog()
        other.logSeed = 6
        #expect(fault(book, try other.bundle) == .logChanged)
    }
}
