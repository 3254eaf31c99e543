/// How a series lies in its file. Version 1, little-endian:
///
///     0    header      what the file is; written once
///     64   state       two places, written in turn: the one with the higher generation counts
///     192  seconds     a ring of 3,600 rows
///     …    minutes     a ring of 43,200 rows (30 days); a node's series has none
///
/// Each row carries its time and a CRC-32: one that is torn, or left from the lap before, is none.
/// A series grows only as far as it was written, so that a short lease takes a few kilobytes.
struct SeriesLayout: Hashable, Sendable {
    static let seconds = 3600
    /// Of a lease.
    static let days30 = 30 * 24 * 60
    static let statePlaces: [Int64] = [64, 128]
    static let secondsOffset: Int64 = 192
    /// What a device has: percent, KiB, milliwatts, degrees above -200, MHz.
    private static let deviceWidths = [1, 4, 4, 2, 2]
    static let quantitiesOfDevice = deviceWidths.count

    let devices: Int
    let minutes: Int
    /// Bytes of each quantity: thousandths of a CPU and KiB, then those of each device.
    let widths: [Int]
    let rowBytes: Int
    let minuteBytes: Int

    init(devices: Int, minutes: Int) {
        self.devices = devices
        self.minutes = minutes
        widths = [4, 4] + (0..<devices).flatMap { _ in Self.deviceWidths }
        let values = widths.reduce(0, +)
        rowBytes = 16 + values + 2 * devices
        minuteBytes = 10 + 3 * values + 2 * devices
    }

    var minutesOffset: Int64 { Self.secondsOffset + Int64(Self.seconds * rowBytes) }
}

/// One second.
struct SeriesRow: Hashable, Sendable {
    /// UTC.
    let second: Int64
    /// Which batch brought it: the market's milliseconds, made unique.
    let arrival: Int64
    let values: [Int64?]
    let throttle: [UInt16?]
}

struct SeriesStat: Hashable, Sendable {
    /// To the nearest.
    let mean: Int64
    let min: Int64
    let max: Int64
}

/// One minute, or several.
struct SeriesMinute: Hashable, Sendable {
    /// UTC, in whole minutes.
    let minute: Int64
    /// Seconds that were told.
    let count: Int
    let values: [SeriesStat?]
    let throttle: [UInt16?]
}

// MARK: - Bytes

/// CRC-32 of IEEE 802.3 (reflected 0x04C11DB7), as in zlib.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { value, byte in
            value >> 8 ^ table[Int((value ^ UInt32(byte)) & 0xFF)]
        }
    }
}

/// Whole numbers of some bytes each, one after the other; all ones mean none.
struct PackedBytes {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ value: Int64, width: Int) {
        var rest = UInt64(bitPattern: value)
        for _ in 0..<width {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Bounded to what the width can hold.
    mutating func add(optional value: Int64?, width: Int) {
        let none = PackedReader.none(width)
        add(value.map { Swift.min(Swift.max($0, 0), none - 1) } ?? none, width: width)
    }

    /// The bytes with their CRC-32 before them.
    var checked: [UInt8] {
        var check = PackedBytes()
        check.add(Int64(CRC32.of(bytes)), width: 4)
        return check.bytes + bytes
    }
}

struct PackedReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    /// - Returns: nil when the CRC-32 at the beginning is not that of the rest.
    init?(checked bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
        guard bytes.count >= 4, number(width: 4) == Int64(CRC32.of(bytes.dropFirst(4))) else {
            return nil
        }
    }

    static func none(_ width: Int) -> Int64 { width < 8 ? 1 << (8 * Int64(width)) - 1 : .max }

    mutating func number(width: Int) -> Int64 {
        var value: UInt64 = 0
        for index in 0..<width where place + index < bytes.endIndex {
            value |= UInt64(bytes[place + index]) << UInt64(8 * index)
        }
        place += width
        return Int64(bitPattern: value)
    }

    mutating func optional(width: Int) -> Int64? {
        let value = number(width: width)
        return value == Self.none(width) ? nil : value
    }
}

extension SeriesLayout {
    func bytes(of row: SeriesRow) -> [UInt8] {
        var packed = PackedBytes()
        packed.add(row.second, width: 4)
        packed.add(row.arrival, width: 8)
        for (value, width) in zip(row.values, widths) { packed.add(optional: value, width: width) }
        for reasons in row.throttle { packed.add(optional: reasons.map(Int64.init), width: 2) }
        return packed.checked
    }

    func row(_ bytes: ArraySlice<UInt8>) -> SeriesRow? {
        guard var packed = PackedReader(checked: bytes) else { return nil }
        let (second, arrival) = (packed.number(width: 4), packed.number(width: 8))
        let values = widths.map { packed.optional(width: $0) }
        let throttle = (0..<devices).map { _ in
            packed.optional(width: 2).map { UInt16(truncatingIfNeeded: $0) }
        }
        return SeriesRow(second: second, arrival: arrival, values: values, throttle: throttle)
    }

    func bytes(of minute: SeriesMinute) -> [UInt8] {
        var packed = PackedBytes()
        packed.add(minute.minute, width: 4)
        packed.add(Int64(minute.count), width: 2)
        for (value, width) in zip(minute.values, widths) {
            for part in [value?.mean, value?.min, value?.max] {
                packed.add(optional: part, width: width)
            }
        }
        for reasons in minute.throttle { packed.add(optional: reasons.map(Int64.init), width: 2) }
        return packed.checked
    }

    func minute(_ bytes: ArraySlice<UInt8>) -> SeriesMinute? {
        guard var packed = PackedReader(checked: bytes) else { return nil }
        let (minute, count) = (packed.number(width: 4), packed.number(width: 2))
        let values = widths.map { width -> SeriesStat? in
            let parts = (0..<3).compactMap { _ in packed.optional(width: width) }
            return parts.count == 3
                ? SeriesStat(mean: parts[0], min: parts[1], max: parts[2]) : nil
        }
        let throttle = (0..<devices).map { _ in
            packed.optional(width: 2).map { UInt16(truncatingIfNeeded: $0) }
        }
        return SeriesMinute(
            minute: minute, count: Int(count), values: values, throttle: throttle)
    }
}
