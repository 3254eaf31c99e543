import Foundation
import FoundationNetworking
import Wire

/// The market's HTTP interface, asked by another client than the command line's.
struct API: Sendable {
    struct Answer {
        let status: Int
        let body: [UInt8]
        let headers: [String: String]

        func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            do {
                return try WireJSON.decode(type, from: body)
            } catch {
                let text = String(decoding: body, as: UTF8.self)
                throw Stage.Unexpected(description: "\(status) \(text): \(error)")
            }
        }
    }

    let url: String
    let key: String?

    /// - Throws: when the market is not reached.
    func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, idempotencyKey: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        guard let address = URL(string: url + path) else {
            throw Stage.Unexpected(description: "no address: \(url)\(path)")
        }
        var request = URLRequest(url: address, timeoutInterval: 20)
        request.httpMethod = method
        request.setValue(key.map { "Bearer \($0)" }, forHTTPHeaderField: "Authorization")
        request.setValue(idempotencyKey, forHTTPHeaderField: "Idempotency-Key")
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        request.httpBody = body.map { Data($0) }
        let (data, response) = try await Self.session.data(for: request)
        guard let answer = response as? HTTPURLResponse else {
            throw Stage.Unexpected(description: "no HTTP answer from \(address)")
        }
        var named: [String: String] = [:]
        for (name, value) in answer.allHeaderFields {
            named["\(name)".lowercased()] = "\(value)"
        }
        return Answer(status: answer.statusCode, body: Array(data), headers: named)
    }

    func get<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) async throws
        -> Value
    {
        try await ask("GET", path).decoded()
    }

    private static let session = URLSession(configuration: .ephemeral)
}
