/// One line of a task's output.
package struct LogLineDTO: Codable, Hashable, Sendable {
    package let stream: LogStream
    package let at: TimeDTO
    package let text: String

    package init(stream: LogStream, at: TimeDTO, text: String) {
        self.stream = stream
        self.at = at
        self.text = text
    }
}

/// Lines `from`, `from + 1`, … of one attempt; the same batch sent twice is one batch.
package struct LogBatchDTO: Codable, Hashable, Sendable {
    package let from: Int64
    /// Lines lost to bounds so far; shown, never hidden.
    package let dropped: Int64
    package let lines: [LogLineDTO]
    /// True: no line follows.
    package let end: Bool

    package init(from: Int64, dropped: Int64, lines: [LogLineDTO], end: Bool) {
        self.from = from
        self.dropped = dropped
        self.lines = lines
        self.end = end
    }
}
