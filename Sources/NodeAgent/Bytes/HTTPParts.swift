import AsyncHTTPClient
import NIOHTTP1

/// The methods of the market's byte routes.
enum ByteMethod: String {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
}

extension HTTPClientRequest {
    mutating func set(_ method: ByteMethod) {
        self.method = HTTPMethod(rawValue: method.rawValue)
    }

    /// The bearer token where there is one, and more fields.
    mutating func set(token: String?, _ more: [(name: String, value: String)] = []) {
        let bearer = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        headers = HTTPHeaders(bearer + more)
    }
}

extension HTTPClientResponse {
    var code: Int { Int(status.code) }

    func header(_ name: String) -> String? { headers.first(name: name) }
}
