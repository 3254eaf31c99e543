/// Which state a read is of. Reads for money name a block: of "latest" every endpoint has its own.
package enum BlockTag: Hashable, Sendable {
    case number(UInt64)
    case latest
    case finalized

    var json: JSON {
        switch self {
        case .number(let number): .quantity(number)
        case .latest: .string("latest")
        case .finalized: .string("finalized")
        }
    }
}

extension Chain {
    // MARK: Blocks

    /// The highest block that enough endpoints have.
    package func latest() async throws -> BlockHeader {
        let call = RPCCall("eth_blockNumber")
        let number = try await agreedHeight(call) { $0.asCount }
        return try await header(number)
    }

    /// The highest block that enough endpoints call final.
    package func finalized() async throws -> BlockHeader {
        let call = RPCCall("eth_getBlockByNumber", [BlockTag.finalized.json, .bool(false)])
        let number = try await agreedHeight(call) { try? BlockHeader($0).number }
        return try await header(number)
    }

    package func header(_ number: UInt64) async throws -> BlockHeader {
        let call = RPCCall("eth_getBlockByNumber", [.quantity(number), .bool(false)])
        return try await agreed(call) { json in
            guard let header = try? BlockHeader(json), header.number == number else { return nil }
            return header
        }
    }

    // MARK: Accounts

    /// How many transactions of the account are in blocks: its next nonce.
    package func nonce(of account: Address, at block: BlockTag) async throws -> UInt64 {
        let call = RPCCall(
            "eth_getTransactionCount", [.string(account.description), block.json])
        return try await agreed(call) { $0.asCount }
    }

    package func balance(of account: Address, at block: BlockTag) async throws -> Wei {
        let call = RPCCall("eth_getBalance", [.string(account.description), block.json])
        return Wei(try await agreed(call) { $0.asQuantity })
    }

    /// - Throws: `Refusal.noCode` where there is no contract.
    package func code(of contract: Address, at block: BlockTag) async throws -> [UInt8] {
        let call = RPCCall("eth_getCode", [.string(contract.description), block.json])
        let code = try await agreed(call) { $0.asString.flatMap { Hex.bytes(of: $0) } }
        guard !code.isEmpty else { throw Refusal.noCode(contract) }
        return code
    }

    // MARK: Contracts

    /// What a contract answers, agreed on. An account without code answers nothing, which is no answer.
    package func read(
        _ function: ABIFunction, _ arguments: [ABIValue], of contract: Address,
        at block: BlockTag
    ) async throws -> [ABIValue] {
        let transaction = JSON.object([
            "to": .string(contract.description), "data": .data(try function.call(arguments)),
        ])
        let data = try await agreed(RPCCall("eth_call", [transaction, block.json])) {
            $0.asString.flatMap { Hex.bytes(of: $0) }
        }
        guard !data.isEmpty || function.outputs.isEmpty else { throw Refusal.noCode(contract) }
        return try function.results(data)
    }

    // MARK: Transactions

    /// Nil while it is in no block.
    package func receipt(of transaction: Hash256) async throws -> Receipt? {
        let call = RPCCall("eth_getTransactionReceipt", [.string(transaction.description)])
        return try await agreed(call) { json -> Receipt?? in
            if json.isNull { return .some(nil) }
            guard let receipt = try? Receipt(json), receipt.transaction == transaction else {
                return nil
            }
            return .some(receipt)
        }
    }

    package func logs(_ filter: LogFilter, in range: LogRange) async throws -> [Log] {
        let call = RPCCall("eth_getLogs", [filter.json(range)])
        return try await agreed(call) { json -> [Log]? in
            guard let items = json.asArray else { return nil }
            let logs = items.compactMap { try? Log($0) }
            guard logs.count == items.count else { return nil }
            return logs.sorted { ($0.blockNumber, $0.index) < ($1.blockNumber, $1.index) }
        }
    }

    /// Logs of any number of blocks, in their order, a span of them at a time: answers of endpoints have limits.
    ///
    /// - Throws: also what keeps a single block's from being read; what `body` throws.
    package func logs(
        _ filter: LogFilter, over blocks: ClosedRange<UInt64>, _ body: ([Log]) throws -> Void
    ) async throws {
        var (next, span) = (blocks.lowerBound, Self.longestSpan)
        while next <= blocks.upperBound {
            let range = next...min(blocks.upperBound, next + min(span - 1, .max - next))
            let found: [Log]
            do {
                found = try await logs(filter, in: .numbers(range))
            } catch let error where span > 1 && !(error is CancellationError) {
                span /= 2
                continue
            }
            try body(found)
            guard range.upperBound < .max else { return }
            next = range.upperBound + 1
        }
    }

    /// Blocks that one question for logs covers at most.
    package static let longestSpan: UInt64 = 1_000

    package func feeHistory(blocks: UInt64) async throws -> FeeHistory {
        let percentiles = JSON.array([.number(FeeHistory.percentile)])
        let call = RPCCall("eth_feeHistory", [.quantity(blocks), .string("latest"), percentiles])
        return try await first(call) { try? FeeHistory($0) }
    }

    /// What a call would use of gas now.
    package func gas(of call: Transaction.Call, from sender: Address) async throws -> UInt64 {
        var transaction: [String: JSON] = [
            "from": .string(sender.description), "value": .string(call.value.amount.quantity),
            "data": .data(call.data),
        ]
        if let to = call.to { transaction["to"] = .string(to.description) }
        return try await first(RPCCall("eth_estimateGas", [.object(transaction)])) {
            $0.asCount
        }
    }

    /// Gives the bytes to every endpoint. Whether anybody took them is no answer that anything may hang on:
    /// the chain is asked for that.
    ///
    /// - Returns: how many took them.
    package func broadcast(_ raw: [UInt8]) async throws -> Int {
        let said = await ask(RPCCall("eth_sendRawTransaction", [.data(raw)])) { $0.asString }
        try Task.checkCancellation()
        return said.count { if case .value(.success) = $0.answer { true } else { false } }
    }
}
