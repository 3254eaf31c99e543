import ControlPlane
import Foundation
import Glibc
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

/// What a client that does not behave gets from the real listener.
@Suite struct ServerBoundTests {
    /// Sends `text` and nothing more; all that comes back until the other side closes.
    private static func exchange(_ text: String, port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        // A peer that has closed already is an answer too.
        _ = Array(text.utf8).withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &part, part.count, 0)
            if count < 0 { try #require(errno == ECONNRESET, "it is not closed") }
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += part[..<count]
        }
    }

    @Test(arguments: [
        "", "GET /heal", "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        "POST /v1/plans HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
    ])
    func `a request that does not go on arriving is closed`(text: String) async throws {
        let market = try await TestMarket()
        let app = Application(
            router: API(market.server.services).responder,
            server: MarketServer.http1(idle: .milliseconds(300)))
        try await app.test(.live) { client in
            let port = try #require(client.port)
            let answer = try await Self.blocking { try Self.exchange(text, port: port) }
            #expect(!answer.contains("200 OK"))
        }
    }

    @Test(arguments: [
        "GET /healthz?" + String(repeating: "a", count: 20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 20_000)
            + "\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 200)
            + "\r\n",
    ])
    func `an address or headers beyond the bounds are not answered`(text: String) async throws {
        let market = try await TestMarket()
        let app = Application(
            router: API(market.server.services).responder, server: MarketServer.http1())
        try await app.test(.live) { client in
            let port = try #require(client.port)
            let answer = try await Self.blocking { try Self.exchange(text, port: port) }
            #expect(!answer.contains("200 OK"), "\(answer.prefix(80))")
        }
    }

    /// Runs what blocks on a thread of its own.
    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try body() }) }.start()
        }
    }
}
