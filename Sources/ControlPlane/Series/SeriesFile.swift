import Domain
import Glibc
import Wire

/// What a series knows beside its rows.
struct SeriesState: Hashable, Sendable {
    static let none: Int64 = -1

    var generation: Int64 = 0
    /// UTC second of the newest row.
    var newest = none
    /// The node's number of the last sample that was looked at.
    var lastNumber = none
    /// UTC milliseconds of the node's second 0.
    var anchor = none
    var boot: Int64 = 0
    var dropped: Int64 = 0
    var lastArrival: Int64 = 0

    var bytes: [UInt8] {
        var packed = PackedBytes()
        for value in [generation, newest, lastNumber, anchor, boot, dropped, lastArrival] {
            packed.add(value, width: 8)
        }
        return packed.checked
    }

    init() {}

    init?(_ bytes: ArraySlice<UInt8>) {
        guard var packed = PackedReader(checked: bytes) else { return nil }
        generation = packed.number(width: 8)
        newest = packed.number(width: 8)
        lastNumber = packed.number(width: 8)
        anchor = packed.number(width: 8)
        boot = packed.number(width: 8)
        dropped = packed.number(width: 8)
        lastArrival = packed.number(width: 8)
    }
}

/// One series on disk, open for one call. Its bytes go to the system without waiting for the disk:
/// what a crash of the machine takes are the last seconds, and what it tears is passed over.
final class SeriesFile {
    /// A file that is not of this layout, or whose beginning was never written whole.
    struct Unreadable: Error {}

    private static let magic: Int64 = 0x3153_4E41_4252_4F  // "ORBANS1"
    private static let headBytes = 32
    static let stateBytes = 60

    let layout: SeriesLayout
    /// Of which devices it is, in their order.
    let devices: Int64
    /// The second at which both rings begin.
    private let first: Int64
    private let descriptor: Int32
    private(set) var state = SeriesState()

