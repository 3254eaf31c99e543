import Foundation
import Glibc

/// A chain for development in a process of its own, with the contracts on it: `script/devnet`.
package final class Devnet: Sendable {
    private struct Ready: Codable {
        let rpcURL: String
        let chainID: UInt64
        let contracts: [String: String]

        private enum CodingKeys: String, CodingKey {
            case rpcURL = "rpc_url"
            case chainID = "chain_id"
            case contracts
        }
    }

    private struct Key: Codable {
        let address: String
        let secret: String

        private enum CodingKeys: String, CodingKey {
            case address
            case secret = "private_key"
        }
    }

    package let url: String
    package let contracts: [String: String]
    package let chain: UInt64
    private let keys: [Key]
    private let program: Program

    /// Of accounts that have coin for gas.
    package var addresses: [String] { keys.map(\.address) }

    /// Its first start on a machine makes the Python environment.
    package init(
        on stage: Stage, adding more: [String] = [], within limit: Duration = .seconds(300)
    ) async throws {
        let keysPath = stage.folder + "/devnet-keys.json"
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        program = try stage.start(
            "devnet", root + "/script/devnet",
            ["--port", "0", "--deploy", "--keys", keysPath] + more)
        let program = program
        let line = try await eventually("the devnet is ready", within: limit) { () -> String? in
            if program.ending != nil { throw Stage.Unexpected(description: program.lastWords) }
            return program.out.split(separator: "\n").first { $0.hasPrefix("{") }.map(String.init)
        }
        let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
        (url, chain, contracts) = (ready.rpcURL, ready.chainID, ready.contracts)
        keys = try JSONDecoder().decode([Key].self, from: Data(contents(keysPath)))
    }

    /// What `ORBAN_CONTRACTS` holds.
    package func contractsText(
        chain other: UInt64? = nil, _ changes: [String: String] = [:]
    ) throws -> String {
        var members: [String: Any] = contracts.merging(changes) { $1 }
        members["chain_id"] = other ?? chain
        let data = try JSONSerialization.data(withJSONObject: members, options: .sortedKeys)
        return String(decoding: data, as: UTF8.self)
    }

    /// What a market is told of it; its key is an account's.
    package func words(account: Int, on stage: Stage) throws -> ChainWords {
        ChainWords(
            words: ["--rpc", url, "--contracts", try contractsText()],
            keyFile: try stage.write(secret(account) + "\n", to: "market-key-\(account)"))
    }

    /// It answers nobody, until it goes on.
    package func freeze() { program.signal(SIGSTOP) }
    package func goOn() { program.signal(SIGCONT) }

    package func secret(_ account: Int) -> String { keys[account].secret }

    /// One call of its JSON-RPC, as any other client makes it.
    package func rpc(_ method: String, _ parameters: [Any] = []) async throws -> Any {
        let body: [String: Any] = [
            "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters,
        ]
        let data = try JSONSerialization.data(withJSONObject: body)
        let answer = Data(
            shell(
                "curl -s -m 20 -H 'content-type: application/json' --data-binary \"$2\" \"$1\"",
                url, String(decoding: data, as: UTF8.self)
            ).utf8)
        guard let object = try JSONSerialization.jsonObject(with: answer) as? [String: Any],
            let result = object["result"]
        else { throw Stage.Unexpected(description: String(decoding: answer, as: UTF8.self)) }
        return result
    }
}

/// A market's words about its chain, and the file that its key comes from.
package struct ChainWords: Sendable {
    package let words: [String]
    package let keyFile: String

    package init(words: [String], keyFile: String) {
        self.words = words
        self.keyFile = keyFile
    }
}
