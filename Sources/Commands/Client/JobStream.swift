import AsyncHTTPClient
import Domain
import Foundation
import NIOCore
import NIOHTTP1
import Wire

/// Reads a job's stream of events from its beginning to its end, over as many connections as it
/// takes.
struct JobStream {
    enum Mode: Hashable, Sendable { case follow, soFar }

    /// How long the market may be away before the reader gives up.
    static let patience: Duration = .seconds(600)

    let client: MarketClient
    /// Without a query.
    let path: String
    let query: String
    let mode: Mode

    /// Hands every event but the end to `take`, in order, each once.
    ///
    /// - Returns: the end; nil when what there is so far was read of a job that goes on.
    func read(
        _ take: (ServerEvent) throws -> Void, interrupted: () -> Void
    ) async throws -> JobEndDTO? {
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
                interrupted()
            }
            try await client.pause(milliseconds: wait)
            wait = min(wait * 2, 5000)
        }
    }

    private enum Outcome {
        case end(JobEndDTO)
        case closed
    }

    private func readOnce(
        from position: inout String, _ take: (ServerEvent) throws -> Void
    ) async throws -> Outcome {
        let follow = mode == .follow ? "?follow=true" : "?follow=false"
        var request = client.request(.GET, path + follow + query)
        request.headers.add(name: "Accept", value: "text/event-stream")
        if !position.isEmpty { request.headers.add(name: "Last-Event-ID", value: position) }
        let response = try await client.execute(request, timeout: .hours(24 * 366))
        var reader = EventReader()
        let body = response.body
        // Whoever takes the events may fail, too; that is not the market's absence.
        var refusal: (any Error)?
        let outcome: Outcome = try await client.reaching {
            for try await buffer in body {
                for event in try reader.read(buffer.readableBytesView) {
                    if event.name == "end" {
                        return .end(try WireJSON.decode(JobEndDTO.self, from: event.data.utf8))
                    }
                    do { try take(event) } catch {
                        refusal = error
                        return .closed
                    }
                    position = event.id
                }
            }
            return .closed
        }
        if let refusal { throw refusal }
        return outcome
    }
}
