/// A chain behind one or several endpoints. What is for money is asked of all and believed when enough
/// agree; the rest is asked of the first that answers.
package struct Chain: Sendable {
    package enum Refusal: Error, Hashable, CustomStringConvertible {
        /// An endpoint of another chain: nothing is asked of any.
        case wrongChain(endpoint: String, found: UInt256)
        /// An address at which there is no contract.
        case noCode(Address)
        /// A contract refused, and why.
        case reverted(RevertReason)
        /// A result that is not what the call gives.
        case unreadable(method: String)

        package var description: String {
            switch self {
            case .wrongChain(let endpoint, let found):
                "endpoint \(endpoint) belongs to chain \(found)"
            case .noCode(let address): "there is no contract at \(address)"
            case .reverted: "the contract refused"
            case .unreadable(let method): "the answer to \(method) cannot be read"
            }
        }
    }

    package let id: ChainID
    let endpoints: [Endpoint]
    package let quorum: Quorum
    /// Told of whoever lies, lags or fails while the others agree.
    private let notice: @Sendable (Notice) -> Void

    package enum Notice: Hashable, Sendable {
        case dissents(endpoint: String, method: String)
        case lags(endpoint: String, method: String)
        case isAhead(endpoint: String, method: String)
        case fails(endpoint: String, method: String)
    }

    /// Asks each endpoint for its chain. One of another chain is refused; one that does not answer is asked
    /// again before it is believed, for it has no vote until its chain is known.
    ///
    /// - Throws: `Refusal.wrongChain`; `Quorum.Disagreement` where too few answer.
    package static func connect(
        to endpoints: [Endpoint], id: ChainID, notice: @escaping @Sendable (Notice) -> Void
    ) async throws -> Chain {
        precondition(!endpoints.isEmpty, "a chain has an endpoint")
        let quorum = Quorum(of: endpoints.count)
        let chain = Chain(id: id, endpoints: endpoints, quorum: quorum, notice: notice)
        let said = await chain.ask(RPCCall("eth_chainId")) { $0.asQuantity }
        for one in said {
            if case .value(.success(let found)) = one.answer, found != UInt256(id.number) {
                throw Refusal.wrongChain(endpoint: one.endpoint, found: found)
            }
        }
        _ = try quorum.verdict(said)
        let known = Set(
            said.filter { $0.answer == .value(.success(UInt256(id.number))) }.map(\.endpoint))
        return Chain(
            id: id, endpoints: endpoints.filter { known.contains($0.name) }, quorum: quorum,
            notice: notice)
    }

    // MARK: Asking

    /// A result, or that the node refused: that, too, can be agreed on.
    typealias Outcome<Value: Hashable & Sendable> = Result<Value, RPCRefusal.Kind>

    /// All of them at once.
    func ask<Value: Hashable & Sendable>(
        _ call: RPCCall, _ read: @escaping @Sendable (JSON) -> Value?
    ) async -> [Quorum.Said<Outcome<Value>>] {
        await withTaskGroup(of: Quorum.Said<Outcome<Value>>.self) { group in
            for endpoint in endpoints {
                group.addTask {
                    do {
                        guard let value = read(try await endpoint.call(call)) else {
                            return Quorum.Said(endpoint.name, .failed)
                        }
                        return Quorum.Said(endpoint.name, .value(.success(value)))
                    } catch let refusal as RPCRefusal {
                        return Quorum.Said(endpoint.name, .value(.failure(refusal.kind)))
                    } catch {
                        return Quorum.Said(endpoint.name, .failed)
                    }
                }
            }
            var said: [Quorum.Said<Outcome<Value>>] = []
            for await one in group { said.append(one) }
            return said.sorted { $0.endpoint < $1.endpoint }
        }
    }

    /// - Throws: `Quorum.Disagreement`; `Refusal.reverted` and `RPCRefusal.Kind` where they agree on that.
    package func agreed<Value: Hashable & Sendable>(
        _ call: RPCCall, _ read: @escaping @Sendable (JSON) -> Value?
    ) async throws -> Value {
        let said = await ask(call, read)
        try Task.checkCancellation()
        let verdict = try quorum.verdict(said)
        for endpoint in verdict.dissenting {
            notice(.dissents(endpoint: endpoint, method: call.method))
        }
        for endpoint in verdict.failed {
            notice(.fails(endpoint: endpoint, method: call.method))
        }
        return try Self.value(verdict.value)
    }

    /// How far enough of them have come.
    func agreedHeight(
        _ call: RPCCall, _ read: @escaping @Sendable (JSON) -> UInt64?
    ) async throws -> UInt64 {
        let said = await ask(call, read).map { one -> Quorum.Said<UInt64> in
            guard case .value(.success(let number)) = one.answer else {
                return Quorum.Said(one.endpoint, .failed)
            }
            return Quorum.Said(one.endpoint, .value(number))
        }
        try Task.checkCancellation()
        let height = try quorum.height(said, tolerance: Self.tolerance)
        for endpoint in height.lagging { notice(.lags(endpoint: endpoint, method: call.method)) }
        for endpoint in height.ahead { notice(.isAhead(endpoint: endpoint, method: call.method)) }
        for endpoint in height.failed { notice(.fails(endpoint: endpoint, method: call.method)) }
        return height.number
    }

    private static let tolerance: UInt64 = 3

    /// The first that answers, in their order; what a node refuses it need not refuse again elsewhere.
    package func first<Value>(_ call: RPCCall, _ read: (JSON) -> Value?) async throws -> Value {
        var last: any Error = Refusal.unreadable(method: call.method)
        for endpoint in endpoints {
            do {
                guard let value = read(try await endpoint.call(call)) else {
                    throw Refusal.unreadable(method: call.method)
                }
                return value
            } catch let refusal as RPCRefusal {
                if let reason = refusal.revertReason { throw Refusal.reverted(reason) }
                throw refusal
            } catch {
                try Task.checkCancellation()
                notice(.fails(endpoint: endpoint.name, method: call.method))
                last = error
            }
        }
        throw last
    }

    private static func value<Value>(_ outcome: Outcome<Value>) throws -> Value {
        switch outcome {
        case .success(let value): return value
        case .failure(let kind):
            if let data = kind.revertData { throw Refusal.reverted(RevertReason(data)) }
            throw kind
        }
    }
}

extension RPCRefusal {
    /// Without the words, in which nodes differ.
    package struct Kind: Error, Hashable, CustomStringConvertible {
        package let code: Int
        package let revertData: [UInt8]?

        package var description: String { "the endpoints refused with code \(code)" }
    }

    var kind: Kind { Kind(code: code, revertData: revertData) }
}
