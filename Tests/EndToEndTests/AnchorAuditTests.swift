import Ethereum
import Foundation
import Staging
import Testing
import Transparency
import Wire

/// An auditor with a bundle and a chain's endpoints: no market, no account. The real program and the real
/// contract, on another program's EVM.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct AnchorAuditTests {
    private struct Desk {
        let stage: Stage
        let devnet: Devnet
        let log: AnchoredLog

        init(_ stage: Stage) async throws {
            self.stage = stage
            devnet = try await Devnet(on: stage)
            log = try AnchoredLog()
        }

        var contract: String { devnet.contracts["anchor"] ?? "" }

        // MARK: The chain

        /// Anchors as one of the devnet's accounts, in a block of its own.
        func anchor(
            _ root: LogHash, _ size: Int64, as account: Int
        ) async throws -> Sent {
            try await send(
                try UsageAnchor(try Address(contract)).anchor(
                    size: UInt64(size), root: try #require(Hash256(bytes: root.bytes)),
                    uri: "https://market.example/v1/log"), as: account)
        }

        /// A contract that logs whatever it is told, and what it logs as the first account's anchor of our head.
        func pretender() async throws -> (contract: String, sent: Sent) {
            let code =
                "0x6014600c60003960146000f3" + "36600060003760205160005160403603" + "6040a200"
            let made = try await send(
                Transaction.Call(
                    to: nil, value: .zero, data: try #require(Ethereum.Hex.bytes(of: code))), as: 3)
            let contract = try #require(made.contract)
            let address = try Address(contract)
            let topics = try UsageAnchor(address).filter(of: try Address(devnet.addresses[0]))
                .topics
            let data = try ABIEncoding.encode(
                [.uint(UInt256(UInt64(log.size))), .fixedBytes(log.root.bytes), .string("")],
                as: [.uint256, .bytes32, .string])
            let said = topics.compactMap { $0?.first }.flatMap(\.bytes) + data
            let sent = try await send(
                Transaction.Call(to: address, value: .zero, data: said), as: 3)
            return (contract, sent)
        }

        struct Sent {
            let transaction: String
            let block: Int64
            var contract: String?
        }

        private func send(_ call: Transaction.Call, as account: Int) async throws -> Sent {
            var secret = try #require(Ethereum.Hex.bytes(of: devnet.secret(account)))
            let key = try PrivateKey(wiping: &secret)
            let nonce = try await number(
                "eth_getTransactionCount", [devnet.addresses[account], "latest"])
            let fees = Fees(
                maxFeePerGas: 100_000_000_000, maxPriorityFeePerGas: 1_000_000_000)
            let signed = key.sign(
                Transaction(
                    envelope: .dynamicFee(fees, chain: ChainID(devnet.chain), []),
                    nonce: UInt64(nonce), gasLimit: 200_000, call: call))
            _ = try await devnet.rpc(
                "eth_sendRawTransaction", [Ethereum.Hex.text(of: signed.raw)])
            let receipt = try await devnet.rpc(
                "eth_getTransactionReceipt", ["\(signed.hash)"])
            let members = try #require(receipt as? [String: Any])
            try #require(members["status"] as? String == "0x1")
            return Sent(
                transaction: "\(signed.hash)", block: try Self.number(members["blockNumber"]),
                contract: members["contractAddress"] as? String)
        }

        /// Makes all that is anchored final.
        func settle() async throws {
            for _ in 0..<3 { _ = try await devnet.rpc("evm_mine") }
        }

        func number(_ method: String, _ parameters: [Any] = []) async throws -> Int64 {
            try Self.number(try await devnet.rpc(method, parameters))
        }

        private static func number(_ value: Any?) throws -> Int64 {
            let text = try #require(value as? String)
            return try #require(Int64(text.dropFirst(2), radix: 16))
        }

        // MARK: The auditor

        func audit(
            _ anchor: AnchorDTO?, _ words: [String], with more: [String: String] = [:]
        ) async throws -> Ended {
            let path = try stage.write(try WireJSON.text(log.bundle(anchor)), to: "job.bundle")
            return try await stage.run(["audit", "verify", path] + words, with: more)
        }

        func audit(_ anchor: AnchorDTO, of urls: [String]) async throws -> Ended {
            try await audit(anchor, urls.flatMap { ["--rpc", $0] })
        }

        /// The truth, as far as nothing else is said.
        func claim(
            _ found: Sent, chain: UInt64? = nil, contract: String? = nil, account: Int = 0
        ) throws -> AnchorDTO {
            AnchorDTO(
                publisher: try log.publisher(
                    chain: chain ?? devnet.chain, contract: contract ?? self.contract,
                    account: devnet.addresses[account]),
                transaction: found.transaction, block: found.block)
        }

        /// An endpoint that hands on what the devnet says, but for one method's answers, in which it puts one
        /// text for another.
        func liar(_ method: String, _ old: String, _ new: String) async throws -> String {
            try await relay([method, "swaps", old, new])
        }

        /// An endpoint that hands on all but what was as of one block.
        func forgetful(of block: Int64) async throws -> String {
            try await relay(["eth_getCode", "forgets", "0x" + String(block, radix: 16), ""])
        }

        private func relay(_ words: [String]) async throws -> String {
            let program = try stage.start(
                "relay", "/usr/bin/python3", ["-c", Self.relay, devnet.url] + words)
            return try await eventually("the relay listens") { () -> String? in
                program.out.split(separator: "\n").first.map { "http://127.0.0.1:\($0)" }
            }
        }

        private static let relay = """
            import http.server, json, sys, urllib.request
            url, method, manner, first, second = sys.argv[1:]
            forgotten = {"code": -32000, "message": "missing trie node"}
            class Relay(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    asked = self.rfile.read(int(self.headers["content-length"]))
                    request = urllib.request.Request(url, asked, {"content-type": "application/json"})
                    answer = urllib.request.urlopen(request, timeout=20).read()
                    call = json.loads(asked)
                    if call["method"] == method and manner == "swaps":
                        answer = answer.replace(first.encode(), second.encode())
                    if call["method"] == method and manner == "forgets" and first in call["params"]:
                        answer = json.dumps(
                            {"jsonrpc": "2.0", "id": call["id"], "error": forgotten}).encode()
                    self.send_response(200)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                def log_message(self, *_): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
            print(server.server_address[1], flush=True)
            server.serve_forever()
            """
    }

    private static let away = "http://127.0.0.1:9"

    @Test func `a head that is anchored is borne out by the chain, once its block is final`()
        async throws
    {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            let found = try await desk.anchor(desk.log.root, desk.log.size, as: 0)
            let claim = try desk.claim(found)
            let early = try await desk.audit(claim, of: [desk.devnet.url])
            #expect(early.status == 8 && early.err.contains("is not final yet"), "\(early)")
            try await desk.settle()

            let plain = try await desk.audit(claim, of: [desk.devnet.url])
            #expect(plain.status == 0, "\(plain)")
            let root = "0x" + desk.log.root.hex
            let line =
                "✓ head is anchored: \(root) (size 3) in block \(found.block) of chain 31337, by "
                + "\(desk.devnet.addresses[0]) in contract \(desk.contract), transaction "
                + found.transaction
            #expect(plain.out.contains(line), "\(plain)")
            // The code is the one of before, and nothing else than the key is in doubt.
            #expect(!plain.err.contains("state of block"), "\(plain)")

            let json = try await desk.audit(claim, ["--rpc", desk.devnet.url, "-o", "json"])
            let object = try JSONSerialization.jsonObject(with: Data(json.out.utf8))
            let anchor = try #require((object as? [String: Any])?["anchor"] as? [String: Any])
            #expect(anchor["root"] as? String == root && anchor["size"] as? Int == 3)
            #expect(anchor["chain_id"] as? Int == 31_337)
            #expect(anchor["block"] as? Int == Int(found.block))
            #expect(anchor["code_block"] as? Int == Int(found.block) - 1)
            #expect(anchor["transaction"] as? String == found.transaction)
            #expect(anchor["contract"] as? String == desk.contract)
            #expect(anchor["publisher"] as? String == desk.devnet.addresses[0])

            // A later head of the same publisher takes nothing away from it.
            _ = try await desk.anchor(desk.log.earlierRoot, desk.log.size + 1, as: 0)
            try await desk.settle()
            let later = try await desk.audit(claim, of: [desk.devnet.url])
            #expect(later.status == 0, "\(later)")
            // Whose environment names endpoints asks nobody.
            let alone = try await desk.audit(claim, [], with: ["ORBAN_RPC_URL": Self.away])
            #expect(alone.status == 0 && alone.err.contains("--rpc"), "\(alone)")
            #expect(!alone.out.contains("anchored"))
        }
    }

    @Test func `each lie about an anchor is found out and named`() async throws {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            let other = try await desk.anchor(desk.log.earlierRoot, desk.log.size, as: 1)
            let shorter = try await desk.anchor(desk.log.root, desk.log.size - 1, as: 2)
            let found = try await desk.anchor(desk.log.root, desk.log.size, as: 0)
            let pretended = try await desk.pretender()
            try await desk.settle()
            let vault = desk.devnet.contracts["vault"]
            let nobody = desk.devnet.addresses[5]
            let truth = try desk.claim(found)
            func at(_ transaction: String, _ block: Int64) throws -> AnchorDTO {
                try desk.claim(Desk.Sent(transaction: transaction, block: block))
            }
            let lies: [(String, AnchorDTO, Int32, String)] = [
                ("another root", try desk.claim(other, account: 1), 8, "has no anchor of size 3"),
                ("another size", try desk.claim(shorter, account: 2), 8, "has no anchor of size 3"),
                ("another publisher", try desk.claim(found, account: 1), 8, "has no anchor"),
                ("another contract", try desk.claim(found, contract: vault), 8, "another one than"),
                (
                    "a contract that logs the same",
                    try desk.claim(pretended.sent, contract: pretended.contract), 8,
                    "another one than UsageAnchor"
                ),
                ("no contract", try desk.claim(found, contract: nobody), 8, "is no contract"),
                (
                    "another block", try at(found.transaction, found.block + 1), 8,
                    "has no anchor"
                ),
                (
                    "another transaction", try at(other.transaction, found.block), 8,
                    "has no anchor"
                ),
                (
                    "a block to come", try at(found.transaction, found.block + 1_000), 8,
                    "is not final yet"
                ),
                (
                    "before the contract", try at(found.transaction, 1), 8,
                    "is no contract"
                ),
                ("another chain", try desk.claim(found, chain: 1), 1, "belongs to chain 31337"),
                (
                    "a forged note",
                    AnchorDTO(
                        publisher: truth.publisher.replacing("eip155:31337", with: "eip155:1"),
                        transaction: found.transaction, block: found.block), 8,
                    "the publisher's note is not the log's"
                ),
            ]
            for (name, claim, status, words) in lies {
                let ended = try await desk.audit(claim, of: [desk.devnet.url])
                #expect(ended.status == status, "\(name): \(ended)")
                #expect(ended.err.contains(words), "\(name): \(ended)")
                #expect(ended.out.isEmpty, "\(name)")
            }
            let bare = try await desk.audit(nil, ["--rpc", desk.devnet.url])
            #expect(bare.status == 8 && bare.err.contains("says nothing of where"), "\(bare)")
            let away = try await desk.audit(truth, of: [Self.away])
            #expect(away.status == 10 && away.err.contains("chain_unreachable"), "\(away)")
        }
    }

    @Test func `one endpoint of three that lies is outvoted, whatever it lies about`()
        async throws
    {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            let found = try await desk.anchor(desk.log.root, desk.log.size, as: 0)
            try await desk.settle()
            let truth = try desk.claim(found)
            let url = desk.devnet.url
            let liars = [
                try await desk.liar("eth_getLogs", desk.log.root.hex, desk.log.earlierRoot.hex),
                try await desk.liar("eth_getCode", "0x", "0x00"),
            ]
            for liar in liars {
                let outvoted = try await desk.audit(truth, of: [url, liar, url])
                #expect(outvoted.status == 0, "\(outvoted)")
                let alone = try await desk.audit(truth, of: [liar])
                #expect(alone.status == 8, "\(alone)")
                let both = try await desk.audit(truth, of: [url, liar])
                #expect(both.status == 10 && both.err.contains("chain_unreachable"), "\(both)")
            }
            // Two of three decide.
            let made = try await desk.liar(
                "eth_getLogs", desk.log.root.hex, desk.log.earlierRoot.hex)
            let fooled = try await desk.audit(truth, of: [made, liars[0], url])
            #expect(fooled.status == 8 && fooled.err.contains("has no anchor"), "\(fooled)")
            let enough = try await desk.audit(truth, of: [url, Self.away, url])
            #expect(enough.status == 0, "\(enough)")
            let few = try await desk.audit(truth, of: [url, Self.away, Self.away])
            #expect(few.status == 10, "\(few)")
        }
    }

    @Test
    func `where the state of old blocks is not told, the code of now is compared and so said`()
        async throws
    {
        try await Stage.run { stage in
            let desk = try await Desk(stage)
            let found = try await desk.anchor(desk.log.root, desk.log.size, as: 0)
            try await desk.settle()
            let truth = try desk.claim(found)
            let forgetful = try await desk.forgetful(of: found.block - 1)
            let ended = try await desk.audit(truth, of: [forgetful])
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.err.contains("the state of block \(found.block - 1)"), "\(ended)")
        }
    }
}
