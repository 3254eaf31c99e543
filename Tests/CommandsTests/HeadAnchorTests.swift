import Domain
import Ethereum
import Testing
import Transparency
import Wire

@testable import Commands

@Suite struct HeadAnchorTests {
    private func fault(_ body: () throws -> Void) -> AuditFault? {
        do {
            try body()
            return nil
        } catch {
            return error as? AuditFault
        }
    }

    private func inner(_ fault: AuditFault?) -> AnchorFault? {
        guard case .anchor(let inner, _)? = fault else { return nil }
        return inner
    }

    private let hash: Hash256

    init() throws { hash = try #require(Hash256(AnchoredLog.blockHash)) }

    // MARK: What the bundle says

    @Test func `a bundle with an anchor says head, publisher, transaction and block`() throws {
        let whole = try AnchoredBundle()
        let claim = try whole.claim()
        #expect(claim.head == whole.head && claim.block == 7 && claim.chain.number == 31_337)
        #expect(try claim.account == Address(whole.account))
        #expect(try claim.contract.address == Address(whole.contract))
        let verdict = try BundleAudit(bundle: whole.bundle(), pinned: nil, mirror: nil).verify()
        #expect(verdict.anchor == nil && verdict.totalMicro == 2_278)
    }

    private static let lies: [(String, String, @Sendable (inout AnchoredBundle) throws -> Void)] = [
        ("an empty note", "publisherRefused", { $0.publisher = "" }),
        (
            "a stranger's note", "publisherRefused",
            {
                let stranger = try AnchoredBundle.makeSigner($0.origin, seed: 8)
                $0.publisher = try $0.note(of: $0.publisherText, by: stranger)
            }
        ),
        (
            "the log's name by another key", "publisherRefused",
            {
                let other = try AnchoredBundle.makeSigner("market.other", seed: 9)
                $0.publisher = try $0.note(of: $0.publisherText, by: other)
            }
        ),
        (
            "another chain in the note", "publisherRefused",
            { $0.publisher = try $0.anchor.publisher.replacing("eip155:31337", with: "eip155:1") }
        ),
        (
            "another contract in the note", "publisherRefused",
            { $0.publisher = try $0.anchor.publisher.replacing("00c0\n", with: "00c1\n") }
        ),
        (
            "another account in the note", "publisherRefused",
            { $0.publisher = try $0.anchor.publisher.replacing("ff01\n", with: "ff02\n") }
        ),
        (
            "a head for a publisher", "publisherRefused",
            { $0.publisher = try $0.note(of: $0.head.text, by: $0.signer) }
        ),
        ("another log's publisher", "publisherOfOtherLog", { $0.origin = "market.other" }),
        ("a transaction cut", "bundleUnreadable", { $0.transaction.removeLast() }),
        ("no transaction", "bundleUnreadable", { $0.transaction = "" }),
        ("a transaction without 0x", "bundleUnreadable", { $0.transaction.removeFirst(2) }),
        ("the first block", "bundleUnreadable", { $0.block = 0 }),
        ("a block below it", "bundleUnreadable", { $0.block = -1 }),
        ("the least block", "bundleUnreadable", { $0.block = .min }),
    ]

    @Test(arguments: HeadAnchorTests.lies.indices)
    func `what no log's key has said is refused before any chain is asked`(index: Int) throws {
        let (name, expected, lie) = Self.lies[index]
        var bundle = try AnchoredBundle()
        try lie(&bundle)
        let found = try #require(fault { _ = try bundle.claim() }, "\(name)")
        #expect("\(found)".hasPrefix(expected), "\(name): \(found)")
    }

    @Test func `no bit of a publisher's note can be changed unseen`() throws {
        let good = try AnchoredBundle()
        let note = Array(try good.anchor.publisher.utf8)
        for place in note.indices {
            var bytes = note
            bytes[place] ^= 1 << UInt8(place % 7)
            guard let text = String(validating: bytes, as: UTF8.self) else { continue }
            var bundle = good
            bundle.publisher = text
            #expect(fault { _ = try bundle.claim() } != nil, "byte \(place)")
        }
    }

    @Test func `a bundle without an anchor, or with a forged head, has none to look for`() throws {
        let whole = try AnchoredBundle()
        let bare = BundleAudit(bundle: try whole.bundle(anchored: false), pinned: nil, mirror: nil)
        #expect(fault { _ = try bare.anchor() } == .anchorMissing)
        let other = try AnchoredBundle.makeSigner(whole.origin, seed: 7).verifier
        let pinned = BundleAudit(bundle: try whole.bundle(), pinned: other, mirror: nil)
        #expect(fault { _ = try pinned.anchor() } == .logKeyChanged)
    }

    // MARK: What a chain says

    @Test func `a head is anchored where its block has the log, is final, and the code is ours`()
        throws
    {
        let whole = try AnchoredBundle()
        let claim = try whole.claim()
        try claim.check(finalized: 7)
        try claim.check(finalized: .max)
        try claim.check(code: UsageAnchor.code, asOf: 6)
        var earlier = AnchoredLog(of: whole.head)
        earlier.size -= 1
        try claim.check([earlier.log(), AnchoredLog(of: whole.head).log()], in: hash)
        #expect(inner(fault { try claim.check(finalized: 6) }) == .notFinal(finalized: 6))
    }

    private static let logLies: [(String, @Sendable (inout AnchoredLog) -> Void)] = [
        ("the contract", { $0.contract = AnchoredBundle.account }),
        ("the publisher", { $0.account = AnchoredBundle.contract }),
        ("the size", { $0.size += 1 }),
        ("the size beyond 63 bits", { $0.size |= 1 << 63 }),
        ("the root's first bit", { $0.root[0] ^= 128 }),
        ("the root's last bit", { $0.root[31] ^= 1 }),
        ("the block", { $0.block = 8 }),
        ("the block's hash", { $0.blockHash = AnchoredBundle.hash }),
        ("the transaction", { $0.transaction = AnchoredLog.blockHash }),
        ("the event", { $0.isOtherEvent = true }),
    ]

    @Test(arguments: HeadAnchorTests.logLies.indices)
    func `a log that differs in one thing is no anchor`(index: Int) throws {
        let (name, lie) = Self.logLies[index]
        let whole = try AnchoredBundle()
        let claim = try whole.claim()
        var log = AnchoredLog(of: whole.head)
        lie(&log)
        #expect(
            inner(fault { try claim.check([log.log()], in: hash) }) == .notAnchored, "\(name)")
        #expect(inner(fault { try claim.check([], in: hash) }) == .notAnchored)
    }

