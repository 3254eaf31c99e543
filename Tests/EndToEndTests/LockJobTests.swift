import Domain
import Ethereum
import Foundation
import Staging
import Testing
import Wire

/// Jobs whose prices are locked in the escrow, lease by lease: a market, a node, wallets, and real contracts.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct LockJobTests {
    /// Account 1 is the market's, 2 the renter's, 3 the provider's; treasury is 0.
    private struct Scene {
        static let wealth: Int64 = 5_000_000
        let desk: Desk
        let site: Site
        let renter: String
        let provider: String
        let payee: String
        let node: JoinedNode

        init(
            _ stage: Stage, promising promise: [String] = [], finality: Int = 2
        ) async throws {
            desk = try await Desk(
                stage, adding: ["--block-time", "1", "--finality", "\(finality)"])
            let devnet = desk.devnet
            site = try await Site.serving(
                stage, isSimulated: true, adding: ["--redeem-every", "1"],
                chain: try devnet.words(account: 1, on: stage))
            payee = devnet.addresses[3]
            node = try await JoinedNode(
                "alpha", at: site, options: Site.simulated + ["--payee", payee] + promise)
            renter = try await desk.wallet(2)
            provider = try await desk.wallet(3)
            try await devnet.send(
                TestDollar(devnet.dollar.address).mint(
                    UInt256(UInt64(Self.wealth)), for: devnet.address(2)), by: 2)
            _ = try await asRenter("wallet link \(renter)")
        }

        func asRenter(_ line: String) async throws -> String {
            try await told(desk.run(line, with: site.environment(.renter)), line)
        }

        func asProvider(_ line: String) async throws -> String {
            try await told(desk.run(line, with: site.environment(.provider)), line)
        }

        private func told(_ ended: Ended, _ line: String) throws -> String {
            guard ended.status == 0 else {
                throw Stage.Unexpected(description: "orban \(line): \(ended)")
            }
            return ended.out
        }

        var job: JobText {
            var job = JobText("short", "sleep 3; exit 0")
            job.image = Site.simulatedImage
            return job
        }

        func submit(_ job: JobText) async throws {
            try await site.ok(
                .renter,
                ["run", "--pay", "lock", try site.write(job), "-y", "--no-input", "-d"])
        }

        func lock(_ what: String, until isSo: (LockDTO) -> Bool) async throws -> LockDTO {
            try await eventually("a lock \(what)", within: .seconds(60)) {
                let file: LockFileDTO = try site.api(.renter).get("/v1/locks")
                return file.locks.first(where: isSo)
            }
        }

        /// Looks once after another, until the payer's last word of every lease is with the market.
        ///
        /// - Returns: what was told.
        func sign() async throws -> String {
            var told = ""
            try await eventually("all is signed", within: .seconds(60)) {
                let line = "wallet sign --once \(renter)"
                let ended = try await desk.run(line, with: site.environment(.renter))
                guard ended.status == 0 else {
                    throw Stage.Unexpected(description: "orban \(line): \(ended)")
                }
                told += ended.err
                let file: LockFileDTO = try site.api(.renter).get("/v1/locks")
                return file.locks.allSatisfy { $0.progress?.elapsed ?? 0 > 0 } ? true : nil
            }
            return told
        }

        func areClosed() async throws {
            try await eventually("the lease is closed", within: .seconds(60)) {
                let file: LockFileDTO = try site.api(.renter).get("/v1/locks")
                return file.locks.isEmpty ? true : nil
            }
        }

        /// By the provider's own key, whatever its node has metered.
        func claim(of lock: LockDTO, seconds: UInt64) async throws {
            let (devnet, evidence) = (desk.devnet, Hash256.zero)
            let terms = try devnet.terms(of: lock)
            let claim = LeaseClaim(
                id: try terms.id(), seconds: UInt256(seconds), evidence: evidence)
            let digest = try claim.digest(for: devnet.escrow, on: ChainID(devnet.chain))
            try await devnet.send(
                devnet.escrow.claimUnsigned(
                    terms, seconds: UInt256(seconds), evidence: evidence,
                    devnet.key(3).sign(digest).bytes), by: 3)
        }

        /// What the escrow owes to an account.
        func owed(_ account: Int) async throws -> Int64 {
            try await desk.devnet.number(
                desk.devnet.contracts["escrow"] ?? "", "db5a0aa1",
                [desk.devnet.contracts["dollar"] ?? "", desk.devnet.addresses[account]])
        }

        func tokens(of address: String) async throws -> Int64 {
            try await desk.devnet.number(
                desk.devnet.contracts["dollar"] ?? "", "70a08231", [address])
        }
    }

    @Test func `a price is locked before the start, and both sides' words close it once`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let plan = try await scene.asRenter(
                "plan --pay lock \(try scene.site.write(scene.job))")
            #expect(plan.contains("escrow"), "\(plan)")
            try await scene.submit(scene.job)
            let wanted = try await scene.lock("is wanted") { $0.isWanted }
            let waiting = try await scene.site.job("short", "waits") { _ in true }
            #expect(waiting.state != .running && waiting.charged.money == .zero)

            // The client locks, and signs until all is signed; the provider's agrees.
            _ = try await scene.asRenter("wallet sign --once \(scene.renter)")
            let over = try await scene.site.over("short")
            #expect(over.state == .finished && over.isLocked == true)
            let charged = over.charged.money.micro
            #expect(charged > 0)

            // The provider claims more than it has metered: the payer's client strikes it out.
            try await scene.desk.pass(seconds: 60)
            try await scene.claim(of: wanted, seconds: 50)
            let signing = try await scene.sign()
            #expect(signing.contains("struck out"), "\(signing)")
            // A receipt that the market does not show, in the folder of the node that signed it.
            let hidden = Receipt(
                lease: wanted.lease, attempt: 1, node: wanted.node, sequence: 99, seconds: 99,
                status: .ended(.exited(code: 0)), level: .live, cpuMilliseconds: 0,
                peakMemoryBytes: 0)
            let line = Data(hidden.bytes).base64EncodedString() + " c2lnbmVk\n"
            _ = try stage.write(line, to: "receipts")
            let agree = "wallet agree --once \(scene.provider) -o json --state-dir "
            let refused = try await scene.asProvider(agree + stage.folder)
            #expect(!refused.contains(wanted.lease.text), "\(refused)")
            let agreed = try await scene.asProvider(agree + scene.node.folder)
            #expect(agreed.contains(wanted.lease.text), "\(agreed)")
            #expect(FileManager.default.fileExists(atPath: scene.node.folder + "/receipts"))
            try await scene.areClosed()
            let commission = charged * 250 / 10_000
            #expect(try await scene.owed(3) == charged - commission)
            #expect(try await scene.owed(0) == commission)
            #expect(try await scene.owed(2) == wanted.depositMicro - charged)
            let escrow = scene.desk.devnet.contracts["escrow"] ?? ""
            #expect(try await scene.tokens(of: escrow) == wanted.depositMicro)
            // It ends when the escrow has closed all for good.
            let rest = try await scene.asRenter("wallet sign \(scene.renter) -o json")
            #expect(rest.filter { !$0.isWhitespace }.contains(#""open":[]"#), "\(rest)")
            try await scene.site.checkBill(of: "short")
            let invoice = try await scene.site.invoice("short")
            #expect(invoice.fundedBy == "locked:" + (over.payer?.text ?? ""))
            try await scene.desk.ok("escrow withdraw \(scene.renter)")
            let left = try await scene.tokens(of: scene.desk.devnet.addresses[2])
            #expect(left == Scene.wealth - charged)
        }
    }

    @Test func `a machine that is lost gives back what it promised, in the escrow as in the books`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage, promising: ["--sla", "100%:40%"])
            var job = scene.job
            (job.script, job.fence) = ("sleep 60; exit 0", "3s")
            try await scene.submit(job)
            let wanted = try await scene.lock("is wanted") { $0.isWanted }
            #expect(wanted.serviceLevel?.availabilityBPS == 10_000)
            #expect(wanted.serviceLevel?.creditBPS == 4_000)
            _ = try await scene.asRenter("wallet sign --once \(scene.renter)")
            _ = try await scene.site.job("short", "is metered") { $0.billedSeconds > 1 }
            try await scene.node.program.killNow()

            let over = try await scene.site.over("short")
            #expect(over.state == .failed && over.charged.money > .zero)
            let billed = try await scene.lock("is billed") { $0.bill != nil }
            let bill = try #require(billed.bill)
            #expect(bill.elapsed == bill.seconds + 2 || bill.elapsed == bill.seconds + 3)
            let credit = bill.chargeMicro * 4 / 10
            #expect(bill.creditMicro == credit && credit > 0)
            #expect(over.charged.money.micro == bill.chargeMicro - credit)
            try await scene.desk.pass(seconds: 60)
            _ = try await scene.sign()
            _ = try await scene.asProvider("wallet agree --once \(scene.provider)")
            try await scene.areClosed()
            #expect(
                try await scene.owed(3) == bill.chargeMicro - bill.commissionMicro - credit)
            #expect(try await scene.owed(0) == bill.commissionMicro)
            #expect(try await scene.owed(2) == wanted.depositMicro - bill.chargeMicro + credit)
            let invoice = try await scene.site.invoice("short")
            #expect(invoice.lines.map(\.credit?.money.micro) == [credit])
            let bundle = try await scene.site.ok(.renter, ["audit", "export", "short"])
            let path = try stage.write(bundle, to: "bundle.json")
            let audit = try await stage.ok(["audit", "verify", path])
            #expect(audit.contains("of \(bill.elapsed) s"), "\(audit)")
        }
    }

    @Test func `with payer and market silent the provider claims, and the rest goes back`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            try await scene.submit(scene.job)
            _ = try await scene.lock("is wanted") { $0.isWanted }
            _ = try await scene.asRenter("wallet sign --once \(scene.renter)")
            let charged = try await scene.site.over("short").charged.money.micro
            let lock = try await scene.lock("is billed") { $0.bill != nil }
            let file = try await scene.site.ok(.provider, ["escrow", "show", "-o", "json"])
            try await scene.site.market.killNow()
            let path = try stage.write(file, to: "locks.json")
            try await scene.desk.ok("escrow claim \(path) \(lock.lease) \(scene.provider)")
            let early = try await scene.desk.run(
                "escrow refund \(path) \(lock.lease) \(scene.provider)")
            #expect(early.status != 0 && early.err.contains("dispute window"), "\(early)")
            try await scene.desk.pass(seconds: 86_401)
            try await scene.desk.ok("escrow refund \(path) \(lock.lease) \(scene.provider)")
            let commission = charged * 250 / 10_000
            #expect(try await scene.owed(3) == charged - commission)
            #expect(try await scene.owed(2) == lock.depositMicro - charged)
            try await scene.desk.ok("escrow withdraw \(scene.provider)")
            #expect(try await scene.tokens(of: scene.payee) == charged - commission)
        }
    }

    @Test func `with the market dead a false claim is struck out, and the deposit comes back`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            try await scene.submit(scene.job)
            let wanted = try await scene.lock("is wanted") { $0.isWanted }
            _ = try await scene.asRenter("wallet sign --once \(scene.renter)")
            _ = try await scene.site.over("short")
            try await scene.site.market.killNow()
            try await scene.desk.pass(seconds: 60)
            try await scene.claim(of: wanted, seconds: 50)
            let watch = "escrow watch \(scene.renter)"
            let early = try await scene.desk.run(watch + " --once -o json")
            #expect(early.status == 0 && early.err.contains("struck out"), "\(early)")
            #expect(early.out.contains(wanted.lease.text), "\(early)")
            let (deposit, payer) = (wanted.depositMicro, scene.desk.devnet.addresses[2])
            #expect(try await scene.tokens(of: payer) == Scene.wealth - deposit)
            try await scene.desk.pass(seconds: 3 * 86_400)
            try await scene.desk.ok(watch)
            #expect(try await scene.owed(2) == deposit)
            #expect(try await scene.owed(3) == 0)
            try await scene.desk.ok("escrow withdraw \(scene.renter)")
            #expect(try await scene.tokens(of: payer) == Scene.wealth)
        }
    }

    @Test func `a payer who stops a lease in the escrow stops its job, and pays what has run`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            var job = scene.job
            job.script = "sleep 60; exit 0"
            try await scene.submit(job)
            let wanted = try await scene.lock("is wanted") { $0.isWanted }
            _ = try await scene.asRenter("wallet sign --once \(scene.renter)")
            _ = try await scene.site.job("short", "is metered") { $0.billedSeconds > 1 }
            let path = try stage.write(
                try await scene.site.ok(.renter, ["escrow", "show", "-o", "json"]),
                to: "locks.json")
            try await scene.desk.ok("escrow stop \(path) \(wanted.lease) \(scene.renter)")
            let over = try await scene.site.over("short")
            #expect(over.state == .stopped && over.charged.money > .zero)
            try await scene.desk.pass(seconds: 60)
            _ = try await scene.sign()
            _ = try await scene.asProvider("wallet agree --once \(scene.provider)")
            try await scene.areClosed()
            let charged = over.charged.money.micro
            #expect(try await scene.owed(3) == charged - charged * 250 / 10_000)
            #expect(try await scene.owed(2) == wanted.depositMicro - charged)
        }
    }

    @Test func `a lease that is stopped in the escrow before its opening is final never starts`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage, finality: 200)
            try await scene.submit(scene.job)
            let wanted = try await scene.lock("is wanted") { $0.isWanted }
            let path = try stage.write(
                try await scene.site.ok(.renter, ["escrow", "show", "-o", "json"]),
                to: "locks.json")
            _ = try await scene.asRenter("wallet sign --once \(scene.renter)")
            try await scene.desk.ok("escrow stop \(path) \(wanted.lease) \(scene.renter)")
            try await scene.desk.mine(200)
            let over = try await scene.site.over("short")
            #expect(over.state == .stopped && over.charged.money == .zero)
            // It is open all the same, and both agree that nothing ran.
            _ = try await scene.lock("is opened") { $0.id != nil && $0.bill != nil }
            _ = try await scene.sign()
            let blind = "wallet agree --once \(scene.provider) -o json"
            let unagreed = try await scene.asProvider(blind)
            #expect(!unagreed.contains(wanted.lease.text), "\(unagreed)")
            _ = try await scene.asProvider(blind + " --state-dir " + scene.node.folder)
            try await eventually("the lease is closed", within: .seconds(60)) {
                try await scene.desk.mine(20)
                let file: LockFileDTO = try scene.site.api(.renter).get("/v1/locks")
                return file.locks.isEmpty ? true : nil
            }
            #expect(try await scene.owed(2) == wanted.depositMicro)
        }
    }

    @Test func `a job that is stopped before its price is locked ends, and nothing is locked`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            try await scene.submit(scene.job)
            _ = try await scene.lock("is wanted") { $0.isWanted }
            try await scene.site.ok(.renter, ["stop", "short", "-y"])
            let over = try await scene.site.over("short")
            #expect(over.state == .stopped && over.charged.money == .zero)
            #expect(try await scene.tokens(of: scene.desk.devnet.addresses[2]) == Scene.wealth)
        }
    }
}
