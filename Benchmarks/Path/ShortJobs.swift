import Domain
import Foundation
import Staging
import Wire

/// 50 jobs of one to three seconds, submitted at once, over three nodes: each ends with its own
/// code, and is charged exactly what its seconds cost.
struct ShortJobs: Figure {
    struct Bill: Encodable {
        let job: String
        /// By the job's own clock, from its first instruction to its last.
        let ownSeconds: Double
        let billedSeconds: Int64
        let microPerHour: Int64
        let chargedMicro: Int64
        let exitCode: Int?
    }

    let measure = "burst"
    let jobs = 50
    let nodes = 3
    var seconds = 0.0
    var lost = 0
    var billsWrong = 0
    var ledgerBalances = false
    var bills: [Bill] = []

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = ShortJobs()
            let site = try await Site.serving(stage)
            for name in ["alpha", "beta", "gamma"] {
                _ = try await JoinedNode(name, at: site)
            }
            let jobs = figure.jobs
            let took = try await timing {
                try await submit(jobs, at: site)
                for index in 1...jobs {
                    try await site.over("job-\(index)", within: .seconds(120))
                }
            }
            figure.seconds = rounded(took.seconds)
            for index in 1...jobs { try await figure.check(index, at: site) }
            figure.ledgerBalances =
                try await site.run(.operator, ["audit", "ledger"]).status == 0
            return figure
        }
    }

    private static func submit(_ jobs: Int, at site: Site) async throws {
        let api = site.api(.renter)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...jobs {
                var job = JobText("job-\(index)", script(index))
                job.cpu = "0.06"
                job.memory = "64MB"
                job.budget = "0.05 USD"
                let body = try WireJSON.encode(SubmitRequest(spec: try job.text()))
                group.addTask {
                    let answer = try api.ask(
                        "POST", "/v1/jobs", body: body, idempotencyKey: "burst-\(index)")
                    guard answer.status == 201 else {
                        throw Stage.Unexpected(
                            description: String(decoding: answer.body, as: UTF8.self))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func script(_ index: Int) -> String {
        "date +%s%N; sleep \(1 + index % 3); date +%s%N; exit \(index % 4)"
    }

    private mutating func check(_ index: Int, at site: Site) async throws {
        let name = "job-\(index)"
        let job: JobDTO = try site.api(.renter).get("/v1/jobs/\(name)")
        let line = try await site.invoice(name).lines.first
        let times = try await site.output(name).split(whereSeparator: \.isNewline)
            .compactMap { Int64($0) }
        guard job.exitCode == index % 4, times.count == 2, let line else {
            lost += 1
            return
        }
        let bill = Bill(
            job: name, ownSeconds: rounded(Double(times[1] - times[0]) / 1e9),
            billedSeconds: job.billedSeconds, microPerHour: line.microPerHour,
            chargedMicro: job.charged.money.micro, exitCode: job.exitCode)
        bills.append(bill)
        if !bill.isExact || job.held.money != .zero { billsWrong += 1 }
        let sum = job.charged.money.micro + job.refunded.money.micro
        if sum != job.budget.money.micro { billsWrong += 1 }
    }
}

extension ShortJobs.Bill {
    /// `ceil(seconds × rate / 3600)` micro-units, and no second more than the container can have
    /// run: its own words plus what starting and ending them takes.
    var isExact: Bool {
        let product = billedSeconds * microPerHour
        let charge = product / 3600 + (product % 3600 == 0 ? 0 : 1)
        return chargedMicro == charge && Double(billedSeconds) >= ownSeconds.rounded(.down)
            && Double(billedSeconds) <= ownSeconds + 1
    }
}
