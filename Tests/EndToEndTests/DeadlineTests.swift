import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Jobs that have to start by some moment.
    struct DeadlineTests {
        private static func job(_ name: String, cpu: String, schedule: String) -> JobText {
            var job = JobText(name, "exit 0")
            (job.image, job.cpu, job.memory) = (Site.simulatedImage, cpu, "32MB")
            job.schedule = schedule
            return job
        }

        @Test func `a job without a place in time ends unbilled, and its budget comes back`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let late = Self.job("late", cpu: "64", schedule: #"{"start_by": "5s"}"#)
                let planned = try await site.ok(.renter, ["plan", try site.write(late)])
                #expect(planned.contains("ends as start_failed:deadline, unbilled."))
                try await site.submit(late)
                let waiting = try await site.show("late")
                let latest = try #require(waiting.deadline?.latestStart?.timestamp)
                #expect(latest == waiting.deadline?.startBy?.timestamp)
                #expect(latest > waiting.submittedAt.timestamp)

                let over = try await site.over("late", within: .seconds(30))
                #expect(over.state == .failed && over.exitCode == 125)
                #expect(over.taskList.map(\.endedBy) == ["start_failed:deadline"])
                #expect(over.taskList.allSatisfy { $0.lease == nil })
                #expect(over.reason?.code == "start_failed:deadline")
                #expect(over.charged.money == .zero && over.billedSeconds == 0)
                #expect(over.refunded == over.budget)
                try await site.checkBill(of: "late")
                let balance: BalanceDTO = try site.api(.renter).get("/v1/balance")
                #expect(balance.available.money == (try Money(micro: 5_000_000)))

                let told = try await site.ok(.renter, ["events", "late"])
                #expect(told.contains("too late for the schedule: 1 waiting task given up"))
                let shown = try await site.ok(.renter, ["show", "late", "--lang", "zh-TW"])
                #expect(shown.contains("未能在 schedule 的期限內取得位置"))
                let again = try await site.run(.renter, ["retry", "late"])
                #expect(again.status == 2 && again.err.contains("deadline_past"), "\(again)")
            }
        }

        @Test func `a job with a place in time runs, and one that comes too late is refused`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let good = Self.job(
                    "good", cpu: "0.1", schedule: #"{"finish_by": "10m", "expect": "1m"}"#)
                let planned = try await site.ok(.renter, ["plan", try site.write(good)])
                #expect(planned.contains("In time by what is known now"), "\(planned)")
                try await site.submit(good)
                #expect(try await site.over("good").exitCode == 0)
                let past = Self.job(
                    "past", cpu: "0.1", schedule: #"{"start_by": "2026-01-01T00:00:00+08:00"}"#)
                let refused = try await site.run(past)
                #expect(refused.status == 2, "\(refused)")
                #expect(refused.err.contains("error[deadline_past]"))
                #expect(refused.err.contains("2025-12-31T16:00:00.000Z"))
            }
        }

        @Test func `a plan behind a running job says whether its place comes in time`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                var long = Self.job("long", cpu: "0.5", schedule: #"{"expect": "5m"}"#)
                long.script = "sleep 3000"
                try await site.submit(long)
                try await site.running("long")
                for (schedule, verdict) in [
                    (#"{"start_by": "2m"}"#, .atRisk), (#"{"start_by": "2h"}"#, .inTime),
                ] as [(String, DeadlineOutlookDTO.Verdict)] {
                    let next = Self.job("next", cpu: "0.5", schedule: schedule)
                    let said = try await site.ok(
                        .renter, ["plan", try site.write(next), "-o", "json"])
                    let plan = try WireJSON.decode(PlanDTO.self, from: Array(said.utf8))
                    #expect(plan.feasible == 0 && plan.outlook?.verdict == verdict)
                    #expect(plan.outlook?.lastStart == plan.expectedStart?.latest)
                    #expect(plan.outlook?.lastStart != nil)
                }
            }
        }
    }
}
