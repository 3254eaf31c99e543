import Wire

/// The market's HTTP interface, asked by another client than the command line's.
package struct API: Sendable {
    package struct Answer {
        package let status: Int
        package let body: [UInt8]
        /// By lower-case name.
        package let headers: [String: String]

        package func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            do {
                return try WireJSON.decode(type, from: body)
            } catch {
                let text = String(decoding: body, as: UTF8.self)
                throw Stage.Unexpected(description: "\(status) \(text): \(error)")
            }
        }
    }

    /// On this machine's loopback address.
    package let port: Int
    package let key: String?

    package init(port: Int, key: String?) {
        self.port = port
        self.key = key
    }

    /// - Throws: when the market is not reached, or says no whole answer.
    package func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, idempotencyKey: String? = nil
    ) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        if let key { head += "Authorization: Bearer \(key)\r\n" }
        if let idempotencyKey { head += "Idempotency-Key: \(idempotencyKey)\r\n" }
        let body = body ?? []
        if method != "GET" {
            head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        }
        let connection = try Connection(toLoopback: port)
        try connection.send(Array((head + "\r\n").utf8) + body)
        return try Answer(parsing: try connection.receiveAll())
    }

    package func get<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws
        -> Value
    {
        try ask("GET", path).decoded()
    }
}

extension API.Answer {
    /// A whole HTTP/1.1 answer (RFC 9112) of a known length.
    ///
    /// - Throws: `Stage.Unexpected` for anything else, a broken-off answer for one.
    package init(parsing bytes: [UInt8]) throws {
        let separator: [UInt8] = [13, 10, 13, 10]
        guard
            let end = bytes.indices.dropLast(3).first(where: {
                bytes[$0..<$0 + 4] == separator[...]
            })
        else { throw Stage.Unexpected(description: "no whole answer: \(bytes.count) bytes") }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let body = Array(bytes[(end + 4)...])
        guard
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            let length = headers["content-length"].flatMap({ Int($0) }), body.count == length
        else {
            throw Stage.Unexpected(description: "broken answer: \(lines.joined(separator: "|"))")
        }
        self.init(status: status, body: body, headers: headers)
    }
}
