import Domain
import Hummingbird
import Marketplace
import NIOCore
import Wire

/// A log line as an event carries it.
struct LogEventDTO: Codable, Hashable, Sendable {
    let task: Int
    let attempt: Int64
    let stream: LogStream
    let at: TimeDTO
    /// Base64 of the bytes as they were written, with their line feed.
    let text: String
}

/// The explicit end of a log stream: a dropped connection is never mistaken for it.
struct LogEndDTO: Codable, Hashable, Sendable {
    let state: JobState
    let exitCode: Int?

    private enum CodingKeys: String, CodingKey {
        case state
        case exitCode = "exit_code"
    }
}

extension API {
    private static let linesAtOnce = 500

    /// Server-sent events: `id:` is the position to resume from by `Last-Event-ID`, `: ping` keeps
    /// the connection, `event: end` carries state and exit code. `?follow=false` ends at once.
    static func logs(
        _ request: Request, _ call: Call, _ market: MarketServices
    ) async throws -> Response {
        let job = try await market.job(call)
        let only = try request.uri.queryParameters["task"].map { text in
            guard let index = Int(text), (1...job.terms.tasks).contains(index) else {
                throw WireError.parameterInvalid(name: "task")
            }
            return index
        }
        let follow = request.uri.queryParameters["follow"] != "false"
        let resume = HTTPFieldNames.lastEventID.flatMap { request.headers[$0] }
        let start = try LogCursor(resume ?? "")
        let stream = market.signals.listen(to: job.id.text)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: .init { writer in
                var cursor = start
                for await _ in stream {
                    // Read before the lines: what ended before this look has all its lines.
                    let end = try await market.logEnd(of: job.id)
                    var wrote = false
                    while let events = try await events(&cursor, job.id, only: only, market) {
                        try await writer.write(events)
                        wrote = true
                    }
                    if let end {
                        try await writer.write(
                            event("end", id: cursor.text, json: try WireJSON.encode(end)))
                        break
                    }
                    if !follow { break }
                    if !wrote { try await writer.write(ByteBuffer(string: ": ping\n\n")) }
                }
                try await writer.finish(nil)
            })
    }

    /// The next lines after the cursor as events, at most 500; nil when there is none.
    private static func events(
        _ cursor: inout LogCursor, _ job: JobID, only: Int?, _ market: MarketServices
    ) async throws -> ByteBuffer? {
        let read = Read.leases(job, limit: JobTerms.maximumTasks * 4)
        let leases = try await market.store.read([read]).leases(read)
            .filter { only == nil || $0.task.index == only }
        for lease in leases {
            let lines = try await market.logs.lines(
                of: lease.id, from: cursor.next(lease.id), limit: linesAtOnce)
            guard !lines.isEmpty else { continue }
            var buffer = ByteBuffer()
            for line in lines {
                cursor.advance(lease.id)
                let json = try WireJSON.encode(
                    LogEventDTO(
                        task: lease.task.index, attempt: lease.attempt, stream: line.stream,
                        at: line.at, text: line.text))
                buffer.writeImmutableBuffer(event("line", id: cursor.text, json: json))
            }
            return buffer
        }
        return nil
    }

    private static func event(_ name: String, id: String, json: [UInt8]) -> ByteBuffer {
        ByteBuffer(
            string: "id: \(id)\nevent: \(name)\ndata: \(String(decoding: json, as: UTF8.self))\n\n")
    }
}

/// How far a reader of a job's log has come: lines read of each lease.
struct LogCursor: Sendable {
    private var counts: [(lease: LeaseID, lines: Int64)] = []

    /// - Throws: `WireError.parameterInvalid` for a text that no cursor of ours has.
    init(_ text: String) throws {
        for part in text.split(separator: ",") {
            let pair = part.split(separator: ":")
            guard pair.count == 2, let lease = LeaseID(String(pair[0])), let lines = Int64(pair[1]),
                lines >= 0, counts.count < JobTerms.maximumTasks
            else { throw WireError.parameterInvalid(name: "Last-Event-ID") }
            counts.append((lease, lines))
        }
    }

    var text: String { counts.map { "\($0.lease):\($0.lines)" }.joined(separator: ",") }

    func next(_ lease: LeaseID) -> Int64 { counts.first { $0.lease == lease }?.lines ?? 0 }

    mutating func advance(_ lease: LeaseID) {
        if let index = counts.firstIndex(where: { $0.lease == lease }) {
            counts[index].lines += 1
        } else {
            counts.append((lease, 1))
        }
    }
}

extension MarketServices {
    /// The end event of a job that is over; nil while it is not.
    func logEnd(of id: JobID) async throws -> LogEndDTO? {
        let rows = try await store.read([.job(id)])
        guard let job = rows.job(id), case .closed = job.life else { return nil }
        let read = Read.tasks(id, after: 0, limit: JobTerms.maximumTasks)
        let tasks = try await store.read([read]).tasks(read)
        return LogEndDTO(
            state: JobState(life: job.life, counts: job.counts, started: 0),
            exitCode: job.exitCode(tasks))
    }
}
