package import Domain
import Foundation
import Glibc
package import Wire

/// What leases and nodes used, second by second: evidence for people, never price and no truth of
/// the market. One file of bounded size for each lease (`SeriesLayout`), all together bounded too:
/// where they would grow beyond, the series that ended first goes first.
package actor SeriesStore {
    package enum Key: Hashable, Sendable {
        case lease(JobID, LeaseID)
        case node(NodeID)
    }

    package static let standardBytes: Int64 = 4 << 30
    /// Files at most, whatever their size.
    private static let mostFiles = 200_000
    /// Days without a sample after which nothing in a series is asked for any more.
    private static let keptDays: Int64 = 30

    private struct Entry {
        var bytes: Int64
        var touched: Timestamp
    }

    private let folder: String
    private let mostBytes: Int64
    private var entries: [Key: Entry] = [:]
    private var leasesOfJob: [JobID: Set<LeaseID>] = [:]
    /// What all files take on disk, at most.
    package private(set) var bytes: Int64 = 0
    private var samplesTaken: Int64 = 0
    private var seriesRemoved: Int64 = 0
    private var lastArrival: Int64 = 0

    /// - Parameter mostBytes: of all series together.
    package init(folder: String, mostBytes: Int64 = standardBytes) throws {
        self.folder = folder
        self.mostBytes = mostBytes
        for part in ["", "/jobs", "/nodes"] {
            try FileManager.default.createDirectory(
                atPath: folder + part, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        for (key, entry) in try Self.found(in: folder) {
            entries[key] = entry
            bytes += entry.bytes
            if case .lease(let job, let lease) = key {
                leasesOfJob[job, default: []].insert(lease)
            }
        }
    }

    /// What is there; a file that cannot be read is none, and goes.
    private static func found(in folder: String) throws -> [(Key, Entry)] {
        let files = FileManager.default
        var found: [(Key, Entry)] = []
        func note(_ key: Key, _ path: String) {
            do {
                let file = try SeriesFile(reading: path, minutes: minutes(key))
                let touched = Timestamp(milliseconds: max(0, file.state.newest) * 1000)
                found.append((key, Entry(bytes: file.takenBytes, touched: touched)))
            } catch {
                unlink(path)
            }
        }
        for name in try files.contentsOfDirectory(atPath: folder + "/nodes") {
            if let node = NodeID(name) { note(.node(node), folder + "/nodes/" + name) }
        }
        for name in try files.contentsOfDirectory(atPath: folder + "/jobs") {
            guard let job = JobID(name) else { continue }
            for file in try files.contentsOfDirectory(atPath: folder + "/jobs/" + name) {
                guard let lease = LeaseID(file) else { continue }
                note(.lease(job, lease), folder + "/jobs/\(name)/" + file)
            }
        }
        return found
    }

    private func path(_ key: Key) -> String {
        switch key {
        case .lease(let job, let lease): "\(folder)/jobs/\(job)/\(lease)"
        case .node(let node): "\(folder)/nodes/\(node)"
        }
    }

    private static func minutes(_ key: Key) -> Int {
        switch key {
        case .lease: SeriesLayout.days30
        case .node: 0
        }
    }

    var figures: SeriesFigures {
        SeriesFigures(bytes: bytes, samplesTaken: samplesTaken, removed: seriesRemoved)
    }

    // MARK: Taking

    /// Takes what is new of a batch.
    ///
    /// - Parameter devices: of the series, in its order; others of the batch are passed over.
    /// - Throws: `WireError.parameterInvalid`; `.unavailable` when the disk takes nothing.
    package func append(
        _ batch: SampleBatchDTO, to key: Key, devices: [DeviceID], at now: Timestamp
    ) throws {
        try batch.check()
        let places = devices.map { batch.devices.firstIndex(of: $0) }
        let file = try writing(key, of: devices, batch, at: now)
        lastArrival = max(lastArrival + 1, now.milliseconds, file.state.lastArrival + 1)
        samplesTaken += Int64(
            try file.append(batch, places: places, at: now, arrival: lastArrival))
        note(key, bytes: file.takenBytes, at: now)
        if bytes > mostBytes || entries.count > Self.mostFiles { makeRoom(keeping: key) }
    }

    private func writing(
        _ key: Key, of devices: [DeviceID], _ batch: SampleBatchDTO, at now: Timestamp
    ) throws -> SeriesFile {
        let minutes = Self.minutes(key)
        if entries[key] != nil {
            do {
                let file = try SeriesFile(reading: path(key), minutes: minutes)
                if file.devices == SeriesFile.mark(of: devices),
                    file.layout.devices == devices.count
                {
                    return file
                }
            } catch let error where error is SeriesFile.Unreadable || error is WireError {
                // Torn at its beginning, or of other devices: it begins again.
            }
        }
        if case .lease(let job, _) = key {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/jobs/\(job)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        let age = batch.sentSecond - (batch.samples.first?.second ?? batch.sentSecond)
        return try SeriesFile(
            beginning: path(key), of: devices, minutes: minutes,
            at: max(0, now.milliseconds / 1000 - age))
    }

    private func note(_ key: Key, bytes count: Int64, at now: Timestamp) {
        bytes += count - (entries[key]?.bytes ?? 0)
        entries[key] = Entry(bytes: count, touched: now)
        if case .lease(let job, let lease) = key { leasesOfJob[job, default: []].insert(lease) }
    }

    // MARK: Removing

    /// Removes what nobody asks for any more.
    package func removeOld(at now: Timestamp) {
        let limit = now.advanced(seconds: -Self.keptDays * 86_400)
        for (key, entry) in entries where entry.touched < limit { remove(key) }
    }

    /// A tenth at once, so that this is seldom.
    private func makeRoom(keeping kept: Key) {
        let oldest = entries.sorted {
            ($0.value.touched, path($0.key)) < ($1.value.touched, path($1.key))
        }
        for (key, _) in oldest where key != kept {
            guard bytes > mostBytes / 10 * 9 || entries.count > Self.mostFiles / 10 * 9 else {
                return
            }
            remove(key)
        }
    }

    private func remove(_ key: Key) {
        unlink(path(key))
        bytes -= entries[key]?.bytes ?? 0
        entries[key] = nil
        seriesRemoved += 1
        guard case .lease(let job, let lease) = key else { return }
        leasesOfJob[job]?.remove(lease)
        if leasesOfJob[job]?.isEmpty == true {
            leasesOfJob[job] = nil
            rmdir("\(folder)/jobs/\(job)")
        }
    }

    // MARK: Giving

    /// The leases of a job that have a series, by id.
    package func leases(of job: JobID) -> [LeaseID] { (leasesOfJob[job] ?? []).sorted() }

    /// What `step` seconds each were like, from seconds where it is less than a minute and from
    /// minutes otherwise; empty where there is nothing.
    func excerpt(of key: Key, in seconds: Range<Int64>, step: Int64) -> SeriesExcerpt {
        guard let file = file(key) else { return .nothing }
        let points =
            step < 60
            ? SeriesPoints.points(of: file.recent(in: seconds), step: step)
            : SeriesPoints.points(
                of: file.minutes(in: seconds.lowerBound / 60..<(seconds.upperBound + 59) / 60),
                step: step)
        return SeriesExcerpt(
            points: points, newest: file.state.newest, dropped: file.state.dropped)
    }

    private func file(_ key: Key) -> SeriesFile? {
        guard entries[key] != nil else { return nil }
        // What cannot be read is nothing: it is no truth, and its next batch begins it again.
        return try? SeriesFile(reading: path(key), minutes: Self.minutes(key))
    }

    /// What came after `position`, batch by batch in the order in which they came: at least one
    /// batch where there is any, then no more than `limit` samples. It ends before the first of a
    /// lease that the caller does not know yet.
    func news(
        of job: JobID, wanted leases: [LeaseID: Bool], after position: Int64, limit: Int
    ) -> (batches: [SeriesNews], next: Int64) {
        var batches: [SeriesNews] = []
        var end = Int64.max
        for lease in self.leases(of: job) where leases[lease] != false {
            guard let file = file(.lease(job, lease)), file.state.lastArrival > position else {
                continue
            }
            let rows = file.recent(in: 0..<Int64.max).filter { $0.arrival > position }
            guard leases[lease] == true else {
                end = min(end, rows.map(\.arrival).min() ?? .max)
                continue
            }
            for (arrival, rows) in Dictionary(grouping: rows, by: \.arrival) {
                batches.append(SeriesNews(lease: lease, arrival: arrival, rows: rows))
            }
        }
        batches = batches.filter { $0.arrival < end }.sorted { $0.arrival < $1.arrival }
        var count = 0
        let taken = batches.prefix { batch in
            defer { count += batch.rows.count }
            return count == 0 || count + batch.rows.count <= limit
        }
        return (Array(taken), taken.last?.arrival ?? position)
    }
}

/// What all series take, and what became of samples in this run of the program.
struct SeriesFigures: Hashable, Sendable {
    let bytes: Int64
    let samplesTaken: Int64
    let removed: Int64
}

/// A part of a series, as it is shown.
struct SeriesExcerpt: Sendable {
    static let nothing = SeriesExcerpt(points: [], newest: SeriesState.none, dropped: 0)

    let points: [SeriesPoint]
    /// UTC second of the newest row of the whole series.
    let newest: Int64
    let dropped: Int64
}

/// What one batch brought of a lease.
struct SeriesNews: Sendable {
    let lease: LeaseID
    let arrival: Int64
    /// By second.
    let rows: [SeriesRow]
}
