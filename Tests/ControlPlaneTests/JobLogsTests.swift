import ControlPlane
import Domain
import Foundation
import Testing
import Transparency
import Wire

@Suite struct JobLogsTests {
    private static let job = JobID("job_1")!
    private static let leases = (1...3).map { LeaseID("lse_\($0)")! }

    private let folder =
        FileManager.default.temporaryDirectory.path + "/orban-logs-"
        + Hex.encode(RandomBytes.make(8))

    private static func batch(_ texts: [String], from: Int64) -> LogBatchDTO {
        LogBatchDTO(
            from: from, dropped: 0,
            lines: texts.map {
                LogLineDTO(stream: .out, at: TimeDTO(Timestamp(milliseconds: 0)), text: $0)
            }, end: false)
    }

    /// Three leases that write in turn: `a0 a1`, `b0`, `a2`, `c0 c1 c2`, `b1`.
    private func write(to logs: JobLogs) async throws {
        let turns: [(Int, [String], Int64)] = [
            (0, ["a0", "a1"], 0), (1, ["b0"], 0), (0, ["a2"], 2), (2, ["c0", "c1", "c2"], 0),
            (1, ["b1"], 1),
        ]
        for (lease, texts, from) in turns {
            try await logs.append(
                Self.batch(texts, from: from), to: Self.leases[lease], of: Self.job)
        }
    }

    private static let arrival = ["a0", "a1", "b0", "a2", "c0", "c1", "c2", "b1"]

    private static func all(
        _ logs: JobLogs, from start: Int64 = 0, of leases: [LeaseID] = leases, limit: Int = 2
    ) async throws -> [JobLogs.Page.Line] {
        var lines: [JobLogs.Page.Line] = []
        var position = start
        while true {
            let wanted = Self.leases.map { ($0, leases.contains($0)) }
            let page = try await logs.page(
                of: job, wanted: Dictionary(uniqueKeysWithValues: wanted), from: position,
                limit: limit)
            if page.next == position { return lines }
            position = page.next
            lines += page.lines
        }
    }

    @Test func `a job's log is its lines as they arrived, and a position is one number`()
        async throws
    {
        let logs = try JobLogs(folder: folder)
        try await write(to: logs)
        for limit in [1, 2, 3, 500] {
            let lines = try await Self.all(logs, limit: limit)
            #expect(lines.map(\.line.text) == Self.arrival)
            #expect(lines.map(\.position) == Array(1...8))
        }
        for start in 0...8 {
            let rest = try await Self.all(logs, from: Int64(start))
            #expect(rest.map(\.line.text) == Array(Self.arrival[start...]))
        }
        #expect(try await Self.all(logs, from: 1000).isEmpty)
    }

    @Test func `one task's lines keep their positions in the whole`() async throws {
        let logs = try JobLogs(folder: folder)
        try await write(to: logs)
        let lines = try await Self.all(logs, of: [Self.leases[1]])
        #expect(lines.map(\.line.text) == ["b0", "b1"])
        #expect(lines.map(\.position) == [3, 8])
    }

    @Test func `a lease that the reader does not know yet is not passed over`() async throws {
        let logs = try JobLogs(folder: folder)
        try await write(to: logs)
        let known = [Self.leases[0]: true]
        let page = try await logs.page(of: Self.job, wanted: known, from: 0, limit: 500)
        #expect(page.lines.map(\.line.text) == ["a0", "a1"])
        #expect(page.next == 2)
    }

    @Test func `the order is the same after a start, and a repeated batch adds nothing`()
        async throws
    {
        try await write(to: try JobLogs(folder: folder))
        let logs = try JobLogs(folder: folder)
        try await logs.append(
            Self.batch(["a0", "a1", "a2"], from: 0), to: Self.leases[0], of: Self.job)
        #expect(try await Self.all(logs).map(\.line.text) == Self.arrival)
    }

    @Test func `lines that a crash cut off from their order get it when they come again`()
        async throws
    {
        try await write(to: try JobLogs(folder: folder))
        let path = folder + "/" + Self.job.text
        let order = try #require(FileManager.default.contents(atPath: path))
        // The last run is torn in the middle of its line.
        try order.dropLast(4).write(to: URL(fileURLWithPath: path))
        let logs = try JobLogs(folder: folder)
        #expect(try await Self.all(logs).map(\.line.text) == Array(Self.arrival.dropLast()))
        try await logs.append(Self.batch(["b1"], from: 1), to: Self.leases[1], of: Self.job)
        #expect(try await Self.all(logs).map(\.line.text) == Self.arrival)
    }

    @Test func `from a line of the order that is none on, places are given anew`() async throws {
        try await write(to: try JobLogs(folder: folder))
        let path = folder + "/" + Self.job.text
        let text = String(
            decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
        var lines = text.split(separator: "\n").map(String.init)
        lines[1] = "lse_2lse_1 1"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        let logs = try JobLogs(folder: folder)
        try await logs.complete(Self.job, with: Self.leases)
        #expect(
            try await Self.all(logs).map(\.line.text)
                == ["a0", "a1", "a2", "b0", "b1", "c0", "c1", "c2"])
    }

    @Test func `logs of before there was an order are read lease by lease`() async throws {
        try await write(to: try JobLogs(folder: folder))
        try FileManager.default.removeItem(atPath: folder + "/" + Self.job.text)
        let logs = try JobLogs(folder: folder)
        #expect(try await !logs.isComplete(Self.job))
        try await logs.complete(Self.job, with: Self.leases)
        #expect(
            try await Self.all(logs).map(\.line.text)
                == ["a0", "a1", "a2", "b0", "b1", "c0", "c1", "c2"])
        #expect(try await logs.isComplete(Self.job))
    }

    @Test func `a position stays short with ten thousand tasks`() async throws {
        let logs = try JobLogs(folder: folder)
        let many = (1...10_000).map { LeaseID("lse_L\($0)")! }
        for lease in many {
            try await logs.append(Self.batch(["x"], from: 0), to: lease, of: Self.job)
        }
        let wanted = Dictionary(uniqueKeysWithValues: many.map { ($0, true) })
        let page = try await logs.page(of: Self.job, wanted: wanted, from: 9990, limit: 500)
        #expect(page.lines.map(\.position) == Array(9991...10_000))
        #expect(page.lines.last?.lease == many.last)
    }
}
