import Domain
import Foundation
import Synchronization
import Wire

/// Sends one lease's output to the market, from the container's log file, until the last line has
/// arrived. Lines are numbered from 0; what the market does not take in time is dropped from the
/// oldest on, and counted.
final class LogShipper: Sendable {
    private struct Waiting {
        var queue: LogQueue
        /// The last line was read.
        var isWhole = false

        init(_ queue: LogQueue) { self.queue = queue }
    }

    private static let lookEvery = Duration.milliseconds(200)
    private static let mostQueuedBytes = 4 << 20

    private let lease: LeaseID
    private let token: String
    private let logPath: String
    private let market: MarketBytes
    private let clock: any Clock<Duration>
    private let abort = Abort()
    private let isEnding = Mutex(false)
    private let waiting = Mutex(Waiting(LogQueue(mostBytes: mostQueuedBytes, .start)))
    private let outcome: AsyncStream<SaveOutcome>
    private let settle: AsyncStream<SaveOutcome>.Continuation

    enum SaveOutcome: Hashable, Sendable { case complete, lost }

    init(
        lease: LeaseID, token: String, logPath: String, market: MarketBytes,
        clock: any Clock<Duration>
    ) {
        self.lease = lease
        self.token = token
        self.logPath = logPath
        self.market = market
        self.clock = clock
        (outcome, settle) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// The container has ended: whether all it wrote arrived. Asked once.
    func finish() async -> SaveOutcome {
        isEnding.withLock { $0 = true }
        for await outcome in outcome { return outcome }
        return .lost
    }

    /// The lease is removed: nothing is sent any more.
    func stop() { abort() }

    /// Works until the last line has arrived, the market refuses the lease, or it is stopped.
    func run() async {
        defer { settle.finish() }
        await abort.guarding {
            do {
                try await self.ship()
                self.settle.yield(.complete)
            } catch {
                self.settle.yield(.lost)
            }
        }
    }

    private func ship() async throws {
        let progress = try await Blocking.run { try self.load() }
        waiting.withLock { $0 = Waiting(LogQueue(mostBytes: Self.mostQueuedBytes, progress)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.read(from: progress.position) }
            group.addTask { try await self.send() }
            try await group.waitForAll()
        }
    }

    private func read(from position: LogTail.Position) async throws {
        var tail = LogTail(path: logPath, from: position)
        while true {
            let isLast = isEnding.withLock { $0 }
            var fresh = try tail.next()
            while !fresh.isEmpty {
                waiting.withLock { $0.queue.append(fresh) }
                fresh = try tail.next()
                await Task.yield()
            }
            if isLast { return waiting.withLock { $0.isWhole = true } }
            try await clock.sleep(for: Self.lookEvery)
        }
    }

    private func send() async throws {
        while true {
            let (batch, progress) = waiting.withLock { waiting in
                let batch = waiting.queue.takeBatch(isWhole: waiting.isWhole)
                return (batch, waiting.queue.progress)
            }
            guard let batch else {
                try await clock.sleep(for: Self.lookEvery)
                continue
            }
            try await market.postLog(batch, of: lease, token: token)
            try await save(progress)
            if batch.end { return }
        }
    }

    private var statePath: String { logPath + ".sent" }

    private func load() throws -> LogProgress {
        guard let bytes = try StateFile.read(statePath) else { return .start }
        return try JSONDecoder().decode(LogProgress.self, from: Data(bytes))
    }

    private func save(_ progress: LogProgress) async throws {
        let path = statePath
        let bytes = Array(try JSONEncoder().encode(progress))
        try await Blocking.run { try StateFile.replace(path, with: bytes) }
    }
}

/// What was sent and accepted, kept in a file beside the log for the next run of the program.
struct LogProgress: Codable, Hashable, Sendable {
    static let start = LogProgress(position: .start, line: 0, dropped: 0)

    var position: LogTail.Position
    /// The number of the next line.
    var line: Int64
    var dropped: Int64
}

/// Lines that wait to be sent, bounded by weight: the oldest are dropped, counted, and get no
/// number.
struct LogQueue {
    /// The most that the lines of one batch weigh.
    private static let mostBatchBytes = 256 << 10

    private let mostBytes: Int
    private var reads: [LogTail.Read] = []
    private var weight = 0
    /// Where it stands once all batches that were taken have arrived.
    private(set) var progress: LogProgress

    /// Goes on after what was sent by then.
    init(mostBytes: Int, _ progress: LogProgress) {
        self.mostBytes = mostBytes
        self.progress = progress
    }

    mutating func append(_ fresh: [LogTail.Read]) {
        reads += fresh
        weight += fresh.reduce(0) { $0 + Self.weight($1) }
        var excess = 0
        var left = weight
        while left > mostBytes, excess < reads.count - 1 {
            left -= Self.weight(reads[excess])
            excess += 1
        }
        remove(excess)
        progress.dropped += Int64(excess)
    }

    /// The next batch; nil while there is nothing to say. Once the log `isWhole`, the last says so.
    mutating func takeBatch(isWhole: Bool) -> LogBatchDTO? {
        var count = 0
        var size = 0
        while count < reads.count {
            let weight = Self.weight(reads[count])
            guard count == 0 || size + weight <= Self.mostBatchBytes else { break }
            size += weight
            count += 1
        }
        let isLast = isWhole && count == reads.count
        guard count > 0 || isLast else { return nil }
        let batch = LogBatchDTO(
            from: progress.line, dropped: progress.dropped, lines: reads[..<count].map(\.line),
            end: isLast)
        remove(count)
        progress.line += Int64(count)
        return batch
    }

    private mutating func remove(_ count: Int) {
        guard count > 0 else { return }
        weight -= reads[..<count].reduce(0) { $0 + Self.weight($1) }
        progress.position = reads[count - 1].next
        reads.removeFirst(count)
    }

    /// A bound for what a line weighs as JSON.
    private static func weight(_ read: LogTail.Read) -> Int { read.line.text.utf8.count + 64 }
}
