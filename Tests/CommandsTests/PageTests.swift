import Domain
import Foundation
import Testing
import Wire

@testable import Commands

/// Pages about jobs, offers and plans, of fixed answers.
@Suite struct PageTests {
    private static let zero = MoneyDTO(.zero)
    private static func money(_ micro: Int64) -> MoneyDTO { MoneyDTO(try! Money(micro: micro)) }

    private static let image = ImageDTO(
        name: "i:1", digest: BlobDigest("sha256:" + String(repeating: "0", count: 64))!)

    private static func job(
        _ state: JobState, tasks: [TaskDTO] = [], reason: ReasonDTO? = nil
    ) -> [String] {
        let job = JobDTO(
            id: JobID("job_1")!, name: "n", state: state, reason: reason,
            submittedAt: TimeDTO(Timestamp(milliseconds: 0)), tasks: tasks.count,
            counts: TaskCountsDTO(TaskCounts(queued: 0, open: tasks.count)), budget: money(1),
            held: zero, charged: zero, refunded: zero, billedSeconds: 0, image: image,
            taskList: tasks)
        return JobPage(job: job, language: .english).lines
    }

    @Test func `a row of a task says whose charge it is, and nothing of an attempt that is over`() {
        let lines = Self.job(
            .waiting, tasks: [TaskDTO(index: 1, state: .open, attempt: 2, charged: Self.money(42))])
        #expect(lines.suffix(2).first?.hasSuffix("CHARGE OF ALL ATTEMPTS") == true)
        let cells = lines.last?.split(separator: " ").map(String.init)
        #expect(cells == ["1", "on", "the", "market", "2", "–", "–", "0.000042", "USD"])
    }

    @Test func `a job that failed by no fault of its own says how it starts again`() {
        let fix = FixDTO(title: "start it: orban retry job_1", command: "orban retry job_1")
        let lines = Self.job(
            .failed, reason: ReasonDTO(code: "lost", text: "the node stopped", fixes: [fix]))
        #expect(lines.contains { $0.hasPrefix("fix") && $0.hasSuffix("orban retry job_1") })
    }

