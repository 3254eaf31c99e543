import Foundation
import Staging

/// Wallets on a devnet, as their owners use them; no market is anywhere.
struct Desk {
    let stage: Stage
    let devnet: Devnet
    let environment: [String: String]

    init(_ stage: Stage, adding more: [String] = []) async throws {
        self.stage = stage
        devnet = try await Devnet(on: stage, adding: more)
        environment = [
            "ORBAN_RPC_URL": devnet.url, "ORBAN_CONTRACTS": try devnet.contractsText(),
        ]
        _ = try stage.write("a password\n", to: "password")
        _ = try stage.write(devnet.secret(0) + "\n", to: "key")
    }

    init(_ desk: Desk, contracts: String) {
        (stage, devnet) = (desk.stage, desk.devnet)
        environment = desk.environment.merging(["ORBAN_CONTRACTS": contracts]) { $1 }
    }

    /// Another account's key in a wallet of its own: what is to be said to use it.
    func wallet(_ account: Int) async throws -> String {
        let words = "--wallet \(stage.folder)/wallet-\(account).json"
        _ = try stage.write(devnet.secret(account) + "\n", to: "key-\(account)")
        try await ok("wallet import \(words)", key: "key-\(account)")
        return words
    }

    /// With the password, and maybe a key, on descriptors of its own.
    func run(
        _ line: String, password: String = "password", key: String = "key",
        with more: [String: String] = [:]
    ) async throws -> Ended {
        let words = line.split(separator: " ").map(String.init)
        let script =
            "exec \"$0\" \"$@\""
            + (["chain status", "plan", "vault audit"].contains { line.hasPrefix($0) }
                ? "" : " --password-fd 4 4<\(stage.folder)/\(password)")
            + (line.hasPrefix("wallet import") ? " --key-fd 3 3<\(stage.folder)/\(key)" : "")
        let program = try stage.start(
            "wallet", "/bin/sh", ["-c", script, Stage.binary ?? ""] + words,
            with: environment.merging(more) { $1 })
        guard case .exited(let status) = try await program.end(within: .seconds(90)) else {
            throw Stage.Unexpected(description: program.lastWords)
        }
        return Ended(status: status, out: program.out, err: program.err)
    }

    func ok(_ line: String, key: String = "key") async throws {
        let ended = try await run(line, key: key)
        guard ended.status == 0 else {
            throw Stage.Unexpected(description: "orban \(line): \(ended)")
        }
    }

    /// - Parameter wallet: what `wallet(_:)` gave; the first account's where it is empty.
    func holdings(_ wallet: String = "") async throws -> [String: String] {
        let ended = try await run("wallet balance --output json " + wallet)
        let object = try JSONSerialization.jsonObject(with: Data(ended.out.utf8))
        return (object as? [String: Any])?.compactMapValues { $0 as? String } ?? [:]
    }

    func mine(_ blocks: Int) async throws {
        for _ in 0..<blocks { _ = try await devnet.rpc("evm_mine") }
    }

    /// So much later, in a block of then.
    func pass(seconds: Int) async throws {
        _ = try await devnet.rpc("evm_increaseTime", [seconds])
        _ = try await devnet.rpc("evm_mine")
    }
}
