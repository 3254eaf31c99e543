import Foundation
import Glibc
import Synchronization

/// A real HTTP server on loopback with the market's byte routes, over plain sockets.
final class ByteServer: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: Data
    }

    private struct State {
        var files: [String: String] = [:]
        var blobs: [String: Data] = [:]
        /// Blobs that came in part.
        var partial: [String: Data] = [:]
        var requests: [Request] = []
        var failures = 0
        /// The so-manieth answer with bytes of a blob breaks off after so many of them.
        var cut: (answer: Int, after: Int)?
        var answers = 0
        /// Requests from this one on are denied.
        var refusedFrom: Int?
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in serve() }.start()
    }

    var base: String { "http://127.0.0.1:\(port)" }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Serves the file at `path` as the blob `digest`.
    func offer(file path: String, as digest: String) {
        state.withLock { $0.files[digest] = path }
    }

    func offer(_ bytes: Data, as digest: String) { state.withLock { $0.blobs[digest] = bytes } }

    func blob(_ digest: String) -> Data? { state.withLock { $0.blobs[digest] } }

    /// The next so many requests are answered 503.
    func fail(next count: Int) { state.withLock { $0.failures = count } }

    /// The answer of that number (from 1) with bytes of a blob breaks off after `after` of them.
    func cut(answer: Int, after: Int) { state.withLock { $0.cut = (answer, after) } }

    /// Answers 403 from the request of that number (from 1) on; to none with nil.
    func refuse(from number: Int?) { state.withLock { $0.refusedFrom = number } }

    /// Has this much of a blob, and says so.
    func hold(_ bytes: Data, as digest: String) { state.withLock { $0.partial[digest] = bytes } }

    func requests(_ method: String, _ path: String) -> [Request] {
        state.withLock { $0.requests.filter { $0.method == method && $0.path.hasPrefix(path) } }
    }

    // MARK: Sockets

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            Thread { [self] in
                if let request = Self.read(connection) { answer(request, connection) }
                close(connection)
            }.start()
        }
        close(listener)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes = Data()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var head: Range<Data.Index>?
        while head == nil {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes.append(contentsOf: chunk[..<count])
            head = bytes.firstRange(of: Data("\r\n\r\n".utf8))
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        var body = Data(bytes[head.upperBound...])
        let length = Int(headers["content-length"] ?? "0") ?? 0
        while body.count < length {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            body.append(contentsOf: chunk[..<count])
        }
        let words = lines[0].split(separator: " ")
        return Request(
            method: String(words[0]), path: String(words[1]), headers: headers, body: body)
    }

    private func answer(_ request: Request, _ connection: Int32) {
        let mustFail = state.withLock { state in
            state.requests.append(request)
            guard state.failures > 0 else { return false }
            state.failures -= 1
            return true
        }
        if mustFail { return reply(503, [], Data(), connection) }
        let isRefused = state.withLock { $0.requests.count >= $0.refusedFrom ?? .max }
        if isRefused { return reply(403, [], Data(), connection) }
        let name = String(request.path.split(separator: "/").last ?? "")
        switch (request.method, request.path.hasPrefix("/v1/blobs/")) {
        case ("GET", true), ("HEAD", true): give(name, request, connection)
        case ("PUT", true): take(name, request, connection)
        default: reply(204, [], Data(), connection)
        }
    }

    private func content(_ name: String) -> Data? {
        state.withLock { state in
            if let blob = state.blobs[name] { return blob }
            return state.files[name].flatMap { FileManager.default.contents(atPath: $0) }
        }
    }

    private func give(_ name: String, _ request: Request, _ connection: Int32) {
        guard let content = content(name) else {
            let offset = state.withLock { $0.partial[name]?.count ?? 0 }
            return reply(404, [("Upload-Offset", "\(offset)")], Data(), connection)
        }
        if request.method == "HEAD" { return reply(200, [], Data(), connection) }
        let numbers = (request.headers["range"] ?? "bytes=0-").split { !$0.isNumber }
            .compactMap { Int($0) }
        let first = numbers.first ?? 0
        let last = min(numbers.count > 1 ? numbers[1] : content.count - 1, content.count - 1)
        guard first <= last else {
            return reply(416, [("Content-Range", "bytes */\(content.count)")], Data(), connection)
        }
        let range = ("Content-Range", "bytes \(first)-\(last)/\(content.count)")
        let cut: Int? = state.withLock { state in
            state.answers += 1
            return state.cut.flatMap { $0.answer == state.answers ? $0.after : nil }
        }
        reply(206, [range], content.subdata(in: first..<last + 1), connection, upTo: cut)
    }

    private func take(_ name: String, _ request: Request, _ connection: Int32) {
        let first =
            (request.headers["content-range"] ?? "").split { !$0.isNumber }
            .compactMap { Int($0) }.first ?? 0
        state.withLock { state in
            var blob = state.blobs[name] ?? state.partial[name] ?? Data()
            blob.removeSubrange(min(first, blob.count)...)
            state.blobs[name] = blob + request.body
        }
        reply(201, [], Data(), connection)
    }

    private func reply(
        _ status: Int, _ headers: [(String, String)], _ body: Data, _ connection: Int32,
        upTo limit: Int? = nil
    ) {
        var head = "HTTP/1.1 \(status) x\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let bytes = Data((head + "\r\n").utf8) + body.prefix(limit ?? body.count)
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = send(
                    connection, buffer.baseAddress! + done, buffer.count - done,
                    Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                done += count
            }
        }
    }
}
