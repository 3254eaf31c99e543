import Domain
import Wire

extension LeafCommand {
    /// `orban cp job[/task]:/path folder`: brings a kept output here.
    static let jobCopy = LeafCommand(
        "job cp", shortcut: "cp", .helpCopy,
        operands: [Operand("job:/path", .operandJobPath), Operand("folder", .operandFolder)]
    ) { session in
        let (source, folder) = (session.arguments.operands[0], session.arguments.operands[1])
        guard let colon = source.firstIndex(of: ":") else {
            throw UsageFault.jobPathNeeded(source)
        }
        let target = try JobTarget(String(source[..<colon]))
        let path = String(source[source.index(after: colon)...])
        guard path.hasPrefix("/") else { throw UsageFault.jobPathNeeded(source) }
        try await session.withMarket([.renter, .operator]) { market in
            let job: JobDTO = try await market.get("/v1/jobs/\(target.job.pathSegment)")
            let download = OutputDownload(session: session, market: market)
            let kept = try await download.list(job).filter {
                $0.path == path && (target.task == nil || $0.task == target.task)
            }
            guard !kept.isEmpty else { throw WireError.notFound(source) }
            try await download.fetch(
                kept, of: job, into: session.surroundings.absolute(folder))
        }
        return ExitCode.done.rawValue
    }
}
