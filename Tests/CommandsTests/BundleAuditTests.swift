import Domain
import Testing
import Wire

@testable import Commands

/// One bundle and what an auditor has to say about it.
struct BundleVector: Codable, Sendable, CustomTestStringConvertible {
    let name: String
    /// A case of `RecordFault` or `AuditFault`; empty: it verifies.
    let fault: String
    let index: Int64
    let bundle: ProofBundleDTO

    var testDescription: String { name }

    static let all: [BundleVector] = {
        // A test below holds the list complete: no vector is lost in silence.
        (try? WireJSON.decode([BundleVector].self, from: AuditVectors.bundles.utf8)) ?? []
    }()
}

@Suite struct BundleAuditTests {
    private func fault(_ bundle: ProofBundleDTO) -> AuditFault? {
        do {
            _ = try BundleAudit(bundle: bundle, pinned: nil, mirror: nil).verify()
            return nil
        } catch {
            return error as? AuditFault
        }
    }

    @Test func `every vector is read`() {
        #expect(BundleVector.all.count == 25)
        #expect(BundleVector.all.filter { $0.fault.isEmpty }.count == 2)
    }

    @Test(arguments: BundleVector.all)
    func `a well-signed bundle is judged by what it says`(vector: BundleVector) throws {
        let found = fault(vector.bundle)
        guard !vector.fault.isEmpty else {
            #expect(found == nil)
            return
        }
        if vector.index >= 0 {
            guard case .record(vector.index, let fault)? = found else {
                Issue.record("found \(String(describing: found))")
                return
            }
            #expect("\(fault)".hasPrefix(vector.fault))
        } else {
            #expect("\(try #require(found))".hasPrefix(vector.fault))
        }
    }

    @Test func `the verdict says what was billed`() throws {
        let good = try #require(BundleVector.all.first)
        let verdict = try BundleAudit(bundle: good.bundle, pinned: nil, mirror: nil).verify()
        #expect(verdict.records == 3 && verdict.headSize == 5)
        #expect(verdict.leases.map(\.seconds) == [77, 5])
        #expect(verdict.leases.map(\.chargedMicro) == [2139, 139])
        #expect(verdict.totalMicro == 2278)
    }

