import Foundation
import Staging
import Testing

/// A renter's own key and money on a chain: the real program, real contracts, another program's EVM.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct WalletTests {
    @Test func `a deposit is its owner's alone, and leaves without any market`() async throws {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            try await desk.ok("wallet import")
            try await desk.ok("chain mint 100")
            try await desk.ok("vault deposit 12.5")
            var now = try await desk.holdings()
            #expect(now["vault_micro"] == "12500000" && now["token_micro"] == "87500000")
            let key = desk.devnet.addresses[1]
            try await desk.ok("vault authorise \(key) --cap 5 --expiry 24h")
            try await desk.ok("vault revoke \(key)")
            try await desk.ok("vault exit")
            let early = try await desk.run("vault exit --finish")
            #expect(early.status == 5 && early.err.contains("exit delay"), "\(early)")
            try await desk.pass(seconds: 90_000)
            try await desk.ok("vault exit --finish")
            now = try await desk.holdings()
            #expect(now["vault_micro"] == "0" && now["owed_micro"] == "12500000")
            try await desk.ok("vault withdraw")
            now = try await desk.holdings()
            #expect(now["owed_micro"] == "0" && now["token_micro"] == "100000000")
        }
    }

    @Test func `contracts that a wallet deploys are those of the sources, and take a deposit`()
        async throws
    {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            try await desk.ok("wallet import")
            let made = try await desk.run(
                "chain deploy --chain-id 31337 --ceiling 500 --exit-delay 1h --exit-window 2h")
            #expect(made.status == 0, "\(made)")
            let own = Desk(desk, contracts: made.out)
            try await own.ok("chain mint 5")
            try await own.ok("vault deposit 5")
            #expect(try await own.holdings()["vault_micro"] == "5000000")
            try await own.ok("vault exit")
            try await own.pass(seconds: 3_700)
            try await own.ok("vault exit --finish")
            // The other vault has never seen it.
            #expect(try await desk.holdings()["owed_micro"] == "0")
            let other = try await desk.run("chain deploy --chain-id 1")
            #expect(other.status == 1 && other.err.contains("chain 31337"), "\(other)")
        }
    }

    @Test func `what is not on this chain, or not this key's, is refused in words`() async throws {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            let missing = try await desk.run("wallet address")
            #expect(missing.status == 4 && missing.err.contains("wallet_unusable"))
            try await desk.ok("wallet import")
            let twice = try await desk.run("wallet import")
            #expect(twice.status == 4 && twice.err.contains("ever written over"))
            _ = try stage.write("another\n", to: "wrong")
            let wrong = try await desk.run("chain mint 1", password: "wrong")
            #expect(wrong.status == 4 && wrong.err.contains("password"))
            let dear = try await desk.run("vault deposit 5")
            #expect(dear.status == 1 && dear.err.contains("only 0.000000"))
            let other = ["ORBAN_CONTRACTS": try desk.devnet.contractsText(chain: 1)]
            let elsewhere = try await desk.run("chain status", with: other)
            #expect(elsewhere.status == 1 && elsewhere.err.contains("chain 31337"))
            let nobody = ["vault": desk.devnet.addresses[3]]
            let empty = ["ORBAN_CONTRACTS": try desk.devnet.contractsText(nobody)]
            let bare = try await desk.run("vault exit", with: empty)
            #expect(bare.status == 1 && bare.err.contains("no contract at"))
            let away = ["ORBAN_RPC_URL": "http://127.0.0.1:9"]
            let alone = try await desk.run("chain status", with: away)
            #expect(alone.status == 10 && alone.err.contains("chain_unreachable"))
            let path = stage.folder + "/config/orban/wallet.json"
            #expect(chmod(path, 0o644) == 0)
            let open = try await desk.run("wallet address")
            #expect(open.status == 4 && open.err.contains("chmod 600"))
            // What is written down never holds the key itself.
            let kept = String(decoding: contents(path), as: UTF8.self)
            #expect(!kept.contains(desk.devnet.secret(0).dropFirst(2)))
        }
    }

    @Test func `two endpoints of three are enough, and one is not`()
        async throws
    {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            let away = "http://127.0.0.1:9"
            for (urls, status) in [
                ("\(desk.devnet.url),\(desk.devnet.url),\(away)", 0),
                ("\(desk.devnet.url),\(away),\(away)", 10),
            ] as [(String, Int32)] {
                let ended = try await desk.run("chain status", with: ["ORBAN_RPC_URL": urls])
                #expect(ended.status == status, "\(ended)")
            }
        }
    }
}
