import Accounting
import ControlPlane
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Marketplace
import Matching
import NIOCore
import SQLiteStorage
import Synchronization
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    private static let renter = TestMarket.renter

    private static func market() async throws -> TestMarket {
        let market = try await TestMarket()
        try await market.addImage("localhost/test:1")
        try await market.credit("5.00")
        return market
    }

    private static func post<Value: Decodable>(
        _ uri: String, _ schedule: String, to market: TestMarket, _ status: HTTPResponse.Status
    ) async throws -> Value {
        let spec = SubmitTests.spec + "\nschedule: {\(schedule)}\n"
        let body = ByteBuffer(bytes: try WireJSON.encode(SubmitRequest(spec: spec)))
        let response = try await market.call { client in
            try await client.execute(
                uri: uri, method: .post,
                headers: TestMarket.headers(market.keys[.renter], key: schedule), body: body)
        }
        #expect(response.status == status)
        return try WireJSON.decode(Value.self, from: Array(response.body.readableBytesView))
    }

    // MARK: Submit and plan

    @Test func `a time from the submit is answered as a moment of the market's clock`()
        async throws
    {
        let market = try await Self.market()
        let clock = market.server.services.clock
        let before = clock.now()
        let job: JobDTO = try await Self.post(
            "/v1/jobs", "start_by: 6h, expect: 20m", to: market, .created)
        let deadline = try #require(job.deadline)
        let moment = try #require(deadline.startBy?.timestamp)
        #expect(moment >= before.advanced(seconds: 21_600))
        #expect(moment <= clock.now().advanced(seconds: 21_600))
        #expect(deadline.expectedSeconds == 1200 && deadline.latestStart == deadline.startBy)
        let rows = try await market.server.services.store.read([.job(job.id)])
        #expect(rows.job(job.id)?.terms.deadline.map(DeadlineDTO.init) == deadline)
        #expect(rows.job(job.id)?.terms.needs.stay == 1_200_000)
    }

    @Test(arguments: ["/v1/jobs", "/v1/plans"])
    func `what cannot be in time any more is refused, with the moment and what to do`(uri: String)
        async throws
    {
        let market = try await Self.market()
        let problem: ProblemDTO = try await Self.post(
            uri, "finish_by: 2026-01-01T08:00:00+08:00, expect: 1h", to: market,
            .unprocessableContent)
        #expect(problem.code == "deadline_past")
        #expect(problem.detail.contains("2025-12-31T23:00:00.000Z"))
        #expect(problem.hint?.contains("schedule.finish_by") == true)
        let contradiction: ProblemDTO = try await Self.post(
            uri, "start_by: 1h, finish_by: 2026-01-01T00:00:00Z", to: market,
            .unprocessableContent)
        #expect(contradiction.code == "spec_invalid")
        #expect(contradiction.errors.map(\.pointer) == ["/schedule/finish_by"])
    }

    @Test func `a plan says whether its deadline is met by what is known`() async throws {
        let market = try await Self.market()
        let store = market.server.services.store
        let matching = market.server.services.matching
        let unknown: PlanDTO = try await Self.post(
            "/v1/plans", "start_by: 5m", to: market, .ok)
        #expect(unknown.outlook?.verdict == .unknown && unknown.outlook?.lastStart == nil)
        let node = Node(
            id: NodeID("nod_1")!, provider: TestMarket.provider, name: "n", receiptKey: [1])
        try await store.perform(.registerNode(node, token: nil))
        let terms = OfferTerms(
            capacity: Resources(milliCPU: 8_000, memoryBytes: 8 << 30, diskBytes: 8 << 30),
            devices: [], ask: try Rate(microPerHour: 100_000), region: "TW", tier: .new)
        try await store.perform(.advertise(node.id, terms))
        let running = Task { try await matching.run() }
        defer { running.cancel() }
        let needs = try JobSpec.parse(SubmitTests.spec, file: "f").needs
        while await matching.explain(needs).total == 0 { await Task.yield() }
        let known: PlanDTO = try await Self.post(
            "/v1/plans", "finish_by: 5m, expect: 1m", to: market, .ok)
        #expect(known.outlook?.verdict == .inTime)
        let (start, end) = (known.outlook?.lastStart, known.outlook?.finish)
        #expect(start.map { $0.timestamp.advanced(seconds: 60) } == end?.timestamp)
        #expect(
            known.deadline?.latestStart
                == start.map {
                    TimeDTO($0.timestamp.advanced(seconds: 240))
                })
        let open: PlanDTO = try await Self.post("/v1/plans", "expect: 1m", to: market, .ok)
        #expect(open.outlook?.verdict == nil && open.outlook?.finish != nil)
    }

    // MARK: Time

    private final class HandClock: Sendable {
        private let time = Mutex(Timestamp(milliseconds: 1_700_000_000_000))
        func now() -> Timestamp { time.withLock { $0 } }
        func pass(seconds: Int64) { time.withLock { $0 = $0.advanced(seconds: seconds) } }
    }

    @Test func `an order that waits in vain is given up by the tick after its last moment`()
        async throws
    {
        let (clock, feed) = (HandClock(), Feed())
        let (told, teller) = AsyncStream<Job>.makeStream()
        let market = try await TestMarket()
        let store = try SQLiteStore(
            path: market.configuration.folder + "/other.db",
            market: Market(commission: BasisPoints(250)!),
            sealKey: [UInt8](repeating: 1, count: 32),
            clock: { clock.now() }, reach: { _ in },
            committed: { notice in
                for case .job(let job) in notice.rows { teller.yield(job) }
                feed.publish(
                    Commit(
                        rows: notice.rows, effects: notice.newEffects, done: notice.doneEffects,
                        newEntries: notice.newEntryCount))
            })
        try await store.perform(
            .openAccount(
                Account(id: Self.renter, name: "r", createdAt: clock.now()), keys: []))
        let gift = Idempotency(key: ReplayKey(account: Self.renter, key: "gift"), bodyHash: "")
        try await store.perform(
            .credit(Self.renter, try Money(micro: 5_000_000), reason: "gift", gift))
        let loop = MatchLoop(
            store: store, feed: feed, clock: { clock.now() },
            newLease: { MarketServices.newID() }, log: market.server.services.log)
        let running = Task { try await loop.run() }
        defer { running.cancel() }
        var jobs = told.makeAsyncIterator()
        var ids: [JobID] = []
        for seconds: Int64 in [5, 3] {
            let order = try Self.order(startingWithin: seconds, at: clock.now())
            try await store.perform(.submit(order))
            ids.append(order.id)
            #expect(await jobs.next()?.life == .active)
        }
        for (seconds, id) in [(4, ids[1]), (2, ids[0])] as [(Int64, JobID)] {
            clock.pass(seconds: seconds)
            feed.tick()
            let job = await jobs.next()
            #expect(job?.id == id && job?.life == .closed(.failed, at: clock.now()))
        }
        let rows = try await store.read([.balance(.available(Self.renter))])
        #expect(rows.balance(.available(Self.renter)).micro == 5_000_000)
    }

    private static func order(
        startingWithin seconds: Int64, at now: Timestamp
    ) throws -> SubmitJob {
        var spec = try JobSpec.parse(SubmitTests.spec, file: "f")
        spec.schedule.startBy = .within(seconds: seconds)
        let image = ImageReference.archive(name: "i", digest: TestMarket.digest([]))
        return SubmitJob(
            id: MarketServices.newID(), renter: renter,
            terms: try spec.terms(image: image, inputs: [], at: now), salt: [],
            idempotency: Idempotency(
                key: ReplayKey(account: renter, key: "\(seconds)"), bodyHash: ""))
    }
}