    @Test func `a lease that a bundle leaves out is found in a copy of the log`() throws {
        let whole = try #require(BundleVector.all.first).bundle
        var entries: [Int64: [UInt8]] = [:]
        for record in whole.leases.flatMap({ $0.records + [$0.nodeKey] }) {
            entries[record.index] = record.bytes.bytes
        }
        let known = entries
        let mirror = BundleAudit.Mirror(
            entry: { known[$0] },
            forEach: { size, body in
                for index in known.keys.sorted() where index < size {
                    try body(index, known[index] ?? [])
                }
            }, size: 5)
        _ = try BundleAudit(bundle: whole, pinned: nil, mirror: mirror).verify()
        let less = ProofBundleDTO(
            job: whole.job, renter: whole.renter, salt: whole.salt, origin: whole.origin,
            logKey: whole.logKey, head: whole.head, leases: whole.leases.dropLast())
        let missing = try #require(whole.leases.last?.records.first?.index)
        #expect(throws: AuditFault.record(index: missing, .leftOut)) {
            _ = try BundleAudit(bundle: less, pinned: nil, mirror: mirror).verify()
        }
    }

    /// `record(1, jobHash)`, `leaseTerms`: a fault without what it carries beside the index.
    private func shortName(_ fault: AuditFault) -> String {
        guard case .record(let index, let inner) = fault else {
            return String("\(fault)".prefix { $0 != "(" })
        }
        return "record(\(index), " + "\(inner)".prefix { $0 != "(" } + ")"
    }

    // MARK: Tampering

    /// What somebody may change in a bundle that they were given, and what is found.
    private static let tamperings: [(String, String, @Sendable (inout Draft) -> Void)] = [
        ("the job", "record(1, jobHash)", { $0.job = "job_K" }),
        ("the renter", "record(1, renterHash)", { $0.renter = "acc_S" }),
        ("the salt", "record(1, renterHash)", { $0.salt[3] ^= 1 }),
        ("the origin", "headRefused", { $0.origin = "market.other" }),
        ("the log's key", "headRefused", { $0.logKey[5] ^= 1 }),
        ("the size in the head", "headRefused", { $0.replaceInHead("\n5\n", "\n6\n") }),
        ("the root in the head", "headRefused", { $0.replaceInHead("\n5\nw", "\n5\nx") }),
        ("the head's signature", "headRefused", { $0.replaceInHead("ax8xlNJ", "ax8xlNK") }),
        ("the head's signature line", "headRefused", { $0.replaceInHead("\n\n—", "\n—") }),
        ("the lease", "record(1, otherLease)", { $0.leases[0].lease = "lse_L9" }),
        ("the attempt", "leaseTerms", { $0.leases[0].attempt = 2 }),
        ("the rate", "leaseTerms", { $0.leases[0].microPerHour += 1 }),
        ("the charge", "leaseTerms", { $0.leases[0].chargedMicro -= 1 }),
        ("a record's index", "record(3, proofWrong)", { $0.leases[0].records[1].index = 3 }),
        ("the order of records", "record(1, secondsBack)", { $0.leases[0].records.reverse() }),
        (
            "a record left out at the end", "leaseOpen",
            { $0.leases[0].records.removeLast() }
        ),
        ("all records of a lease", "recordsMissing", { $0.leases[0].records = [] }),
        ("a lease twice", "leaseTerms", { $0.leases.append($0.leases[0]) }),
        ("the key's index", "record(4, proofWrong)", { $0.leases[0].nodeKey.index = 4 }),
        (
            "the key for a record", "record(1, unreadable)",
            { $0.leases[0].nodeKey = $0.leases[0].records[0] }
        ),
        (
            "a shorter proof", "record(1, proofWrong)",
            { $0.leases[0].records[0].proof.removeLast() }
        ),
        (
            "a longer proof", "record(1, proofWrong)",
            { $0.leases[0].records[0].proof.append([UInt8](repeating: 0, count: 32)) }
        ),
        (
            "a proof's hash cut", "record(1, proofWrong)",
            { $0.leases[0].records[0].proof[0].removeLast() }
        ),
    ]

    @Test(arguments: BundleAuditTests.tamperings.indices)
    func `a tampered bundle is named by what was changed`(index: Int) throws {
        let (name, expected, tamper) = Self.tamperings[index]
        var draft = Draft(try #require(BundleVector.all.first).bundle)
        tamper(&draft)
        let found = fault(try draft.bundle())
        #expect(shortName(try #require(found, "\(name)")) == expected, "\(name)")
    }

    @Test func `no bit of any record, key or proof can be changed unseen`() throws {
        let good = Draft(try #require(BundleVector.all.first).bundle)
        for lease in good.leases.indices {
            for record in good.leases[lease].records.indices {
                let bytes = good.leases[lease].records[record].bytes
                for place in bytes.indices {
                    var draft = good
                    draft.leases[lease].records[record].bytes[place] ^= 1 << (place % 8)
                    let index = draft.leases[lease].records[record].index
                    #expect(fault(try draft.bundle()) == .record(index: index, .proofWrong))
                }
                for (step, hash) in good.leases[lease].records[record].proof.enumerated() {
                    var draft = good
                    draft.leases[lease].records[record].proof[step][hash.count / 2] ^= 4
                    let index = draft.leases[lease].records[record].index
                    #expect(fault(try draft.bundle()) == .record(index: index, .proofWrong))
                }
            }
            for place in good.leases[lease].nodeKey.bytes.indices {
                var draft = good
                draft.leases[lease].nodeKey.bytes[place] ^= 1
                #expect(fault(try draft.bundle()) == .record(index: 0, .proofWrong))
            }
        }
    }

    @Test func `every fault has a sentence of its own in both languages`() {
        let faults: [RecordFault] = [
            .changed, .missing, .extra, .unreadable, .receiptUnreadable, .receiptDiffers,
            .receiptForged, .secondsBack, .termsChanged, .afterFinal, .otherLease, .renterHash,
            .jobHash, .proofWrong, .notMirrored, .chargeWrong(found: 1, expected: 2),
            .creditWrong(found: 1, expected: 2),
        ]
        for language in Language.allCases {
            #expect(Set(faults.map { $0.text(in: language) }).count == faults.count)
        }
    }
}

/// A bundle whose every part can be changed.
struct Draft {
    struct Record {
        var index: Int64
        var bytes: [UInt8]
        var proof: [[UInt8]]

        init(_ record: ProofRecordDTO) {
            index = record.index
            bytes = record.bytes.bytes
            proof = record.proof.map(\.bytes)
        }

        var dto: ProofRecordDTO {
            ProofRecordDTO(
                index: index, bytes: Base64Bytes(bytes), proof: proof.map(Base64Bytes.init))
        }
    }

    struct Lease {
        var lease: String
        var attempt: Int64
        var microPerHour: Int64
        var chargedMicro: Int64
        var records: [Record]
        var nodeKey: Record
    }

    var job: String
    var renter: String
    var salt: [UInt8]
    var origin: String
    var logKey: [UInt8]
    var head: String
    var leases: [Lease]

    init(_ bundle: ProofBundleDTO) {
        job = bundle.job.text
        renter = bundle.renter.text
        salt = bundle.salt.bytes
        origin = bundle.origin
        logKey = bundle.logKey.bytes
        head = bundle.head
        leases = bundle.leases.map {
            Lease(
                lease: $0.lease.text, attempt: $0.attempt, microPerHour: $0.microPerHour,
                chargedMicro: $0.chargedMicro, records: $0.records.map(Record.init),
                nodeKey: Record($0.nodeKey))
        }
    }

    mutating func replaceInHead(_ old: String, _ new: String) {
        let parts = head.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        #expect(parts.count == 2, "the head has no \(old)")
        head = parts.joined(separator: new)
    }

    func bundle() throws -> ProofBundleDTO {
        ProofBundleDTO(
            job: try #require(JobID(job)), renter: try #require(AccountID(renter)),
            salt: Base64Bytes(salt), origin: origin, logKey: Base64Bytes(logKey), head: head,
            leases: try leases.map {
                ProofLeaseDTO(
                    lease: try #require(LeaseID($0.lease)), task: 1, attempt: $0.attempt,
                    microPerHour: $0.microPerHour, chargedMicro: $0.chargedMicro,
                    records: $0.records.map(\.dto), nodeKey: $0.nodeKey.dto)
            })
    }
}