    /// Opens one that is there.
    ///
    /// - Throws: `Unreadable`; `WireError.notFound` when there is none.
    init(reading path: String, minutes: Int) throws {
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw WireError.notFound("series") }
        let head = Self.read(descriptor, count: Int(SeriesLayout.secondsOffset), at: 0)
        guard head.count == Int(SeriesLayout.secondsOffset),
            var packed = PackedReader(checked: head[..<Self.headBytes]),
            packed.number(width: 8) == Self.magic
        else {
            close(descriptor)
            throw Unreadable()
        }
        first = packed.number(width: 8)
        let count = Int(packed.number(width: 4))
        devices = packed.number(width: 4)
        layout = SeriesLayout(devices: count, minutes: minutes)
        // All of it is set: leaving closes the file.
        guard packed.number(width: 4) == Int64(minutes), count <= SampleBatchDTO.mostDevices
        else { throw Unreadable() }
        let places = SeriesLayout.statePlaces.map { Int($0) }
        state =
            places.compactMap { SeriesState(head[$0..<($0 + Self.stateBytes)]) }
            .max { $0.generation < $1.generation } ?? SeriesState()
    }

    /// Begins one at `second`, in place of what may be there.
    init(beginning path: String, of devices: [DeviceID], minutes: Int, at second: Int64) throws {
        layout = SeriesLayout(devices: devices.count, minutes: minutes)
        self.devices = Self.mark(of: devices)
        first = second
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw WireError.unavailable }
        var packed = PackedBytes()
        packed.add(Self.magic, width: 8)
        packed.add(first, width: 8)
        packed.add(Int64(layout.devices), width: 4)
        packed.add(self.devices, width: 4)
        packed.add(Int64(layout.minutes), width: 4)
        let blank = [UInt8](
            repeating: 0, count: Int(SeriesLayout.secondsOffset) - packed.checked.count)
        try write(packed.checked + blank, at: 0)
    }

    static func mark(of devices: [DeviceID]) -> Int64 {
        Int64(CRC32.of(devices.map(\.text).joined(separator: " ").utf8))
    }

    deinit { close(descriptor) }

    /// What the file takes on disk, at most: whole blocks of what lies between its first row and
    /// its newest.
    var takenBytes: Int64 {
        func blocks(_ bytes: Int) -> Int64 { (Int64(bytes) + 8191) / 4096 * 4096 }
        guard state.newest >= 0 else { return 4096 }
        let isWrapped = state.newest < first
        let seconds = isWrapped ? .max : state.newest - first + 1
        let minutes = isWrapped ? .max : state.newest / 60 - first / 60
        let rows = Int(min(seconds, Int64(SeriesLayout.seconds)))
        let closed = Int(min(minutes, Int64(layout.minutes)))
        return blocks(Int(SeriesLayout.secondsOffset) + rows * layout.rowBytes - 4096)
            + (closed > 0 ? blocks(closed * layout.minuteBytes) : 0)
    }

    // MARK: Writing

    /// Takes what is new of a batch.
    ///
    /// - Parameter places: for each device of the series its place in the batch.
    /// - Returns: the number of new samples.
    /// - Throws: `WireError.unavailable` when the disk takes nothing; the batch may come again.
    func append(
        _ batch: SampleBatchDTO, places: [Int?], at now: Timestamp, arrival: Int64
    ) throws -> Int {
        var next = Self.dated(state, batch, at: now)
        next.lastArrival = arrival
        var pending = Run()
        var count = 0
        for sample in batch.samples where sample.second > next.lastNumber {
            next.lastNumber = sample.second
            let second = (next.anchor + sample.second * 1000) / 1000
            guard second > next.newest, (0..<(1 << 32) - 1).contains(second) else { continue }
            if next.newest >= 0, second / 60 != next.newest / 60 {
                try flush(&pending)
                try closeMinute(next.newest / 60)
            }
            if pending.next != slot(second) { try flush(&pending) }
            let row = SeriesRow(sample, places: places, second: second, arrival: arrival)
            pending.add(layout.bytes(of: row), at: slot(second))
            next.newest = second
            count += 1
        }
        try flush(&pending)
        next.generation += 1
        let place = SeriesLayout.statePlaces[Int(next.generation % 2)]
        try write(next.bytes, at: place)
        state = next
        return count
    }

    /// By how much a batch may seem to be under way for less or more time than the first one was:
    /// a whole second is a rounded one, and a batch is not sent for longer than some seconds.
    private static let usualMilliseconds: ClosedRange<Int64> = -2_000...10_000

    /// Where the node's seconds lie in ours: fixed by the first batch, so that none falls on
    /// another, and again when a clock was set or the node has another boot.
    private static func dated(
        _ state: SeriesState, _ batch: SampleBatchDTO, at now: Timestamp
    ) -> SeriesState {
        var next = state
        let boot = Int64(CRC32.of(batch.boot.utf8))
        let anchor = now.milliseconds - batch.sentSecond * 1000
        if boot != next.boot {
            next.boot = boot
            next.lastNumber = SeriesState.none
        } else if usualMilliseconds.contains(anchor - next.anchor) {
            next.dropped = max(next.dropped, batch.dropped)
            return next
        }
        next.anchor = anchor
        next.dropped = max(next.dropped, batch.dropped)
        // The market's clock was set back since: what lies ahead of it is no longer in the way.
        if next.newest > now.milliseconds / 1000 + 5 { next.newest = SeriesState.none }
        return next
    }

    /// Rows whose places follow each other, to be written at once.
    private struct Run {
        var bytes: [UInt8] = []
        var start = 0
        var next: Int?

        mutating func add(_ row: [UInt8], at slot: Int) {
            if bytes.isEmpty { start = slot }
            bytes += row
            next = slot + 1
        }
    }

    private func flush(_ run: inout Run) throws {
        guard !run.bytes.isEmpty else { return }
        try write(run.bytes, at: SeriesLayout.secondsOffset + Int64(run.start * layout.rowBytes))
        run = Run()
    }

    private func closeMinute(_ number: Int64) throws {
        guard layout.minutes > 0 else { return }
        let rows = rows(in: number * 60..<number * 60 + 60)
        guard let minute = SeriesPoints.minute(number, of: rows) else { return }
        try write(
            layout.bytes(of: minute),
            at: layout.minutesOffset + Int64(minuteSlot(number) * layout.minuteBytes))
    }

    private func slot(_ second: Int64) -> Int {
        Self.slot(second - first, of: SeriesLayout.seconds)
    }

    private func minuteSlot(_ minute: Int64) -> Int {
        Self.slot(minute - first / 60, of: layout.minutes)
    }

    private static func slot(_ distance: Int64, of count: Int) -> Int {
        let rest = Int(distance % Int64(count))
        return rest < 0 ? rest + count : rest
    }

    private func write(_ bytes: [UInt8], at offset: Int64) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, Int(offset) + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw WireError.unavailable }
            done += count
        }
    }
}

