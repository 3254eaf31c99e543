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

extension API {
    private static let linesAtOnce = 500

    /// A job's lines in the order in which they arrived. A position in it is one number, however
    /// many tasks the job has.
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
        let start = try position(request)
        try await market.completeLog(of: job.id)
        return stream(request, of: job.id, market) { write in
            var position = start
            var marks: [LeaseID: RunMark?] = [:]
            return {
                try await market.learn(&marks, of: job.id)
                let wanted = marks.mapValues { mark in
                    mark.map { only == nil || $0.task == only } ?? false
                }
                let page = try await market.logs.page(
                    of: job.id, wanted: wanted, from: position, limit: linesAtOnce)
                var buffer = ByteBuffer()
                for line in page.lines {
                    guard let mark = marks[line.lease] ?? nil else { continue }
                    let event = LogEventDTO(
                        task: mark.task, attempt: mark.attempt, stream: line.line.stream,
                        at: line.line.at, text: line.line.text)
                    write(&buffer, "line", line.position, try WireJSON.encode(event))
                }
                position = page.next
                return (buffer, position)
            }
        }
    }
}

extension MarketServices {
    /// Adds the task of each lease that wrote something and is not known yet; none for a lease that
    /// the store has lost.
    fileprivate func learn(_ marks: inout [LeaseID: RunMark?], of job: JobID) async throws {
        let new = try await logs.leases(of: job).filter { marks[$0] == nil }
        let rows = try await store.read(new.map { .lease($0) })
        for id in new { marks.updateValue(rows.lease(id).map(RunMark.init), forKey: id) }
    }

    /// Lines that were written without their place in the job's order get it now: a crash, or a
    /// market of before there was an order.
    fileprivate func completeLog(of job: JobID) async throws {
        guard try await !logs.isComplete(job) else { return }
        let read = Read.leases(job, limit: JobTerms.mostLeases)
        let leases = try await store.read([read]).leases(read)
            .sorted { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }
        try await logs.complete(job, with: leases.map(\.id))
    }
}
