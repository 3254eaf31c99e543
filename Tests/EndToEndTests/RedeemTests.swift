import Ethereum
import Foundation
import Staging
import Testing

/// A provider that is owed by two users, and no market to ask: the real program and real contracts.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct RedeemTests {
    /// One line of the report.
    private struct Row: Decodable, Equatable {
        let state: String
        let reason: String?
        let paidMicro: String
        let commissionMicro: String
    }

    private struct Report: Decodable {
        struct Total: Decodable { let paidMicro, commissionMicro: String }
        let vouchers: [Row]
        let totals: [Total]
    }

    /// Users 1 and 2, the session key 4 of user 2, the provider 3.
    private struct Scene {
        let desk: Desk
        let provider: String
        let vault: Vault

        init(_ stage: Stage) async throws {
            desk = try await Desk(stage)
            provider = try await desk.wallet(3)
            vault = try desk.devnet.vault
            for user in [1, 2] { try await desk.devnet.deposit(10_000_000, by: user) }
            let session = try Address(desk.devnet.addresses[4])
            try await desk.devnet.send(
                vault.authorise(session, cap: 3_000_000, expiry: 4_000_000_000), by: 2)
        }

        /// As `docs/formats.md` says a voucher stands in a file.
        func voucher(
            from user: Int, to payee: Int = 3, _ cumulative: UInt64, _ commission: UInt64,
            by signer: Int
        ) throws -> [String: String] {
            let addresses = desk.devnet.addresses
            let voucher = Voucher(
                user: try Address(addresses[user]), payee: try Address(addresses[payee]),
                token: try Address(desk.devnet.contracts["dollar"] ?? ""),
                cumulative: UInt256(cumulative), commission: UInt256(commission),
                usageRoot: .zero)
            let digest = try voucher.digest(for: vault, on: ChainID(31_337))
            let signature = try desk.devnet.key(signer).sign(digest)
            return [
                "user": "\(voucher.user)", "payee": "\(voucher.payee)",
                "token": "\(voucher.token)", "cumulative": "\(cumulative)",
                "commission": "\(commission)", "usage_root": "\(voucher.usageRoot)",
                "signature": Hex.text(of: signature.bytes),
            ]
        }

        func write(
            _ vouchers: [[String: String]], chain: Int = 31_337, to name: String
        ) throws -> String {
            let document: [String: Any] = [
                "chain_id": chain, "vault": "\(vault.address)", "vouchers": vouchers,
            ]
            let data = try JSONSerialization.data(withJSONObject: document)
            return try desk.stage.write(String(decoding: data, as: UTF8.self), to: name)
        }

        func redeem(_ path: String, _ more: String = "--output json") async throws -> Ended {
            try await desk.run("redeem \(path) \(provider) \(more)")
        }
    }

    private func report(_ ended: Ended) throws -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(ended.out.utf8))
    }

    @Test func `all that two users signed is redeemed and withdrawn without any market`()
        async throws
    {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let good = [
                try scene.voucher(from: 1, 4_000_000, 400_000, by: 1),
                try scene.voucher(from: 1, 1_000_000, 0, by: 1),
                try scene.voucher(from: 2, 2_500_000, 0, by: 4),
            ]
            let file = try scene.write(good, to: "vouchers.json")
            let first = try await scene.redeem(file)
            #expect(first.status == 0, "\(first)")
            let told = try report(first)
            #expect(
                told.vouchers == [
                    Row(
                        state: "redeemed", reason: nil, paidMicro: "3600000",
                        commissionMicro: "400000"),
                    Row(state: "settled", reason: nil, paidMicro: "0", commissionMicro: "0"),
                    Row(
                        state: "redeemed", reason: nil, paidMicro: "2500000",
                        commissionMicro: "0"),
                ])
            #expect(told.totals.map(\.paidMicro) == ["6100000"])
            #expect(first.err.contains("will be paid"))
            try await scene.desk.ok("vault withdraw \(scene.provider)")
            let now = try await scene.desk.holdings(scene.provider)
            #expect(now["token_micro"] == "6100000" && now["owed_micro"] == "0")
            try await again(scene, file, settled: [good[0], good[2]])
        }
    }

    /// The same vouchers pay nothing twice, and no transaction is sent for them.
    private func again(
        _ scene: Scene, _ file: String, settled: [[String: String]]
    ) async throws {
        func nonce() async throws -> String? {
            let parameters = [scene.desk.devnet.addresses[3], "latest"]
            return try await scene.desk.devnet.rpc("eth_getTransactionCount", parameters)
                as? String
        }
        let before = try await nonce()
        let all = try await scene.redeem(file, "--lang zh-TW")
        // The one that is below what is redeemed is not silently passed over.
        #expect(all.status == 5 && all.out.contains("已兌付的金額高於此張"), "\(all)")
        let rest = try await scene.redeem(try scene.write(settled, to: "settled.json"))
        #expect(rest.status == 0, "\(rest)")
        #expect(try report(rest).vouchers.map(\.state) == ["settled", "settled"])
        #expect(try await nonce() == before)
    }

    @Test func `what nobody may redeem is not sent, and hinders no other voucher`() async throws {
        try await Stage.run { stage in
            let scene = try await Scene(stage)
            let vouchers = [
                try scene.voucher(from: 2, to: 5, 1_000_000, 0, by: 3),
                try scene.voucher(from: 2, 3_500_000, 0, by: 4),
                try scene.voucher(from: 1, 1_000_000, 100_001, by: 1),
                try scene.voucher(from: 1, to: 5, 2_000_000, 0, by: 1),
                try scene.voucher(from: 2, to: 6, 20_000_000, 0, by: 2),
            ]
            let file = try scene.write(vouchers, to: "vouchers.json")
            let ended = try await scene.redeem(file)
            #expect(ended.status == 5 && ended.err.contains("contract_refused"), "\(ended)")
            let told = try report(ended)
            let wanted = ["signature", "over cap", "over ceiling", nil, "unspent"]
            #expect(told.vouchers.map(\.reason) == wanted)
            #expect(
                told.vouchers.map(\.state) == [
                    "refused", "refused", "refused", "redeemed", "refused",
                ])
            #expect(told.totals.map(\.paidMicro) == ["2000000"])

            let elsewhere = try await scene.redeem(
                try scene.write(vouchers, chain: 1, to: "elsewhere.json"))
            #expect(elsewhere.status == 1 && elsewhere.err.contains("chain_wrong"), "\(elsewhere)")
            let odd = try await scene.redeem(try stage.write("[]", to: "odd.json"))
            #expect(odd.status == 1 && odd.err.contains("file_unusable"), "\(odd)")
            let missing = try await scene.redeem(stage.folder + "/missing.json")
            #expect(missing.status == 3 && missing.err.contains("file_not_found"), "\(missing)")
        }
    }
}
