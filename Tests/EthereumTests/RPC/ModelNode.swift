import NIOHTTP1
import Synchronization

@testable import Ethereum

/// A node's JSON-RPC over a `ModelChain`, which several may share; one may lie or lag.
final class ModelNode: Sendable {
    enum Manner: Sendable {
        case honest
        /// Every quantity is one more, every receipt is none.
        case lies
        /// Knows so many blocks less.
        case lags(Int)
        case fails
        /// Gives logs of so many blocks at once, and of no more.
        case limits(UInt64)
        /// Every number is the largest of 64 bits.
        case absurd
    }

    final class Shared: Sendable {
        let chain: Mutex<ModelChain>
        init(_ chain: ModelChain) { self.chain = Mutex(chain) }
    }

    private let shared: Shared
    private let manner: Mutex<Manner>

    init(_ shared: Shared, _ manner: Manner) {
        self.shared = shared
        self.manner = Mutex(manner)
    }

    func turn(_ manner: Manner) { self.manner.withLock { $0 = manner } }

    var reply: @Sendable ([UInt8]) -> Server.Reply {
        { [self] request in
            guard let json = try? JSON(parsing: request, within: .answer),
                let method = json["method"]?.asString
            else { return .body([], .badRequest) }
            let manner = manner.withLock { $0 }
            if case .fails = manner { return .body([], .internalServerError) }
            if case .limits(let most) = manner, method == "eth_getLogs",
                let filter = json["params"]?.asArray?.first,
                let from = filter["fromBlock"]?.asQuantity?.asUInt64,
                let to = filter["toBlock"]?.asQuantity?.asUInt64, to - from >= most
            {
                return .body([], .badRequest)
            }
            let result = answer(method, json["params"]?.asArray ?? [], manner)
            return .body(
                JSON.object(["jsonrpc": .string("2.0"), "id": .number(1), "result": result]).bytes)
        }
    }

    private func answer(_ method: String, _ parameters: [JSON], _ manner: Manner) -> JSON {
        let lag = if case .lags(let count) = manner { count } else { 0 }
        let result = shared.chain.withLock { answer(method, parameters, &$0, lag) }
        if case .absurd = manner { return Self.absurd(result) }
        guard case .lies = manner else { return result }
        guard let number = result.asQuantity, method != "eth_chainId" else { return .null }
        return .string((try? number.adding(1))?.quantity ?? "0x0")
    }

    private func answer(
        _ method: String, _ parameters: [JSON], _ chain: inout ModelChain, _ lag: Int
    ) -> JSON {
        let head = max(0, chain.head - lag)
        let final = max(0, chain.finalized - lag)
        func number(_ tag: JSON) -> Int? {
            switch tag.asString {
            case "latest"?: head
            case "finalized"?: final
            default: tag.asQuantity?.asUInt64.flatMap { $0 <= UInt64(head) ? Int($0) : nil }
            }
        }
        switch method {
        case "eth_chainId": return .string("0x1")
        case "eth_blockNumber": return .quantity(UInt64(head))
        case "eth_getBlockByNumber":
            return number(parameters[0]).map { Self.json(chain.blocks[$0].header) } ?? .null
        case "eth_getTransactionCount":
            return number(parameters[1]).map { .quantity(chain.nonce(at: $0)) } ?? .null
        case "eth_feeHistory":
            return .object([
                "baseFeePerGas": .array([.string("0x32"), .string("0x32")]),
                "gasUsedRatio": .array([.number(1)]),
                "reward": .array([.array([.string("0x5")])]),
            ])
        case "eth_sendRawTransaction":
            guard let raw = parameters[0].asString.flatMap({ Hex.bytes(of: $0) }),
                let transaction = try? SignedTransaction(decoding: raw)
            else { return .null }
            chain.send(transaction)
            return .string(transaction.hash.description)
        case "eth_getTransactionReceipt":
            guard let hash = parameters[0].asString.flatMap({ Hash256($0) }),
                let inclusion = chain.inclusion(of: hash), inclusion.blockNumber <= UInt64(head)
            else { return .null }
            return Self.json(inclusion)
        case "eth_getLogs": return logs(parameters[0], chain, head)
        case "eth_getCode":
            return .string(parameters[0].asString == Address.zero.description ? "0x" : "0x60")
        default: return .null
        }
    }

    /// Each transaction makes a log.
    private func logs(_ filter: JSON, _ chain: ModelChain, _ head: Int) -> JSON {
        let from = filter["fromBlock"]?.asQuantity?.asUInt64 ?? 0
        let to = filter["toBlock"]?.asQuantity?.asUInt64 ?? .max
        let hash = filter["blockHash"]?.asString
        let blocks = chain.blocks[0...head].filter {
            hash.map { [header = $0.header] in $0 == header.hash.description }
                ?? (from...to).contains($0.header.number)
        }
        return .array(
            blocks.flatMap { block in
                block.transactions.enumerated().map { place, transaction in
                    .object([
                        "address": .string(Address.zero.description), "topics": .array([]),
                        "data": .data(transaction.transaction.call.data),
                        "blockNumber": .quantity(block.header.number),
                        "blockHash": .string(block.header.hash.description),
                        "transactionHash": .string(transaction.hash.description),
                        "logIndex": .quantity(UInt64(place)),
                    ])
                }
            })
    }

    private static func absurd(_ json: JSON) -> JSON {
        switch json {
        case .string where json.asQuantity != nil && json.asString?.utf8.count ?? 0 < 42:
            .quantity(.max)
        case .array(let items): .array(items.map(absurd))
        case .object(let members): .object(members.mapValues(absurd))
        default: json
        }
    }

    private static func json(_ header: BlockHeader) -> JSON {
        .object([
            "number": .quantity(header.number), "hash": .string(header.hash.description),
            "parentHash": .string(header.parent.description), "timestamp": .quantity(header.second),
        ])
    }

    private static func json(_ inclusion: Inclusion) -> JSON {
        .object([
            "transactionHash": .string(inclusion.transaction.description),
            "blockNumber": .quantity(inclusion.blockNumber),
            "blockHash": .string(inclusion.blockHash.description), "status": .string("0x1"),
            "gasUsed": .string("0x5208"), "effectiveGasPrice": .string("0x32"),
            "contractAddress": .null, "logs": .array([]),
        ])
    }
}
