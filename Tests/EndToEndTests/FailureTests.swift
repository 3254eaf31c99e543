import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// What goes wrong with a container: told apart, and paid for by its seconds alone.
    @Suite(needsContainers) struct ContainerFailureTests {
        struct Failure: Sendable, CustomTestStringConvertible {
            let what: String
            var job: JobText
            let status: Int32
            let endedBy: String
            let seconds: ClosedRange<Int64>
            var testDescription: String { what }
        }

        static let failures: [Failure] = [
            Failure(
                what: "an exit code that is not 0", job: JobText("job", "exit 23"), status: 23,
                endedBy: "exit:23", seconds: 0...0),
            Failure(
                what: "a code that looks like the kernel's kill", job: JobText("job", "exit 137"),
                status: 137, endedBy: "exit:137", seconds: 0...0),
            Failure(
                what: "more memory than its limit", job: greedy, status: 137, endedBy: "oom",
                seconds: 0...20),
            Failure(
                what: "longer than its own limit", job: endless, status: 124, endedBy: "limit",
                seconds: 2...2),
            Failure(
                what: "a program that its image does not have", job: absentProgram, status: 125,
                endedBy: "start_failed:container", seconds: 0...0),
            Failure(
                what: "a budget that ends before it", job: poor, status: 124, endedBy: "budget",
                seconds: 2...2),
        ]

        private static var greedy: JobText {
            JobText("job", "x=$(head -c 300000000 /dev/zero | tr '\\0' a); echo $?; exit 3")
        }
        private static var endless: JobText {
            var job = JobText("job", "sleep 100")
            job.maxDuration = "2s"
            return job
        }
        private static var absentProgram: JobText {
            var job = JobText("job")
            job.command = ["/no/such/program"]
            return job
        }
        /// Half of a node at 1.234567 USD/h: 172 micro-units a second, less a little.
        private static var poor: JobText {
            var job = JobText("job", "sleep 100")
            job.budget = "0.000350 USD"
            return job
        }

        @Test(arguments: failures)
        func `a job that fails says how, ends with that code and pays its seconds alone`(
            _ failure: Failure
        ) async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                let ended = try await site.run(failure.job)
                #expect(ended.status == failure.status, "\(ended)")
                let job = try await site.show()
                #expect(job.state == .failed)
                #expect(job.taskList.first?.endedBy == failure.endedBy)
                #expect(failure.seconds.contains(job.billedSeconds), "\(job.billedSeconds)")
                try await site.checkBill()
            }
        }

        @Test func `a job in an image that cannot be loaded fails to start, unbilled`() async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                let archive = try stage.write("not an archive\n", to: "broken.tar")
                try await site.ok(.operator, ["market", "image", "broken:1", archive])
                var job = JobText("job", "exit 0")
                job.image = "broken:1"
                let ended = try await site.run(job)
                #expect(ended.status == 125, "\(ended)")
                let shown = try await site.show()
                #expect(shown.taskList.first?.endedBy?.hasPrefix("start_failed:image") == true)
                #expect(shown.billedSeconds == 0)
                #expect(try await site.checkBill().total.money == .zero)
            }
        }
    }

    /// What the market or the command line refuses: named, with its exit code, and nothing bought.
    @Suite struct RefusalTests {
        private func refused(
            _ change: (inout JobText) -> Void, status: Int32, saying words: [String],
            flags: [String] = ["-y", "--no-input"]
        ) async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                var job = JobText("job", "exit 0")
                job.image = Site.simulatedImage
                change(&job)
                let ended = try await site.run(.renter, ["run", try site.write(job)] + flags)
                #expect(ended.status == status, "\(ended)")
                #expect(ended.out == "")
                for word in words { #expect(ended.err.contains(word), "\(ended)") }
                try await nothingBought(site)
            }
        }

        private func nothingBought(_ site: Site) async throws {
            let jobs: ListDTO<JobDTO> = try site.api(.renter).get("/v1/jobs")
            #expect(jobs.data == [])
            let balance: BalanceDTO = try site.api(.renter).get("/v1/balance")
            #expect(balance.available.amount == "5.000000")
            #expect(balance.held.money == .zero)
        }

        @Test func `a job in an image that nobody named is refused`() async throws {
            try await refused(
                { $0.image = "nowhere:7" }, status: 3, saying: ["image_not_found", "nowhere:7"])
        }

        @Test func `a budget above the balance is refused with both amounts`() async throws {
            try await refused(
                { $0.budget = "5.000001 USD" }, status: 7,
                saying: ["balance_too_low", "5.00 USD", "5.000001 USD"])
        }

        @Test func `an unattended run without a budget is refused`() async throws {
            try await refused({ $0.budget = nil }, status: 2, saying: ["budget"])
        }

        @Test func `a run without a budget is refused`() async throws {
            try await refused(
                { $0.budget = nil }, status: 7, saying: ["budget_missing"], flags: ["--no-input"])
        }

        @Test func `a budget of nothing is refused at its place`() async throws {
            try await refused(
                { $0.budget = "0 USD" }, status: 2, saying: ["budget.max_total", "job-1.yaml:9:26"])
        }

        @Test func `a run that would have to ask is refused where nobody can answer`() async throws
        {
            try await refused(
                { _ in }, status: 2, saying: ["confirm_required"], flags: ["--no-input"])
        }

        @Test(arguments: [
            ("version: 1\ntype: batch\n  image: [x\nrun: a\n", "job-1.yaml:3:"),
            ("version: 1\ntype: batch\nimage: x\nrun: a\nbugdet: {}\n", "job-1.yaml:5:1"),
            (
                "version: 1\ntype: batch\nimage: x\nrun: a\nresources: {cpu: many}\n",
                "job-1.yaml:5:18"
            ),
        ])
        func `a spec that is wrong is refused at its line and column`(
            _ spec: String, _ place: String
        ) async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let ended = try await site.run(
                    .renter, ["run", try site.write(spec), "-y", "--no-input"])
                #expect(ended.status == 2, "\(ended)")
                #expect(ended.err.contains(place), "\(ended)")
                try await nothingBought(site)
            }
        }

        @Test func `a wrong key and a key of another role are refused as such`() async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let wrong = ["ORBAN_API_URL": site.url, "ORBAN_TOKEN": "orban_wrong"]
                let ended = try await stage.run(["ps"], with: wrong)
                #expect(ended.status == 4, "\(ended)")
                let provider = try await site.run(.provider, ["ps"])
                #expect(provider.status == 4, "\(provider)")
            }
        }

        @Test func `a market that is not there is said to be unreachable`() async throws {
            try await Stage.run { stage in
                let nobody = "http://127.0.0.1:\(try freePort())"
                let ended = try await stage.run(
                    ["ps"], with: ["ORBAN_API_URL": nobody, "ORBAN_TOKEN": "any"])
                #expect(ended.status == 10, "\(ended)")
                #expect(ended.err.contains(nobody))
            }
        }

        @Test func `a job that fits nowhere waits, says why in numbers, and its stop returns all`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                var job = JobText("job", "exit 0")
                job.image = Site.simulatedImage
                job.memory = "4TB"
                try await site.submit(job)
                let waiting = try await site.show()
                #expect(waiting.state == .waiting)
                #expect(waiting.reason?.code == "no_matching_offers")
                let why = try #require(waiting.reason?.text)
                #expect(why.contains("0") && why.contains("1"), "\(why)")
                #expect(waiting.held.amount == "1.000000")
                try await site.ok(.renter, ["stop", "job", "-y"])
                let stopped = try await site.over()
                #expect(stopped.state == .stopped)
                #expect(stopped.refunded.amount == "1.000000")
                try await site.checkBill()
            }
        }

        @Test func `the same submit twice is one job, and another body under its key is refused`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                var job = JobText("job", "sleep 0.2; exit 0")
                job.image = Site.simulatedImage
                let body = try WireJSON.encode(SubmitRequest(spec: try job.text()))
                let api = site.api(.renter)
                let first = try api.ask("POST", "/v1/jobs", body: body, idempotencyKey: "k")
                let again = try api.ask("POST", "/v1/jobs", body: body, idempotencyKey: "k")
                #expect(first.status == 201)
                #expect(again.status == 201)
                #expect(first.body == again.body)
                #expect(again.headers["idempotent-replayed"] == "true")
                job.script = "exit 1"
                let other = try WireJSON.encode(SubmitRequest(spec: try job.text()))
                let refused = try api.ask(
                    "POST", "/v1/jobs", body: other, idempotencyKey: "k")
                #expect(refused.status == 422)
                #expect(try refused.decoded(ProblemDTO.self).code == "idempotency_key_reused")
                let jobs: ListDTO<JobDTO> = try api.get("/v1/jobs")
                #expect(jobs.data.count == 1)
                try await site.checkBill()
            }
        }
    }
}
