import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

extension LibpodClient {
    /// Whether a log ends at what is there now, or with the container.
    package enum Following: Hashable, Sendable { case untilNow, untilEnd }

    /// The container's output from the start, or from `sinceSeconds` (wall clock since 1970) on.
    ///
    /// The sequence reads from the connection as it is asked, and buffers one chunk. Leaving the
    /// loop closes the connection.
    package func logs(
        _ id: ContainerID, _ following: Following, sinceSeconds: Int64? = nil
    ) async throws -> LogSequence {
        var query = [
            URLQueryItem(name: "stdout", value: "true"),
            URLQueryItem(name: "stderr", value: "true"),
            URLQueryItem(name: "follow", value: following == .untilEnd ? "true" : "false"),
        ]
        if let sinceSeconds { query.append(.init(name: "since", value: "\(sinceSeconds)")) }
        let request = Request(
            "read log", .GET, "\(path(id))/logs", query: query, timeout: .hours(24 * 400))
        return LogSequence(body: try await open(request).body)
    }
}

/// A container's output, frame by frame.
package struct LogSequence: AsyncSequence, Sendable {
    package typealias Element = LogFrame

    let body: HTTPClientResponse.Body

    package func makeAsyncIterator() -> Iterator {
        Iterator(chunks: body.makeAsyncIterator())
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: HTTPClientResponse.Body.AsyncIterator
        private var frames = LogDemultiplexer()

        fileprivate init(chunks: HTTPClientResponse.Body.AsyncIterator) { self.chunks = chunks }

        /// - Throws: `LogDemultiplexer.Malformed`, or `EngineError` when the connection breaks.
        @concurrent package mutating func next() async throws -> LogFrame? {
            while true {
                if let frame = try frames.next() { return frame }
                let chunk: ByteBuffer?
                do { chunk = try await chunks.next() } catch {
                    throw try LibpodClient.unreachable("read log", error)
                }
                guard let chunk else {
                    try frames.finish()
                    return nil
                }
                frames.append(chunk)
            }
        }
    }
}