    @Test func `code that is not ours to the last byte is another contract's`() throws {
        let claim = try AnchoredBundle().claim()
        let code = UsageAnchor.code
        #expect(inner(fault { try claim.check(code: [], asOf: 6) }) == .noContract(asOf: 6))
        for place in code.indices {
            var other = code
            other[place] ^= 1
            let found = inner(fault { try claim.check(code: other, asOf: 6) })
            #expect(found == .otherCode(asOf: 6), "byte \(place)")
        }
        for other in [code + [0], [0] + code, Array(code.dropLast()), code + code] {
            #expect(inner(fault { try claim.check(code: other, asOf: 6) }) == .otherCode(asOf: 6))
        }
    }

    @Test func `every fault of an anchor has a sentence of its own in both languages`() throws {
        let claim = try AnchoredBundle().claim()
        let faults: [AuditFault] = [
            .anchorMissing, .publisherRefused("x"), .publisherOfOtherLog,
            .anchor(.noContract(asOf: 6), claim), .anchor(.otherCode(asOf: 6), claim),
            .anchor(.notAnchored, claim), .anchor(.notFinal(finalized: 6), claim),
        ]
        for language in Language.allCases {
            let texts = faults.map { $0.text(in: language) }
            #expect(Set(texts).count == faults.count)
            #expect(texts.allSatisfy { !$0.contains("{") })
        }
    }
}

/// The command, as far as it goes without a chain.
@Suite struct AnchorCommandTests {
    private func run(
        _ bundle: ProofBundleDTO, _ words: [String], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, error: String) {
        let program = try Program(environment)
        try program.folder.write(try WireJSON.text(bundle), to: "job.bundle")
        return await program.run(["audit", "verify", "job.bundle"] + words)
    }

    @Test func `without an endpoint the anchor is told of and not looked at`() async throws {
        let whole = try AnchoredBundle()
        let bare = try await run(whole.bundle(anchored: false), [])
        #expect(bare.code == 0 && !bare.error.contains("--rpc"))
        let nowhere = ["ORBAN_RPC_URL": "http://127.0.0.1:1"]
        for environment in [[:], nowhere] {
            let found = try await run(whole.bundle(), [], environment)
            #expect(found.code == 0 && found.output == bare.output)
            #expect(found.error.contains("--rpc") && found.error.hasSuffix(bare.error))
        }
        let json = try await run(whole.bundle(), ["-o", "json"])
        #expect(!json.output.contains("anchor"))
    }

    @Test func `with one, a bundle without an anchor or with a wrong one fails like any other`()
        async throws
    {
        let rpc = ["--rpc", "http://127.0.0.1:1"]
        var whole = try AnchoredBundle()
        let bare = try await run(whole.bundle(anchored: false), rpc)
        #expect(bare.code == 8 && bare.error.contains("error[proof_invalid]"))
        let away = try await run(whole.bundle(), rpc)
        #expect(away.code == 10 && away.error.contains("error[chain_unreachable]"))
        #expect(away.output.isEmpty)
        whole.publisher = "nobody's"
        let wrong = try await run(whole.bundle(), rpc + ["--lang", "zh-TW"])
        #expect(wrong.code == 8 && wrong.error.contains("發布者文件不是這份紀錄的"))
    }
}
