package import Domain
import Foundation
package import Wire

/// The lines that containers wrote, one file per lease, numbered from 0; and per job the order in
/// which they arrived.
///
/// Logs are evidence for the renter, not money: they are appended without waiting for the disk.
package actor JobLogs {
    /// Bytes kept of one lease's output; later lines are counted as dropped.
    package static let limitBytes: Int64 = 256 << 20

    /// Where lines begin: every 256th line's offset, so a reader seeks instead of scanning.
    private struct Index {
        static let stride: Int64 = 256
        var marks: [UInt64] = []
        var lines: Int64 = 0
        var bytes: UInt64 = 0

        mutating func add(line length: Int) {
            if lines.isMultiple(of: Self.stride) { marks.append(bytes) }
            lines += 1
            bytes += UInt64(length) + 1
        }
    }

    private static let newline = UInt8(ascii: "\n")
    /// Files indexed at once; the least recently used is forgotten.
    private static let mostIndexed = 1000
    private static let readBytes = 1 << 20

    private let folder: String
    private var indexes: [LeaseID: Index] = [:]
    private var recent: [LeaseID] = []
    private var droppedLines: [LeaseID: Int64] = [:]
    /// Jobs whose order is in memory at once; the least recently opened is forgotten.
    private static let mostOrders = 64
    private var orders: [JobID: LogOrder] = [:]
    private var recentOrders: [JobID] = []

    package init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// Takes a batch; lines already known are skipped, so a repeated batch is one batch.
    ///
    /// - Throws: `WireError.parameterInvalid` when the batch leaves a gap.
    package func append(_ batch: LogBatchDTO, to lease: LeaseID, of job: JobID) throws {
        try write(batch, to: lease)
        // Also lines of a batch that a crash cut off from its order: the node sends it again.
        try order(job, including: lease)
    }

    private func write(_ batch: LogBatchDTO, to lease: LeaseID) throws {
        var index = try self.index(of: lease)
        guard batch.from >= 0, batch.from <= index.lines else {
            throw WireError.parameterInvalid(name: "from")
        }
        var text: [UInt8] = []
        for line in batch.lines.dropFirst(Int(index.lines - batch.from)) {
            let encoded = try WireJSON.encode(line)
            guard index.bytes + UInt64(encoded.count) < Self.limitBytes else {
                droppedLines[lease, default: 0] += 1
                continue
            }
            text += encoded
            text.append(Self.newline)
            index.add(line: encoded.count)
        }
        droppedLines[lease] = max(droppedLines[lease] ?? 0, batch.dropped)
        guard !text.isEmpty else { return }
        guard let handle = FileHandle(forUpdatingAtPath: path(lease)) else {
            throw WireError.unavailable
        }
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text))
        indexes[lease] = index
    }

    /// Lines that were lost to bounds, here or on the node, in this run of the program.
    package func dropped(_ lease: LeaseID) -> Int64 { droppedLines[lease] ?? 0 }

    /// Up to `limit` lines from number `first` on.
    package func lines(of lease: LeaseID, from first: Int64, limit: Int) throws -> [LogLineDTO] {
        guard FileManager.default.fileExists(atPath: path(lease)) else { return [] }
        let index = try self.index(of: lease)
        guard first >= 0, first < index.lines, limit > 0 else { return [] }
        guard let handle = FileHandle(forReadingAtPath: path(lease)) else {
            throw WireError.unavailable
        }
        defer { try? handle.close() }
        let mark = Int(first / Index.stride)
        try handle.seek(toOffset: index.marks[mark])
        var number = Int64(mark) * Index.stride
        var lines: [LogLineDTO] = []
        var rest = Data()
        while lines.count < limit, let data = try handle.read(upToCount: Self.readBytes),
            !data.isEmpty
        {
            rest.append(data)
            while lines.count < limit, let end = rest.firstIndex(of: Self.newline) {
                if number >= first {
                    lines.append(try WireJSON.decode(LogLineDTO.self, from: rest[..<end]))
                }
                number += 1
                rest = rest[(end + 1)...]
            }
            rest = Data(rest)
        }
        return lines
    }

    /// The file's index; a torn last line after a crash is cut off, for the node sends it again.
    private func index(of lease: LeaseID) throws -> Index {
        if let index = indexes[lease] { return index }
        let path = path(lease)
        if !FileManager.default.fileExists(atPath: path) {
            let made = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            guard made else { throw WireError.unavailable }
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else { throw WireError.unavailable }
        defer { try? handle.close() }
        var index = Index()
        var length = 0
        while let data = try handle.read(upToCount: Self.readBytes), !data.isEmpty {
            for byte in data {
                if byte == Self.newline {
                    index.add(line: length)
                    length = 0
                } else {
                    length += 1
                }
            }
        }
        if length > 0 { try handle.truncate(atOffset: index.bytes) }
        remember(lease, index)
        return index
    }

    private func remember(_ lease: LeaseID, _ index: Index) {
        indexes[lease] = index
        recent.append(lease)
        if recent.count > Self.mostIndexed { indexes[recent.removeFirst()] = nil }
    }

    // MARK: Of a job

    package struct Page: Sendable {
        package struct Line: Sendable {
            package let lease: LeaseID
            package let line: LogLineDTO
            /// Where a reader who has seen this line goes on.
            package let position: Int64
        }

        package var lines: [Line] = []
        package var next: Int64
    }

    /// Up to `limit` lines of a job from `position` on, those of leases that are wanted. It ends
    /// before the first line of a lease that the caller does not know: it came after they asked
    /// for the leases, and is not theirs to pass over.
    package func page(
        of job: JobID, wanted leases: [LeaseID: Bool], from position: Int64, limit: Int
    ) throws -> Page {
        let order = try order(of: job)
        var page = Page(next: position)
        for run in order.runs(from: position) {
            guard page.lines.count < limit else { break }
            let skipped = max(page.next - run.start, 0)
            guard let isWanted = leases[run.lease] else { break }
            guard isWanted else {
                page.next = run.end
                continue
            }
            let wanted = min(Int64(limit - page.lines.count), run.count - skipped)
            var place = run.start + skipped
            for line in try lines(of: run.lease, from: run.first + skipped, limit: Int(wanted)) {
                place += 1
                page.lines.append(.init(lease: run.lease, line: line, position: place))
            }
            // Lines that the disk lost are passed over, not waited for.
            page.next = run.start + skipped + wanted
        }
        return page
    }

    /// The leases of a job that wrote something.
    package func leases(of job: JobID) throws -> [LeaseID] { try order(of: job).leases }

    package func isComplete(_ job: JobID) throws -> Bool { try order(of: job).isComplete }

    /// Gives lines of these leases that have no place in the job's order yet one, lease by lease.
    package func complete(_ job: JobID, with leases: [LeaseID]) throws {
        for lease in leases where FileManager.default.fileExists(atPath: path(lease)) {
            try order(job, including: lease)
        }
        orders[job]?.isComplete = true
    }

    private func order(_ job: JobID, including lease: LeaseID) throws {
        _ = try order(of: job)
        try orders[job]?.extend(lease, to: try index(of: lease).lines)
    }

    private func order(of job: JobID) throws -> LogOrder {
        if let order = orders[job] { return order }
        let order = try LogOrder(path: folder + "/" + job.text)
        orders[job] = order
        recentOrders.append(job)
        if recentOrders.count > Self.mostOrders { orders[recentOrders.removeFirst()] = nil }
        return order
    }

    private func path(_ lease: LeaseID) -> String { folder + "/" + lease.text }
}
