import Domain
import Ethereum
import Foundation
import Staging
import Testing
import Wire

/// Jobs that a deposit on a chain pays for: a market, a node, a renter's own wallet, and real contracts.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct VaultJobTests {
    /// Account 1 is the market's, 2 the renter's, 3 the provider's; treasury is 0.
    private struct Scene {
        static let deposit: Int64 = 5_000_000
        let desk: Desk
        let site: Site
        let wallet: String
        let payee: String

        init(
            _ stage: Stage, redeemEvery seconds: Int = 1, adding more: [String] = [],
            finality blocks: Int = 2
        ) async throws {
            desk = try await Desk(
                stage, adding: ["--block-time", "1", "--finality", "\(blocks)"])
            let words = try desk.devnet.words(account: 1, on: stage)
            site = try await Site.serving(
                stage, isSimulated: true, adding: ["--redeem-every", "\(seconds)"] + more,
                chain: words)
            payee = desk.devnet.addresses[3]
            _ = try await JoinedNode(
                "alpha", at: site, options: Site.simulated + ["--payee", payee])
            wallet = try await desk.wallet(2)
            try await desk.devnet.deposit(UInt64(Self.deposit), by: 2)
            _ = try await ok("wallet link \(wallet)")
            try await vault("has the deposit") { $0.deposit?.availableMicro == Self.deposit }
        }

        /// As the renter, at whose machine wallet and key are.
        func run(_ line: String) async throws -> Ended {
            try await desk.run(line, with: site.environment(.renter))
        }

        func ok(_ line: String) async throws -> String {
            let ended = try await run(line)
            guard ended.status == 0 else {
                throw Stage.Unexpected(description: "orban \(line): \(ended)")
            }
            return ended.out
        }

        private struct Report: Decodable {
            struct Sums: Decodable {
                let cumulative: Int64
                private enum CodingKeys: String, CodingKey { case cumulative = "cumulative_micro" }
            }
            let signed: [Sums]
        }

        /// The sums that the renter's wallet signs now, as it says.
        func signed() async throws -> [Int64] {
            let text = try await ok("wallet sign \(wallet) -o json")
            return try WireJSON.decode(Report.self, from: Array(text.utf8)).signed.map(\.cumulative)
        }

        @discardableResult
        func vault(_ what: String, until isSo: (VaultDTO) -> Bool) async throws -> VaultDTO {
            try await eventually("the vault \(what)", within: .seconds(60)) {
                let vault: VaultDTO = try site.api(.renter).get("/v1/vault")
                return isSo(vault) ? vault : nil
            }
        }

        func submit(_ name: String, _ script: String) async throws {
            var job = JobText(name, script)
            job.image = Site.simulatedImage
            try await site.ok(
                .renter,
                ["run", "--pay", "vault", try site.write(job), "-y", "--no-input", "-d"])
        }

        /// What a contract says of money, in micro-units.
        func number(_ contract: String, _ selector: String, _ words: [String]) async throws
            -> Int64
        {
            try await desk.devnet.number(
                desk.devnet.contracts[contract] ?? "", selector, words)
        }

        // The first four bytes of keccak256 of unspent(address,address), owedTo(address,address) and
        // balanceOf(address).
        static let (unspent, owedTo, balanceOf) = ("585a7f89", "db5a0aa1", "70a08231")
    }

    /// How many of them live at a time; most of a life is waiting for blocks.
    private static let lanes = 3

    private static let lives: [@Sendable (VaultJobTests) async throws -> Void] = [
        {
            try await $0
                .`what its renter signed is paid out once, and log, books, contract and token agree`()
        },
        { try await $0.`a provider is paid by the file of vouchers when the market is gone`() },
        { try await $0.`a user who begins to leave has nothing more worked for`() },
        { try await $0.`who signs nothing is worked for up to the limit, and no further`() },
        {
            try await $0
                .`a market that may sign does so within the cap, and plan, show and invoice say so`()
        },
        {
            try await $0
                .`a deposit that a re-org takes back was never counted, and is counted once after it`()
        },
        {
            try await $0.`while the chain is away work goes on, and then what waited is sent once`()
        },
        { try await $0.`with its own key a market moves nothing that was not delegated to it`() },
        { try await $0.`a deposit pays for nobody who has not shown its key`() },
    ]

    @Test func `a deposit pays for jobs as its owner allows, whatever else happens`() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    for place in stride(from: lane, to: Self.lives.count, by: Self.lanes) {
                        do { try await Self.lives[place](self) } catch {
                            Issue.record("life \(place + 1): \(error)")
                        }
                    }
                }
            }
        }
    }

    private func
        `what its renter signed is paid out once, and log, books, contract and token agree`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let plan = try await scene.run("plan --pay vault \(try scene.site.write(short))")
            #expect(plan.out.contains(scene.desk.devnet.addresses[2].lowercased()), "\(plan)")
            try await scene.submit("short", "sleep 3; exit 0")
            let job = try await scene.site.over("short")
            #expect(job.payer?.text == scene.desk.devnet.addresses[2].lowercased())
            let charged = job.charged.money.micro
            #expect(charged > 0)
            let balance: BalanceDTO = try scene.site.api(.renter).get("/v1/balance")
            #expect(balance.available.money.micro == 5_000_000 && balance.held.money == .zero)

            #expect(try await scene.signed() == [charged])
            let paid = try await scene.vault("has paid") {
                $0.pairs.first?.redeemedMicro == charged
            }
            let pair = try #require(paid.pairs.first)
            #expect(pair.owedMicro == charged && pair.signedMicro == charged)
            #expect(paid.deposit?.availableMicro == Scene.deposit - charged)

            let (dollar, vault) = (
                scene.desk.devnet.contracts["dollar"] ?? "",
                scene.desk.devnet.contracts["vault"] ?? ""
            )
            let unspent = try await scene.number(
                "vault", Scene.unspent, [scene.desk.devnet.addresses[2], dollar])
            let share = try await scene.number("vault", Scene.owedTo, [dollar, scene.payee])
            let treasury = try await scene.number(
                "vault", Scene.owedTo, [dollar, scene.desk.devnet.addresses[0]])
            let tokens = try await scene.number("dollar", Scene.balanceOf, [vault])
            #expect(unspent == Scene.deposit - charged)
            #expect(share + treasury == charged && treasury == pair.commissionMicro)
            #expect(tokens == unspent + share + treasury)

            // Nothing that was signed is signed or paid again.
            #expect(try await scene.signed() == [])
            try await scene.site.checkBill(of: "short")
            let invoice = try await scene.site.invoice("short")
            #expect(invoice.fundedBy == "vault:" + (job.payer?.text ?? ""))
        }
    }

    private var short: JobText {
        var job = JobText("short", "sleep 3; exit 0")
        job.image = Site.simulatedImage
        return job
    }

    private func `a provider is paid by the file of vouchers when the market is gone`() async throws
    {
        try await Stage.run { stage in
            // It looks for vouchers at its start, and again in a week.
            let scene = try await Scene(stage, redeemEvery: 604_800)
            try await scene.submit("short", "sleep 3; exit 0")
            let charged = try await scene.site.over("short").charged.money.micro
            _ = try await scene.ok("wallet sign \(scene.wallet)")
            try await scene.submit("later", "sleep 2; exit 0")
            let more = try await scene.site.over("later").charged.money.micro
            _ = try await scene.ok("wallet sign \(scene.wallet)")
            let file = try await scene.site.ok(.provider, ["vault", "vouchers"])
            try await scene.site.market.killNow()
            let path = try stage.write(file, to: "vouchers.json")
            let provider = try await scene.desk.wallet(3)
            try await scene.desk.ok("redeem \(path) \(provider)")
            let dollar = scene.desk.devnet.contracts["dollar"] ?? ""
            let share = try await scene.number("vault", Scene.owedTo, [dollar, scene.payee])
            let treasury = try await scene.number(
                "vault", Scene.owedTo, [dollar, scene.desk.devnet.addresses[0]])
            #expect(share + treasury == charged + more)
            try await scene.desk.ok("vault exit \(scene.wallet)")
        }
    }

    private func `a user who begins to leave has nothing more worked for`() async throws {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            try await scene.submit("long", "sleep 300")
            try await scene.site.job("long", "runs") { $0.state == .running }
            try await scene.desk.ok("vault exit \(scene.wallet)")
            let over = try await scene.site.over("long")
            #expect(over.state == .stopped)
            let refused = try await scene.site.run(
                .renter,
                [
                    "run", "--pay", "vault", try scene.site.write(short), "-y", "--no-input", "-d",
                ])
            #expect(refused.status != 0 && refused.err.contains("exit_begun"), "\(refused)")
        }
    }

    private func `who signs nothing is worked for up to the limit, and no further`() async throws {
        try await Stage.run { stage in
            let scene = try await Scene(stage, adding: ["--unsigned-limit", "0.000001"])
            try await scene.submit("short", "sleep 3; exit 0")
            let charged = try await scene.site.over("short").charged.money.micro
            #expect(charged > 1)
            let job = [
                "run", "--pay", "vault", try scene.site.write(short), "-y", "--no-input", "-d",
            ]
            let refused = try await scene.site.run(.renter, job)
            #expect(refused.err.contains("vouchers_missing"), "\(refused)")
            _ = try await scene.ok("wallet sign \(scene.wallet)")
            #expect(try await scene.site.run(.renter, job).status == 0)
        }
    }

    private func
        `a market that may sign does so within the cap, and plan, show and invoice say so`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let told = try await scene.run(
                "vault authorise --delegate-to-market --cap 0.1 --expiry 24h \(scene.wallet)")
            #expect(told.status == 0 && told.err.contains("custodial"), "\(told)")
            try await scene.vault("is delegated") { $0.deposit?.custody?.capMicro == 100_000 }
            let plan = try await scene.run("plan --pay vault \(try scene.site.write(short))")
            #expect(plan.out.contains("custodial"), "\(plan)")
            try await scene.submit("short", "sleep 3; exit 0")
            let charged = try await scene.site.over("short").charged.money.micro
            let paid = try await scene.vault("has paid") {
                $0.pairs.first?.redeemedMicro == charged
            }
            #expect(paid.deposit?.custody?.spentMicro == charged)
            for command in ["show", "invoice"] {
                let text = try await scene.site.ok(.renter, [command, "short"])
                #expect(text.contains("custodial"), "\(text)")
            }
        }
    }

    private func
        `a deposit that a re-org takes back was never counted, and is counted once after it`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage, finality: 12)
            let devnet = scene.desk.devnet
            let snapshot = try await devnet.rpc("evm_snapshot")
            try await devnet.deposit(1_000_000, by: 2)
            for _ in 0..<3 { _ = try await devnet.rpc("evm_mine") }
            let before = try await scene.vault("is as before") { _ in true }
            #expect(before.deposit?.availableMicro == Scene.deposit)
            _ = try await devnet.rpc("evm_revert", [snapshot])
            try await devnet.deposit(2_000_000, by: 2)
            try await scene.vault("has the second deposit alone") {
                #expect($0.deposit?.availableMicro != Scene.deposit + 1_000_000)
                return $0.deposit?.availableMicro == Scene.deposit + 2_000_000
            }
            let audit = try await scene.desk.run("vault audit -o json")
            #expect(audit.status == 0 && audit.out.contains("7000000"), "\(audit)")
        }
    }

    private func `while the chain is away work goes on, and then what waited is sent once`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let devnet = scene.desk.devnet
            try await scene.submit("before", "sleep 20; exit 0")
            try await scene.site.job("before", "runs") { $0.state == .running }
            devnet.freeze()
            try await scene.submit("short", "sleep 2; exit 0")
            let short = try await scene.site.over("short").charged.money.micro
            _ = try await scene.ok("wallet sign --once \(scene.wallet)")
            let before = try await scene.site.over("before").charged.money.micro
            _ = try await scene.ok("wallet sign \(scene.wallet)")
            let waiting = try await scene.vault("knows what is signed") {
                $0.pairs.first?.signedMicro == short + before
            }
            #expect(waiting.pairs.first?.redeemedMicro == 0)
            devnet.goOn()
            try await scene.vault("has paid all of it") {
                $0.pairs.first?.redeemedMicro == short + before
            }
            let dollar = devnet.contracts["dollar"] ?? ""
            let share = try await scene.number("vault", Scene.owedTo, [dollar, scene.payee])
            let treasury = try await scene.number(
                "vault", Scene.owedTo, [dollar, devnet.addresses[0]])
            #expect(share + treasury == short + before)
            let count = try await devnet.rpc(
                "eth_getTransactionCount", [devnet.addresses[1], "latest"])
            #expect(count as? String == "0x1", "one pair, one voucher, one transaction: \(count)")
        }
    }

    private func `with its own key a market moves nothing that was not delegated to it`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let devnet = scene.desk.devnet
            let dollar = devnet.contracts["dollar"] ?? ""
            func unspent() async throws -> Int64 {
                try await scene.number("vault", Scene.unspent, [devnet.addresses[2], dollar])
            }
            // All that a market has: its key, and whatever it writes itself.
            func steal(_ micro: UInt64, _ account: Int) async throws {
                let voucher = Voucher(
                    user: try devnet.address(2), payee: try devnet.address(account),
                    token: try devnet.dollar.address, cumulative: UInt256(micro),
                    commission: .zero, usageRoot: .zero)
                let digest = try voucher.digest(for: devnet.vault, on: ChainID(devnet.chain))
                let signed = SignedVoucher(voucher, try devnet.key(1).sign(digest))
                try await devnet.send(devnet.vault.redeemBatch([signed]), by: 1)
            }
            try await steal(5_000_000, 1)
            #expect(try await unspent() == 5_000_000)
            try await scene.desk.ok(
                "vault authorise \(devnet.addresses[1]) --cap 0.002 --expiry 24h \(scene.wallet)")
            try await steal(2_001, 1)
            #expect(try await unspent() == 5_000_000)
            try await steal(2_000, 1)
            try await steal(2_000, 4)
            #expect(try await unspent() == 4_998_000, "no more than the cap, once")
        }
    }

    private func `a deposit pays for nobody who has not shown its key`() async throws {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let address = try #require(ChainAddress(scene.desk.devnet.addresses[3].lowercased()))
            // The provider's address, signed for by the renter's key.
            let text = LinkStatement(
                origin: "127.0.0.1", account: try #require(AccountID("acc_renter")),
                chainID: 31_337,
                vault: try #require(
                    ChainAddress((scene.desk.devnet.contracts["vault"] ?? "").lowercased()))
            ).text
            let signature = try scene.desk.devnet.key(2)
                .sign(PersonalMessage.digest(of: Array(text.utf8)))
            let answer = try scene.site.api(.renter).ask(
                "PUT", "/v1/vault/address",
                body: try WireJSON.encode(
                    LinkRequest(
                        address: address, signature: Ethereum.Hex.text(of: signature.bytes))))
            #expect(answer.status >= 400)
            let node = try await scene.site.run(
                .provider, ["vault", "show", "-o", "json"])
            #expect(node.status == 0, "\(node)")
        }
    }
}
