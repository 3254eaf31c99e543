import Domain
import Foundation
import Wire

/// In which order the lines of a job's leases arrived: what makes one log out of many files.
///
/// On disk a text file of runs, `<lease> <lines>` each; a run is that many lines of that lease,
/// after those of its earlier runs.
struct LogOrder: Sendable {
    struct Run: Hashable, Sendable {
        let lease: LeaseID
        /// The number of its first line in the lease's own log.
        let first: Int64
        /// The number of its first line in the job's log.
        let start: Int64
        var count: Int64

        var end: Int64 { start + count }
    }

    private let path: String
    private var counts: [LeaseID: Int64] = [:]
    private(set) var leases: [LeaseID] = []
    private(set) var runs: [Run] = []
    /// Whether every line that any lease has was looked for.
    var isComplete = false

    /// Reads the file, if there is one; from the first line that is none on, such as one torn by a
    /// crash or a full disk, it is cut off: the lines themselves are kept, and get a place again.
    init(path: String) throws {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else { return }
        var good = data.startIndex
        while let end = data[good...].firstIndex(of: UInt8(ascii: "\n")) {
            let words = String(decoding: data[good..<end], as: UTF8.self).split(separator: " ")
            guard words.count == 2, let lease = LeaseID(String(words[0])),
                let count = Int64(words[1]), count > 0
            else { break }
            note(count, of: lease)
            good = end + 1
        }
        if good < data.endIndex { try data[..<good].write(to: URL(fileURLWithPath: path)) }
    }

    var total: Int64 { runs.last?.end ?? 0 }

    /// Takes the lines of a lease up to number `count` into the order, on disk too.
    mutating func extend(_ lease: LeaseID, to count: Int64) throws {
        let new = count - (counts[lease] ?? 0)
        guard new > 0 else { return }
        if !FileManager.default.fileExists(atPath: path) {
            let made = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            guard made else { throw WireError.unavailable }
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else { throw WireError.unavailable }
        defer { try? handle.close() }
        let length = try handle.seekToEnd()
        do {
            try handle.write(contentsOf: Data("\(lease) \(new)\n".utf8))
        } catch {
            try handle.truncate(atOffset: length)
            throw error
        }
        note(new, of: lease)
    }

    private mutating func note(_ count: Int64, of lease: LeaseID) {
        if counts[lease] == nil { leases.append(lease) }
        let first = counts[lease] ?? 0
        counts[lease] = first + count
        if let last = runs.indices.last, runs[last].lease == lease {
            runs[last].count += count
        } else {
            runs.append(Run(lease: lease, first: first, start: total, count: count))
        }
    }

    /// The runs that hold line `position` and what follows it.
    func runs(from position: Int64) -> ArraySlice<Run> {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end <= position { low = middle + 1 } else { high = middle }
        }
        return runs[low...]
    }
}
