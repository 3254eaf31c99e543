import AsyncHTTPClient

// What is needed of HTTP's own types, reached through their general conformances: this module
// depends on the client alone.

/// The methods of the market's byte routes.
enum ByteMethod: String { case GET, HEAD, PUT, POST }

extension HTTPClientRequest {
    mutating func set(_ method: ByteMethod) {
        func converted<Raw: RawRepresentable<String>>(_ example: Raw) -> Raw {
            Raw(rawValue: method.rawValue) ?? example
        }
        self.method = converted(self.method)
    }

    /// The bearer token, and up to two more fields.
    mutating func set(token: String, _ more: [(name: String, value: String)] = []) {
        func fields<Fields: ExpressibleByDictionaryLiteral>(_ example: Fields) -> Fields
        where Fields.Key == String, Fields.Value == String {
            switch more.count {
            case 0: ["Authorization": "Bearer \(token)"]
            case 1: ["Authorization": "Bearer \(token)", more[0].name: more[0].value]
            default:
                [
                    "Authorization": "Bearer \(token)", more[0].name: more[0].value,
                    more[1].name: more[1].value,
                ]
            }
        }
        headers = fields(headers)
    }
}

extension HTTPClientResponse {
    /// The three digits with which a status is described.
    var code: Int { Int("\(status)".prefix(3)) ?? 0 }

    func header(_ name: String) -> String? {
        for (key, value) in headers where key.lowercased() == name { return value }
        return nil
    }
}
