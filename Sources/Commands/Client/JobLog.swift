import Domain
import Wire

/// A line of a job's output as the market sends it.
struct LogLine: Hashable, Sendable {
    let task: Int
    let attempt: Int64
    let stream: LogStream
    let at: TimeDTO
    /// As the program wrote it, with its line feed.
    let bytes: [UInt8]
}

/// Reads a job's log from its beginning to its end.
struct JobLogReader {
    private struct Event: Codable {
        let task: Int
        let attempt: Int64
        let stream: LogStream
        let at: TimeDTO
        let text: Base64Bytes
    }

    let client: MarketClient
    let job: String
    let task: Int?
    let mode: JobStream.Mode

    /// Hands every line to `take`, in order, each once.
    ///
    /// - Returns: the end; nil when what there is so far was read of a job that goes on.
    func read(
        _ take: (LogLine) throws -> Void, interrupted: () -> Void
    ) async throws -> JobEndDTO? {
        let stream = JobStream(
            client: client, path: "/v1/jobs/\(job.pathSegment)/logs",
            query: task.map { "&task=\($0)" } ?? "", mode: mode)
        return try await stream.read(
            { event in
                guard event.name == "line" else { return }
                let line = try WireJSON.decode(Event.self, from: event.data.utf8)
                try take(
                    LogLine(
                        task: line.task, attempt: line.attempt, stream: line.stream, at: line.at,
                        bytes: line.text.bytes))
            }, interrupted: interrupted)
    }
}
