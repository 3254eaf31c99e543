import AsyncHTTPClient
import Domain
import Foundation
import NIOCore
import NIOHTTP1
import Wire

/// A line of a job's output as the market sends it.
struct LogLine: Hashable, Sendable {
    let task: Int
    let attempt: Int64
    let stream: LogStream
    let at: TimeDTO
    /// As the program wrote it, with its line feed.
    let bytes: [UInt8]
}

/// How a job's log ended: said by the market, never guessed from a closed connection.
struct LogEnd: Codable, Hashable, Sendable {
    let state: JobState
    let exitCode: Int?

    private enum CodingKeys: String, CodingKey {
        case state
        case exitCode = "exit_code"
    }
}

/// Reads a job's log from its beginning to its end, over as many connections as it takes.
struct JobLogReader {
    enum Mode: Hashable, Sendable { case follow, soFar }

    /// How long the market may be away before the reader gives up.
    static let patience: Duration = .seconds(600)

    private struct Event: Codable {
        let task: Int
        let attempt: Int64
        let stream: LogStream
        let at: TimeDTO
        let text: Base64Bytes
    }

    let client: MarketClient
    let job: String
    let task: Int?
    let mode: Mode

    /// Hands every line to `take`, in order, each once.
    ///
    /// - Returns: the end; nil when what there is so far was read of a job that goes on.
    func read(
        _ take: (LogLine) throws -> Void, interrupted: (String) -> Void
    ) async throws -> LogEnd? {
        var position = ""
        var lastAnswer = ContinuousClock.now
        var wait: Int64 = 100
        while true {
            do {
                switch try await readOnce(from: &position, take) {
                case .end(let end): return end
                case .closed where mode == .soFar: return nil
                case .closed: break
                }
                lastAnswer = ContinuousClock.now
                wait = 100
            } catch let error where MarketClient.mayPass(error) {
                guard ContinuousClock.now - lastAnswer < Self.patience else { throw error }
                interrupted(position)
            }
            try await client.pause(milliseconds: wait)
            wait = min(wait * 2, 5000)
        }
    }

    private enum Outcome {
        case end(LogEnd)
        case closed
    }

    private func readOnce(
        from position: inout String, _ take: (LogLine) throws -> Void
    ) async throws -> Outcome {
        var query = mode == .follow ? "?follow=true" : "?follow=false"
        if let task { query += "&task=\(task)" }
        var request = client.request(.GET, "/v1/jobs/\(job.pathSegment)/logs\(query)")
        request.headers.add(name: "Accept", value: "text/event-stream")
        if !position.isEmpty { request.headers.add(name: "Last-Event-ID", value: position) }
        let response = try await client.execute(request, timeout: .hours(24 * 366))
        var reader = EventReader()
        let body = response.body
        return try await client.reaching {
            for try await buffer in body {
                for event in try reader.read(buffer.readableBytesView) {
                    if event.name == "end" {
                        return .end(try WireJSON.decode(LogEnd.self, from: event.data.utf8))
                    }
                    guard event.name == "line" else { continue }
                    let line = try WireJSON.decode(Event.self, from: event.data.utf8)
                    try take(
                        LogLine(
                            task: line.task, attempt: line.attempt, stream: line.stream,
                            at: line.at,
                            bytes: line.text.bytes))
                    position = event.id
                }
            }
            return .closed
        }
    }
}
