import Domain
import Wire

extension LeafCommand {
    /// `orban wait`: ends when every job is over, with the code of the first that did not succeed.
    static let jobWait = LeafCommand(
        "job wait", shortcut: "wait", .helpWait, operands: [Operand("job", .many, .operandJob)],
        options: [Option.timeout.form]
    ) { session in
        let deadline = try session.arguments.value(Option.timeout)
        let start = ContinuousClock.now
        let jobs = try await session.withMarket([.renter, .operator]) { market in
            var over: [JobDTO] = []
            for name in session.arguments.operands {
                over.append(
                    try await market.waited(for: name) {
                        guard let deadline else { return }
                        guard ContinuousClock.now - start < .seconds(deadline) else {
                            throw WireError.timeout(seconds: deadline)
                        }
                    })
            }
            return over
        }
        try session.show(jobs) {
            jobs.map { "\($0.name)  \(JobTable.state($0.state, session.language))" }
        }
        return Int32(clamping: jobs.lazy.compactMap(\.exitCode).first { $0 != 0 } ?? 0)
    }
}

extension MarketClient {
    /// Asks until the job is over; `check` may end the waiting by throwing.
    func waited(for name: String, check: () throws -> Void) async throws -> JobDTO {
        var wait: Int64 = 100
        while true {
            let job: JobDTO = try await get("/v1/jobs/\(name.pathSegment)")
            if job.state.isOver { return job }
            try check()
            try await pause(milliseconds: wait)
            wait = min(wait * 2, 1000)
        }
    }
}