// MARK: - Reading

extension SeriesFile {
    /// Rows that are there, by second.
    func rows(in seconds: Range<Int64>) -> [SeriesRow] {
        read(seconds, of: SeriesLayout.seconds, bytes: layout.rowBytes, slot: slot) {
            SeriesLayout.secondsOffset + Int64($0 * layout.rowBytes)
        }.compactMap(layout.row).filter { seconds.contains($0.second) }
    }

    /// What the hour holds of these seconds.
    func recent(in seconds: Range<Int64>) -> [SeriesRow] {
        guard state.newest >= 0 else { return [] }
        let held = (state.newest - Int64(SeriesLayout.seconds) + 1)..<(state.newest + 1)
        return rows(in: seconds.clamped(to: held))
    }

    /// Minutes as they were closed; what of them the hour still holds whole is computed from it,
    /// the one that goes on, too.
    func minutes(in minutes: Range<Int64>) -> [SeriesMinute] {
        guard state.newest >= 0, layout.minutes > 0 else { return [] }
        let last = state.newest / 60
        let asked = minutes.clamped(to: (last - Int64(layout.minutes) + 1)..<(last + 1))
        let oldest = state.newest - Int64(SeriesLayout.seconds) + 1
        let whole = min(max((oldest + 59) / 60, asked.lowerBound), asked.upperBound)
        let closed = read(
            asked.lowerBound..<whole, of: layout.minutes, bytes: layout.minuteBytes,
            slot: minuteSlot
        ) { layout.minutesOffset + Int64($0 * layout.minuteBytes) }
        let rows = Dictionary(grouping: recent(in: whole * 60..<asked.upperBound * 60)) {
            $0.second / 60
        }
        return closed.compactMap(layout.minute).filter {
            (asked.lowerBound..<whole).contains($0.minute)
        } + rows.keys.sorted().compactMap { SeriesPoints.minute($0, of: rows[$0] ?? []) }
    }

    /// The bytes of consecutive places of a ring.
    private func read(
        _ range: Range<Int64>, of count: Int, bytes: Int, slot: (Int64) -> Int,
        offset: (Int) -> Int64
    ) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var next = range.lowerBound
        while next < range.upperBound {
            let start = slot(next)
            let length = min(Int(range.upperBound - next), count - start)
            let part = Self.read(descriptor, count: length * bytes, at: offset(start))
            for place in stride(from: 0, to: part.count - bytes + 1, by: bytes) {
                found.append(part[place..<(place + bytes)])
            }
            next += Int64(length)
        }
        return found
    }

    private static func read(_ descriptor: Int32, count: Int, at offset: Int64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    Int(offset) + filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                filled += got
            }
        }
    }
}

extension SeriesRow {
    init(_ sample: SampleDTO, places: [Int?], second: Int64, arrival: Int64) {
        let devices = places.map { $0.map { sample.devices[$0] } ?? .nothing }
        self.init(
            second: second, arrival: arrival,
            values: [sample.milliCPU, sample.memoryBytes.map { $0 / 1024 }]
                + devices.flatMap { device in
                    [
                        device.utilisationPercent.map(Int64.init),
                        device.memoryUsedBytes.map { $0 / 1024 }, device.powerMilliwatts,
                        device.temperature.map { Int64($0) + Self.coldest },
                        device.smClockMHz.map(Int64.init),
                    ]
                },
            throttle: devices.map { $0.throttle?.rawValue })
    }

    /// Degrees are kept as a number that is not below zero.
    static let coldest: Int64 = 200
}