    @Test func `a task that is asked to leave says so, with why and until when`() {
        let notice = LeaseNotice(
            code: "paused", until: Timestamp(milliseconds: 5_000), isTakenBack: false, changes: 1)
        let lines = Self.job(
            .running,
            tasks: [
                TaskDTO(
                    index: 7, state: .leased, attempt: 1, leaving: LeavingDTO(notice),
                    charged: Self.zero)
            ])
        #expect(
            lines.last
                == "! TASK 7  asked to leave by its owner (paused), "
                + "has until 1970-01-01T00:00:05.000Z"
        )
    }

    // MARK: Offers

    private static func offer(
        _ closed: OfferClosing?, _ availability: Offer.Availability = .open,
        refutation: RegionRefutation? = nil
    ) throws -> OfferDTO {
        let device = Device(id: DeviceID("GPU-1")!, model: "H100", vramBytes: 80_000_000_000)
        var offer = Offer(
            node: NodeID("nod_1")!, provider: AccountID("acc_1")!, version: 1,
            availability: availability,
            terms: OfferTerms(
                capacity: Resources(
                    milliCPU: 8_000, memoryBytes: 64_000_000_000, diskBytes: 500_000_000_000),
                devices: [], ask: try Rate(microPerHour: 1), region: "TW", tier: .new,
                withheld: [WithheldDevice(device: device, reason: "in_use")], closed: closed),
            free: .zero, freeDevices: [], refutation: refutation)
        offer.free = Resources(
            milliCPU: 2_000, memoryBytes: 16_000_000_000, diskBytes: 400_000_000_000)
        return OfferDTO(offer)
    }

    @Test func `an offer's row says what is free of all, its state by code, and what is withheld`()
        throws
    {
        let table = OfferTable(language: .english)
        let open = table.lines([try Self.offer(nil)])
        #expect(
            open[1].contains("2/8  16.0/64.0 GB  400.0/500.0 GB  ") && open[1].contains(" open "))
        #expect(open[2] == "! nod_1 GPU-1 H100: something else uses it (in_use)")
        let closed = table.lines([try Self.offer(OfferClosing(.ownerDesktop))])
        #expect(closed[1].contains("closed: its owner sits at it (owner_desktop)"))
        let down = table.lines([try Self.offer(OfferClosing(.ownerDesktop), .down)])
        #expect(down[1].contains(" down ") && !down[1].contains("owner_desktop"))
    }

    @Test(arguments: Language.allCases)
    func `an offer's row says what its devices can do, what stood, and until when it is open`(
        language: Language
    ) throws {
        let powers = [
            DevicePower(capability: 90, gigaflops: 66_900),
            DevicePower(capability: 90, gigaflops: nil),
            nil, nil,
        ]
        let devices = powers.enumerated().map { number, power in
            Device(id: DeviceID("GPU-\(number)")!, model: "H100", vramBytes: 80, power: power)
        }
        var record = TrackRecord()
        let ask = try Rate(microPerHour: 1)
        record.note(ran: 86_400, isLost: true, at: ask, of: ask)
        let terms = OfferTerms(
            capacity: .zero, devices: devices, ask: ask, region: "TW", tier: .new,
            openUntil: Timestamp(milliseconds: 1_795_342_830_250))
        let offer = Offer(
            node: NodeID("nod_1")!, provider: AccountID("acc_1")!, version: 1, availability: .open,
            terms: terms, free: .zero, freeDevices: [devices[0].id], record: record)
        let row = OfferTable(language: language).lines([OfferDTO(offer)])[1]
        #expect(row.contains("1/4× H100 (9.0, 66.9 TFLOPS) + H100 (9.0) + H100 "), "\(row)")
        #expect(row.contains(" 49.5 % ") && row.contains("2026-11-2"), "\(row)")
        var closed = offer
        closed.availability = .draining
        #expect(!OfferTable(language: language).lines([OfferDTO(closed)])[1].contains("2026"))
    }

    @Test func `a country that cannot be is marked, and told with what refutes it`() throws {
        let trips = try #require(RoundTrips([.init(beacon: .market, microseconds: 1_500)]))
        let terms = OfferTerms(
            capacity: .zero, devices: [], ask: try Rate(microPerHour: 1), region: "IS",
            tier: .new, roundTrips: trips)
        let beacon = Beacon(
            name: .market, url: Beacon.marketPath, place: Coordinates("25.033,121.565"))
        let refutation = try #require(RegionRefutation(of: terms, by: [beacon]))
        let offer = try Self.offer(nil, refutation: refutation)
        let lines = OfferTable(language: .english).lines([offer])
        #expect(lines[1].contains(" TW ✗ "))
        #expect(
            lines.last?.hasPrefix(
                "! nod_1 cannot be in IS: beacon market hears it in 1.5ms, so it is within 150 km")
                == true)
        let chinese = OfferTable(language: .traditionalChinese).lines([offer]).last
        #expect(chinese?.contains("150 公里") == true && chinese?.contains("region_refuted") == true)
    }

    // MARK: Plans

    @Test func `a plan with a ceiling says how near offers are, or that nobody knows`() throws {
        let text =
            "{type: batch, image: a, run: b, placement: {max_latency: 80ms}, budget: {max_total: 1 USD}}"
        let spec = try JobSpec.parse(text, file: "f")
        let trip = try #require(
            RoundTripEstimate(
                between: RoundTrips([.init(beacon: .market, microseconds: 3_000)])!,
                and: RoundTrips([.init(beacon: .market, microseconds: 40_000)])!))
        for (nearest, told) in [
            (
                PlanLatencyDTO.Nearest(node: NodeID("nod_1")!, trip),
                "at most 80ms; the nearest offer is about 40.112ms away (37ms to 43ms)"
            ), (nil, "at most 80ms; how far any offer is, nobody has measured"),
        ] as [(PlanLatencyDTO.Nearest?, String)] {
            let plan = PlanDTO(
                name: "n", tasks: 1, image: Self.image, budget: Self.zero, low: Self.zero,
                likely: nil, worst: Self.zero, feasible: 0, totalOffers: 1, rejected: [],
                maxDurationSeconds: 60, latency: PlanLatencyDTO(ceiling: 80_000, nearest: nearest))
            let lines = PlanPage(plan: plan, spec: spec, language: .english).lines
            #expect(lines.contains { $0.hasPrefix("  latency") && $0.hasSuffix(told) }, "\(lines)")
        }
    }

    @Test
    func `a plan with a schedule says in words whether it is met, and what becomes of a miss`()
        throws
    {
        let text = "{type: batch, image: a, run: b, budget: {max_total: 1 USD}}"
        let spec = try JobSpec.parse(text, file: "f")
        let start = Timestamp(milliseconds: 0)
        let deadline = DeadlineDTO(
            try Deadline(
                startBy: start.advanced(seconds: 60), finishBy: nil,
                expectedMilliseconds: 3_600_000))
        func lines(_ verdict: DeadlineOutlookDTO.Verdict, _ start: Timestamp?) -> [String] {
            let outlook = DeadlineOutlookDTO(
                verdict: verdict, lastStart: start.map { TimeDTO($0) },
                finish: start.map { TimeDTO($0.advanced(seconds: 3600)) })
            let plan = PlanDTO(
                name: "n", tasks: 1, image: Self.image, budget: Self.zero, low: Self.zero,
                likely: nil, worst: Self.zero, feasible: 1, totalOffers: 1, rejected: [],
                maxDurationSeconds: 60, deadline: deadline, outlook: outlook)
            return PlanPage(plan: plan, spec: spec, language: .english).lines
        }
        let met = lines(.inTime, start)
        #expect(
            met.contains {
                $0.hasPrefix("  deadline")
                    && $0.hasSuffix("start by 1970-01-01T00:01:00.000Z · expected to run 1h")
            }, "\(met)")
        let told = """
              In time by what is known now: the last task has a place by about \(TimeDTO(start)).
              Done by about 1970-01-01T01:00:00.000Z, if each task runs 1h as you expect, \
            without interruption.
              A task without a place by 1970-01-01T00:01:00.000Z ends as start_failed:deadline, \
            unbilled.
            """
        #expect(met.joined(separator: "\n").hasSuffix("\n" + told), "\(met)")
        let late = lines(.atRisk, start.advanced(seconds: 61)).joined(separator: "\n")
        #expect(late.contains("May be too late by what is known now"))
        #expect(late.contains("1970-01-01T00:01:01.000Z, and must have one by 1970-01-01T00:01:00"))
        let unknown = lines(.unknown, nil)
        #expect(unknown.suffix(2).first == "  Whether it is in time is not known now.")
    }

    @Test(arguments: [
        (3, "provider", "all 3 tasks start together or none; all have a place now"),
        (1, "node", "all 3 tasks start together or none; 1 has a place now"),
    ])
    func `a plan says how tasks stand to one another`(
        placed: Int, spread: String, told: String
    ) throws {
        let spec = try JobSpec.parse(
            """
            {type: batch, name: n, image: 'i:1', run: a, array: {count: 3, gang: true},
             placement: {spread: \(spread)}}
            """, file: "f")
        let plan = PlanDTO(
            name: "n", tasks: 3, image: Self.image, budget: Self.zero, low: Self.zero,
            likely: nil, worst: Self.zero, feasible: 0, totalOffers: 1, rejected: [],
            maxDurationSeconds: 60, gang: PlanGangDTO(members: 3, placed: placed))
        let lines = PlanPage(plan: plan, spec: spec, language: .english).lines
        #expect(lines.contains { $0.hasPrefix("  gang") && $0.hasSuffix(told) }, "\(lines)")
        let apart =
            "no two tasks run \(spread == "node" ? "on one node" : "at one provider") at once"
        #expect(lines.contains { $0.hasPrefix("  spread") && $0.hasSuffix(apart) }, "\(lines)")
    }

    @Test func `a job that fits nowhere has neither a lowest nor a likely price`() throws {
        let text = "{type: batch, name: n, image: 'i:1', run: a, budget: {max_total: 1.00 USD}}"
        let spec = try JobSpec.parse(text, file: "f")
        for feasible in [0, 1] {
            let plan = PlanDTO(
                name: "n", tasks: 1, image: Self.image, budget: Self.money(1_000_000),
                low: Self.zero, likely: feasible == 0 ? nil : Self.money(20_000),
                worst: Self.money(1_000_000), feasible: feasible, totalOffers: 3, rejected: [],
                maxDurationSeconds: 60)
            let lines = PlanPage(plan: plan, spec: spec, language: .english).lines
            let amounts = lines.first { $0.hasPrefix("  total") }?.split(separator: " ")
            #expect(amounts?.count == (feasible == 0 ? 5 : 7), "\(lines)")
            #expect(amounts?[1] == (feasible == 0 ? "–" : "0.00"))
            #expect(amounts?[feasible == 0 ? 2 : 3] == (feasible == 0 ? "–" : "0.02"))
        }
    }

    // MARK: Errors

    private static func fixes(_ words: [String]) async throws -> [FixDTO] {
        let program = try Program()
        let (code, _, error) = await program.run(words)
        #expect(code == ExitCode.usage.rawValue, "\(error)")
        return try WireJSON.decode(ProblemDTO.self, from: Array(error.utf8)).fixes
    }

    @Test func `an error that proposes a command has it as a whole line, also for a program`()
        async throws
    {
        let yes = try await Self.fixes(
            ["run", "--image", "i:1", "--budget", "1", "-o", "json"]
                + ["--", "echo", "a b"])
        #expect(
            yes.map(\.command)
                == ["orban run --image i:1 --budget 1 -o json --yes -- echo 'a b'"])
        let verb = try await Self.fixes(["ofers", "-o", "json"])
        #expect(verb.map(\.command) == ["orban offers -o json", "orban help"])
        let lost = try await Self.fixes(["offers", "-o", "json"])
        #expect(lost.map(\.command) == ["orban up", "orban help offers"])
        let option = try await Self.fixes(["offers", "--limt=3", "-o", "json"])
        #expect(option.map(\.command) == ["orban offers --limit=3 -o json", "orban help offers"])
    }

    @Test func `a person reads each fix once`() async throws {
        let program = try Program()
        let (_, _, error) = await program.run(["run", "--image", "i:1", "--budget", "1", "--", "x"])
        #expect(error.components(separatedBy: "--yes").count == 2, "\(error)")
    }
}
