/// A call of a node's JSON-RPC, and how calls and answers lie in bodies (JSON-RPC 2.0).
package struct RPCCall: Hashable, Sendable {
    package let method: String
    package let parameters: [JSON]

    package init(_ method: String, _ parameters: [JSON] = []) {
        self.method = method
        self.parameters = parameters
    }

    func json(id: Int) -> JSON {
        .object([
            "jsonrpc": .string("2.0"), "id": .number(id), "method": .string(method),
            "params": .array(parameters),
        ])
    }
}

/// What a node said instead of a result.
package struct RPCRefusal: Error, Hashable, CustomStringConvertible {
    package let code: Int
    /// The node's own words: for a log, not for a person, and nothing is decided by them.
    package let peerText: String
    /// What a contract returned when it refused, where the node passes it on.
    package let revertData: [UInt8]?

    package var description: String { "the endpoint refused with code \(code)" }

    package var revertReason: RevertReason? { revertData.map { RevertReason($0) } }
}

/// Why a body is no answer to what was asked.
package enum RPCMalformation: Error, Hashable {
    case json(JSON.Refusal)
    /// Neither a result nor an error, or not JSON-RPC 2.0 at all.
    case form
    /// Answers to something else, or not to all that was asked.
    case ids
}

enum RPCBody {
    /// Calls of one batch.
    static let mostCalls = 256
    private static let mostPeerText = 512

    static func request(_ call: RPCCall) -> [UInt8] { call.json(id: 1).bytes }

    static func request(_ calls: [RPCCall]) -> [UInt8] {
        JSON.array(calls.enumerated().map { $1.json(id: $0 + 1) }).bytes
    }

    static func answer(
        _ body: [UInt8]
    ) throws(RPCMalformation) -> Result<JSON, RPCRefusal> {
        let json = try parse(body)
        let result = try result(json)
        // An error that kept the node from reading the request has no id.
        guard json["id"]?.asInt == 1 || isRefusal(result) && json["id"]?.isNull != false else {
            throw .ids
        }
        return result
    }

    /// - Returns: in the order of the calls, whatever the order of the answers.
    static func answers(
        _ body: [UInt8], to count: Int
    ) throws(RPCMalformation) -> [Result<JSON, RPCRefusal>] {
        let json = try parse(body)
        guard let items = json.asArray else {
            // One error for all of them.
            let result = try result(json)
            guard isRefusal(result) else { throw .form }
            return Array(repeating: result, count: count)
        }
        guard items.count == count else { throw .ids }
        var results: [Int: Result<JSON, RPCRefusal>] = [:]
        for item in items {
            guard let id = item["id"]?.asInt, (1...count).contains(id),
                results.updateValue(try result(item), forKey: id) == nil
            else { throw .ids }
        }
        return (1...count).compactMap { results[$0] }
    }

    private static func parse(_ body: [UInt8]) throws(RPCMalformation) -> JSON {
        do throws(JSON.Refusal) {
            return try JSON(parsing: body, within: .answer)
        } catch {
            throw .json(error)
        }
    }

    private static func isRefusal(_ result: Result<JSON, RPCRefusal>) -> Bool {
        if case .failure = result { true } else { false }
    }

    private static func result(
        _ json: JSON
    ) throws(RPCMalformation) -> Result<JSON, RPCRefusal> {
        guard json["jsonrpc"]?.asString == "2.0" else { throw .form }
        if let error = json["error"], !error.isNull {
            guard let code = error["code"]?.asInt else { throw .form }
            return .failure(
                RPCRefusal(
                    code: code,
                    peerText: String((error["message"]?.asString ?? "").prefix(mostPeerText)),
                    revertData: revertData(error["data"])))
        }
        guard let result = json["result"] else { throw .form }
        return .success(result)
    }

    /// Most nodes pass it on as text, some within an object.
    private static func revertData(_ json: JSON?) -> [UInt8]? {
        (json?.asString ?? json?["data"]?.asString ?? json?["result"]?.asString)
            .flatMap { Hex.bytes(of: $0) }
    }
}
