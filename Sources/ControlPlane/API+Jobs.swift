import Accounting
import Crypto
import Domain
import HTTPTypes
import Hummingbird
import Marketplace
import Matching
import NIOCore
import Transparency
import Wire

extension API {
    mutating func addJobs() {
        let market = market
        add(.post, "/v1/plans", .roles([.renter])) { request, call in
            let body = try Self.decode(PlanRequest.self, try await Self.body(request))
            let spec = try JobSpec.parse(body.spec, file: "spec")
            return try Self.json(
                try await market.plan(
                    spec, digest: body.imageDigest, measured: body.roundTrips ?? .none,
                    for: try call.account, call.language))
        }
        add(.post, "/v1/jobs", .roles([.renter])) { request, call in
            try await Self.submit(request, call, market)
        }
        add(.get, "/v1/jobs", .roles([.renter])) { request, call in
            let limit = try Self.limit(request, default: 50, most: 200)
            let before = request.uri.queryParameters["cursor"].flatMap { JobID(String($0)) }
            let read = Read.jobs(of: try call.account, before: before, limit: limit + 1)
            let rows = try await market.store.read([read])
            var jobs: [JobDTO] = []
            for case .job(let job) in rows[read].prefix(limit) {
                jobs.append(try await market.view(job, tasks: .none, call.language))
            }
            let more = rows[read].count > limit
            return try Self.json(
                ListDTO(data: jobs, hasMore: more, nextCursor: more ? jobs.last?.id.text : nil))
        }
        add(.get, "/v1/jobs/:job", .roles([.renter, .operator])) { _, call in
            let job = try await market.job(call)
            return try Self.json(try await market.view(job, tasks: .all, call.language))
        }
        add(.post, "/v1/jobs/:job/stop", .roles([.renter, .operator])) { _, call in
            let job = try await market.job(call)
            try await market.store.perform(.stop(job.id))
            let stopped = try await market.job(call)
            return try Self.json(
                try await market.view(stopped, tasks: .all, call.language), status: .accepted)
        }
        add(.post, "/v1/jobs/:job/retry", .roles([.renter])) { request, call in
            let job = try await market.job(call)
            let once = try Self.idempotency(request, call, body: Array("retry \(job.id)".utf8))
            try await market.store.perform(.retry(job.id, once))
            let again = try await market.job(call)
            return try Self.json(try await market.view(again, tasks: .all, call.language))
        }
        add(.get, "/v1/jobs/:job/invoice", .roles([.renter, .operator])) { _, call in
            try Self.json(try await market.invoice(try await market.job(call)))
        }
        add(.get, "/v1/jobs/:job/outputs", .roles([.renter, .operator])) { _, call in
            try Self.json(try await market.outputs(try await market.job(call)))
        }
        add(.get, "/v1/jobs/:job/proof", .roles([.renter, .operator])) { _, call in
            try Self.json(try await market.proof(try await market.job(call)))
        }
        add(.get, "/v1/jobs/:job/logs", .roles([.renter, .operator])) { request, call in
            try await Self.logs(request, call, market)
        }
        add(.get, "/v1/jobs/:job/events", .roles([.renter, .operator])) { request, call in
            try await Self.events(request, call, market)
        }
    }

    /// Prices nothing and buys: needs an idempotency key, and answers the same for ever.
    private static func submit(
        _ request: Request, _ call: Call, _ market: MarketServices
    ) async throws -> Response {
        let bytes = try await body(request)
        let once = try idempotency(request, call, body: bytes)
        let submit = try decode(SubmitRequest.self, bytes)
        let spec = try JobSpec.parse(submit.spec, file: "spec")
        guard spec.budget != nil else { throw Refusal.budgetMissing }
        let known = try await market.store.read([.replay(once.key)])
        if let replay = known.replay(once.key) {
            // Answered before: whatever the images are called now, the first answer stands.
            guard replay.bodyHash == once.bodyHash else { throw Refusal.duplicateKeyOtherBody }
            return try await created(replay.answer, isReplayed: true, market)
        }
        let renter = try call.account
        let image = try await market.resolve(
            spec.image, digest: submit.imageDigest, for: renter)
        let terms = try spec.terms(
            image: image, inputs: submit.inputs.map(\.input), at: market.clock.now(),
            measured: submit.roundTrips ?? .none, payer: try await market.payer(of: spec, renter))
        try await market.checkInputs(terms.workload, of: renter)
        let answer = try await market.store.perform(
            .submit(
                SubmitJob(
                    id: MarketServices.newID(), renter: renter, terms: terms,
                    salt: RandomBytes.make(16), idempotency: once)))
        return try await created(answer, isReplayed: answer.isReplayed, market)
    }

    /// The job as it was submitted: the same bytes whenever it is asked.
    private static func created(
        _ answer: Answer, isReplayed: Bool, _ market: MarketServices
    ) async throws -> Response {
        guard let id = answer.job else { throw WireError.internalFailure }
        let rows = try await market.store.read([.job(id)])
        guard let job = rows.job(id) else { throw WireError.internalFailure }
        var response = try json(JobDTO(submitted: job), status: .created)
        response.headers[.location] = "/v1/jobs/\(id)"
        if isReplayed, let name = HTTPField.Name("Idempotent-Replayed") {
            response.headers[name] = "true"
        }
        return response
    }

    /// - Throws: `WireError.idempotencyKeyMissing`.
    static func idempotency(
        _ request: Request, _ call: Call, body: [UInt8]
    ) throws -> Idempotency {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name],
            (1...200).contains(key.utf8.count)
        else { throw WireError.idempotencyKeyMissing }
        let hash = Hex.encode(Array(SHA256.hash(data: body)))
        return Idempotency(
            key: ReplayKey(account: try call.account, key: key), bodyHash: hash)
    }
}
