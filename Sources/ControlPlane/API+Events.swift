import Domain
import Hummingbird
import Marketplace
import NIOCore
import Wire

extension API {
    private static let eventsAtOnce = 500

    /// What became true of a job, in order, from committed rows: so a stream goes on over a restart
    /// of the market where it broke off.
    static func events(
        _ request: Request, _ call: Call, _ market: MarketServices
    ) async throws -> Response {
        let job = try await market.job(call)
        let start = try position(request)
        return stream(request, of: job.id, market) { write in
            var cursor = start
            return {
                let read = Read.events(job.id, after: cursor, limit: eventsAtOnce)
                var buffer = ByteBuffer()
                for case .event(let row) in try await market.store.read([read])[read] {
                    cursor = row.sequence
                    let event = JobEventDTO(row)
                    write(&buffer, event.event.rawValue, cursor, try WireJSON.encode(event))
                }
                return (buffer, cursor)
            }
        }
    }

    /// Where a reader goes on: the number of `Last-Event-ID`, 0 for the beginning.
    ///
    /// - Throws: `WireError.parameterInvalid`.
    static func position(_ request: Request) throws -> Int64 {
        let text = HTTPFieldNames.lastEventID.flatMap { request.headers[$0] } ?? ""
        guard !text.isEmpty else { return 0 }
        guard let position = Int64(text), position >= 0 else {
            throw WireError.parameterInvalid(name: "Last-Event-ID")
        }
        return position
    }

    typealias EventWriter = (inout ByteBuffer, String, Int64, [UInt8]) -> Void
    /// The next events after the last call's, none at the end, and the position after them.
    typealias EventSource = () async throws -> (events: ByteBuffer, position: Int64)

    /// A job's stream of server-sent events: `id:` is the position to resume from, `: ping` keeps
    /// the connection, `event: end` carries state and exit code. `?follow=false` ends at once.
    static func stream(
        _ request: Request, of job: JobID, _ market: MarketServices,
        source: @escaping @Sendable (@escaping EventWriter) -> EventSource
    ) -> Response {
        let follow = request.uri.queryParameters["follow"] != "false"
        let wakes = market.signals.listen(to: job.text)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: .init { writer in
                let next = source(event)
                for await _ in wakes {
                    // Read before the events: what ended before this look has them all.
                    let end = try await market.end(of: job)
                    var wrote = false
                    var (events, position) = try await next()
                    while events.readableBytes > 0 {
                        try await writer.write(events)
                        wrote = true
                        (events, position) = try await next()
                    }
                    if let end {
                        var last = ByteBuffer()
                        event(&last, "end", position, try WireJSON.encode(end))
                        try await writer.write(last)
                        break
                    }
                    if !follow { break }
                    if !wrote { try await writer.write(ByteBuffer(string: ": ping\n\n")) }
                }
                try await writer.finish(nil)
            })
    }

    private static func event(
        _ buffer: inout ByteBuffer, _ name: String, _ position: Int64, _ json: [UInt8]
    ) {
        buffer.writeString("id: \(position)\nevent: \(name)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
    }
}

extension MarketServices {
    /// How a job that is over ended; nil while it is not.
    func end(of id: JobID) async throws -> JobEndDTO? {
        let rows = try await store.read([.job(id)])
        guard let job = rows.job(id), case .closed = job.life else { return nil }
        let read = Read.tasks(id, after: 0, limit: JobTerms.maximumTasks)
        let tasks = try await store.read([read]).tasks(read)
        return JobEndDTO(
            state: JobState(life: job.life, counts: job.counts, started: 0),
            exitCode: job.exitCode(tasks))
    }
}

extension JobEventDTO {
    init(_ row: EventRow) {
        self.init(JobEventKind(row.fact), at: TimeDTO(row.at))
        switch row.fact {
        case .submitted(let tasks, let budget):
            self.tasks = tasks
            amount = MoneyDTO(budget)
        case .placed(let mark, let node, let rate):
            set(mark)
            self.node = node
            microPerHour = rate.microPerHour
        case .started(let mark), .staying(let mark), .requeued(let mark): set(mark)
        case .leaving(let mark, let code, let moment):
            set(mark)
            reason = EndReason.yielded(code: code).text
            until = TimeDTO(moment)
        case .metered(let mark, let seconds, let cost), .settled(let mark, let seconds, let cost):
            set(mark)
            meteredS = seconds
            charge = MoneyDTO(cost)
        case .ended(let mark, let why):
            set(mark)
            reason = why.text
        case .expired(let count):
            tasks = count
            reason = EndReason.deadlineMissed.text
        case .closing(let end, let cancelled):
            outcome = end.rawValue
            tasks = cancelled
        case .refunded(let rest): amount = MoneyDTO(rest)
        case .closed(let end): outcome = end.rawValue
        case .reopened(let count): tasks = count
        }
    }

    private mutating func set(_ mark: RunMark) {
        task = mark.task
        attempt = mark.attempt
        lease = mark.lease
    }
}

extension JobEventKind {
    fileprivate init(_ fact: JobFact) {
        switch fact {
        case .submitted: self = .submitted
        case .placed: self = .placed
        case .started: self = .started
        case .metered: self = .metered
        case .leaving: self = .leaving
        case .staying: self = .staying
        case .ended: self = .ended
        case .settled: self = .settled
        case .requeued: self = .requeued
        case .expired: self = .expired
        case .closing: self = .closing
        case .refunded: self = .refunded
        case .closed: self = .closed
        case .reopened: self = .reopened
        }
    }
}
