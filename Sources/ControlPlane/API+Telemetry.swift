import Crypto
import Domain
import Foundation
import Hummingbird
import Marketplace
import NIOCore
import Wire

extension API {
    /// What leases and devices use: nodes bring it, those who pay and those who own read it.
    mutating func addTelemetry() {
        let market = market
        add(.post, "/v1/leases/:lease/samples", .leaseOr([])) { request, call in
            let id = try Self.lease(call)
            let batch = try Self.decode(SampleBatchDTO.self, try await Self.body(request))
            guard let lease = try await market.store.read([.lease(id)]).lease(id) else {
                throw Refusal.leaseUnknown(id)
            }
            let job = lease.task.job
            try await market.series.append(
                batch, to: .lease(job, id), devices: lease.devices.map(\.id),
                at: market.clock.now())
            market.signals.ring(job.text)
            return Response(status: .noContent)
        }
        add(.get, "/v1/jobs/:job/metrics", .roles([.renter, .operator])) { request, call in
            let job = try await market.job(call)
            let span = try MetricsSpan(request, tasks: job.terms.tasks)
            return try Self.json(try await market.metrics(of: job, span))
        }
        add(.get, "/v1/jobs/:job/metrics/stream", .roles([.renter, .operator])) { request, call in
            try await Self.metricsStream(request, call, market)
        }
        add(.post, "/v1/nodes/:node/samples", .anyone) { request, call in
            let signed = try Self.decode(SignedReportDTO.self, try await Self.body(request))
            try await market.take(signed, of: try call.parameter("node"))
            return Response(status: .noContent)
        }
        add(.get, "/v1/nodes/:node", .roles([.provider, .operator])) { _, call in
            try Self.json(try await market.detail(of: try await market.node(call)))
        }
    }

    private static let samplesAtOnce = 500
    /// Leases that one stream tells of at a time; of a job with more, one task is to be asked for.
    private static let mostLeases = 128

    /// A job's samples batch by batch, in the order in which they came. The id of an event is the
    /// batch's number: one that was cut off in the middle comes again, whole.
    private static func metricsStream(
        _ request: Request, _ call: Call, _ market: MarketServices
    ) async throws -> Response {
        let job = try await market.job(call)
        let only = try MetricsSpan.task(request, of: job.terms.tasks)
        let start = try position(request)
        return stream(request, of: job.id, market) { write in
            var position = start
            var known = FollowedLeases(task: only, most: mostLeases)
            return {
                try await market.learn(&known, of: job.id)
                let (batches, next) = await market.series.news(
                    of: job.id, wanted: known.isTold, after: position, limit: samplesAtOnce)
                let rows = try await market.store.read(
                    Set(batches.map(\.lease)).sorted().map { .lease($0) })
                var buffer = ByteBuffer()
                for batch in batches {
                    guard let lease = rows.lease(batch.lease) else { continue }
                    write(
                        &buffer, "samples", batch.arrival,
                        try WireJSON.encode(SamplesEventDTO(lease, batch)))
                }
                position = next
                return (buffer, position)
            }
        }
    }
}

/// Which part of a job's series is asked for, and how finely.
struct MetricsSpan: Sendable {
    static let mostPoints: Int64 = 3600
    private static let usualPoints: Int64 = 720
    private static let steps: [Int64] = [1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400]

    let task: Int?
    let from: Timestamp?
    let to: Timestamp?
    let step: Int64?

    /// - Throws: `WireError.parameterInvalid`.
    init(_ request: Request, tasks: Int) throws {
        task = try Self.task(request, of: tasks)
        from = try Self.time(request, "from")
        to = try Self.time(request, "to")
        step = try request.uri.queryParameters["step"].map { text in
            guard let step = Int64(text), (1...86_400).contains(step),
                step < 60 || step.isMultiple(of: 60)
            else { throw WireError.parameterInvalid(name: "step") }
            return step
        }
    }

    static func task(_ request: Request, of tasks: Int) throws -> Int? {
        try request.uri.queryParameters["task"].map { text in
            guard let index = Int(text), (1...tasks).contains(index) else {
                throw WireError.parameterInvalid(name: "task")
            }
            return index
        }
    }

    private static func time(_ request: Request, _ name: String) throws -> Timestamp? {
        try request.uri.queryParameters[Substring(name)].map { text in
            guard let time = TimeDTO(text.removingPercentEncoding ?? String(text)) else {
                throw WireError.parameterInvalid(name: name)
            }
            return time.timestamp
        }
    }

    /// Whole seconds, and the step: the last hour before `end` where nothing else is asked for.
    ///
    /// - Throws: `WireError.parameterInvalid` when there is nothing between, or too many steps.
    func seconds(endingAt end: Timestamp) throws -> (range: Range<Int64>, step: Int64) {
        let upper = ((to ?? end).milliseconds + 999) / 1000
        let lower = from.map { $0.milliseconds / 1000 } ?? upper - 3600
        guard lower >= 0, lower < upper else { throw WireError.parameterInvalid(name: "from") }
        // Single seconds are kept for an hour only.
        let isOld = lower < end.milliseconds / 1000 - 3660
        let chosen = Self.steps.first {
            (upper - lower) / $0 <= Self.usualPoints && (!isOld || $0 >= 60)
        }
        let step = self.step ?? chosen ?? 86_400
        guard (upper - lower) / step <= Self.mostPoints else {
            throw WireError.parameterInvalid(name: "step")
        }
        return (lower..<upper, step)
    }
}
