import Domain
import Foundation
import Testing
import Wire

@testable import ControlPlane

@Suite struct SeriesFileTests {
    private static let layout = SeriesLayout(devices: 1, minutes: 90)

    private static func append(
        _ batch: SampleBatchDTO, to path: String, at now: Timestamp, arrival: Int64 = 1
    ) throws -> Int {
        let file: SeriesFile
        if FileManager.default.fileExists(atPath: path) {
            file = try SeriesFile(reading: path, minutes: layout.minutes)
        } else {
            file = try SeriesFile(
                beginning: path, of: [SeriesSamples.gpu], minutes: layout.minutes,
                at: SeriesSamples.start)
        }
        return try file.append(batch, places: [0], at: now, arrival: arrival)
    }

    // MARK: Bytes

    @Test(arguments: [
        (0, 24, 34, 1_555_392), (1, 39, 75, 3_380_592), (8, 144, 362, 16_156_992),
    ])
    func `a row, a minute and a whole series take this many bytes`(
        devices: Int, row: Int, minute: Int, whole: Int64
    ) {
        let layout = SeriesLayout(devices: devices, minutes: SeriesLayout.days30)
        #expect(layout.rowBytes == row && layout.minuteBytes == minute)
        #expect(layout.minutesOffset + Int64(layout.minutes * minute) == whole)
        let written = layout.bytes(
            of: SeriesRow(
                second: 1, arrival: 2, values: [Int64?](repeating: 0, count: layout.widths.count),
                throttle: [UInt16?](repeating: 0, count: devices)))
        #expect(written.count == row)
    }

    @Test func `what is not told stays so, and what is beyond its bytes is the most they hold`() {
        let layout = SeriesLayout(devices: 1, minutes: 1)
        let row = SeriesRow(
            second: 1_795_000_000, arrival: 1_795_000_000_123,
            values: [nil, 1 << 40, nil, 4_000_000_000, -5, 241, 1 << 20], throttle: [nil])
        let read = layout.row(layout.bytes(of: row)[...])
        #expect(
            read
                == SeriesRow(
                    second: 1_795_000_000, arrival: 1_795_000_000_123,
                    values: [nil, (1 << 32) - 2, nil, 4_000_000_000, 0, 241, (1 << 16) - 2],
                    throttle: [nil]))
        let stat = SeriesStat(mean: 5, min: 1, max: 9)
        let minute = SeriesMinute(
            minute: 29_916_667, count: 60, values: [stat, nil, stat, nil, stat, nil, stat],
            throttle: [0x104])
        #expect(layout.minute(layout.bytes(of: minute)[...]) == minute)
    }

    @Test func `a byte that is not as it was written makes a row none`() {
        let layout = SeriesLayout(devices: 1, minutes: 1)
        let row = SeriesRow(
            second: 1_795_000_000, arrival: 9, values: [1, 2, 3, 4, 5, 6, 7], throttle: [8])
        let bytes = layout.bytes(of: row)
        for index in bytes.indices {
            var torn = bytes
            torn[index] ^= 1
            #expect(layout.row(torn[...]) == nil, "byte \(index)")
        }
        #expect(layout.row([UInt8](repeating: 0, count: bytes.count)[...]) == nil)
    }

    // MARK: Time

    @Test func `a sample is dated by its age, and its number keeps it from falling on another`()
        async throws
    {
        try await withScratchFolder { folder in
            let path = folder + "/series"
            // The first batch was a second and a half under way: so are all that follow.
            for (second, late) in [(10, 1500), (20, 200), (30, 9000), (40, 900)]
                as [(Int64, Int64)]
            {
                let samples = (second - 9...second).map { SeriesSamples.sample($0) }
                let new = try Self.append(
                    SeriesSamples.batch(samples), to: path,
                    at: SeriesSamples.at(second, late: late))
                #expect(new == 10)
            }
            let file = try SeriesFile(reading: path, minutes: Self.layout.minutes)
            let seconds = file.recent(in: 0..<Int64.max).map { $0.second - SeriesSamples.start }
            #expect(seconds == Array(2...41).map(Int64.init))
        }
    }

    @Test func `a repeated batch is one batch, and an older one is nothing`() async throws {
        try await withScratchFolder { folder in
            let path = folder + "/series"
            let first = SeriesSamples.batch((1...5).map { SeriesSamples.sample($0) })
            let second = SeriesSamples.batch((4...9).map { SeriesSamples.sample($0) })
            #expect(try Self.append(first, to: path, at: SeriesSamples.at(5)) == 5)
            #expect(try Self.append(first, to: path, at: SeriesSamples.at(6)) == 0)
            #expect(try Self.append(second, to: path, at: SeriesSamples.at(9)) == 4)
            #expect(try Self.append(first, to: path, at: SeriesSamples.at(11)) == 0)
            let file = try SeriesFile(reading: path, minutes: Self.layout.minutes)
            #expect(file.recent(in: 0..<Int64.max).count == 9)
        }
    }

    @Test func `a node that starts again, or a clock that was set back, goes on`() async throws {
        try await withScratchFolder { folder in
            let path = folder + "/series"
            func take(_ seconds: ClosedRange<Int64>, _ boot: String, at now: Timestamp) throws {
                let samples = seconds.map { SeriesSamples.sample($0) }
                #expect(
                    try Self.append(SeriesSamples.batch(samples, boot: boot), to: path, at: now)
                        == samples.count)
            }
            try take(1000...1009, "a", at: SeriesSamples.at(1009))
            try take(3...7, "b", at: SeriesSamples.at(1100))
            // Set back by an hour, as after a restart of the market.
            try take(8...12, "b", at: SeriesSamples.at(1105 - 3600))
            try take(13...17, "b", at: SeriesSamples.at(1110 - 3600))
            let file = try SeriesFile(reading: path, minutes: Self.layout.minutes)
            let seconds = file.recent(in: 0..<Int64.max).map { $0.second - SeriesSamples.start }
            #expect(seconds == Array(-2499 ... -2490).map(Int64.init))
        }
    }

    // MARK: Against the oracle

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `the rings say what a naive series says`(seed: UInt64) async throws {
        try await withScratchFolder { folder in
            print("series seed \(seed)")
            var random = SplitMix(state: seed)
            var oracle = SeriesOracle(minutesKept: Int64(Self.layout.minutes))
            var sent: [SampleBatchDTO] = []
            var number: Int64 = 0
            for turn in 1...120 {
                let batch = Self.someBatch(after: &number, sent, using: &random)
                sent.append(batch)
                let late = Int64.random(in: 0...900, using: &random)
                _ = try Self.append(
                    batch, to: folder + "/series",
                    at: SeriesSamples.at(batch.sentSecond, late: late), arrival: Int64(turn))
                oracle.append(batch, arrival: Int64(turn))
                guard turn.isMultiple(of: 40) else { continue }
                try Self.compare(folder + "/series", oracle, using: &random)
            }
        }
    }

    /// Some seconds, some of them missing, sometimes after a long gap or the same once more.
    private static func someBatch(
        after number: inout Int64, _ sent: [SampleBatchDTO], using random: inout SplitMix
    ) -> SampleBatchDTO {
        if let old = sent.randomElement(using: &random), Int.random(in: 0..<8, using: &random) == 0
        {
            // Sent again now: the samples are as old as they are.
            return SeriesSamples.batch(old.samples, sentAt: number)
        }
        let gaps: [Int64] = [0, 0, 0, 0, 30, 400, 3_600, 3_599, 7_000, 60 * 95]
        number += gaps.randomElement(using: &random) ?? 0
        var samples: [SampleDTO] = []
        for _ in 0..<Int.random(in: 1...90, using: &random) {
            number += Int.random(in: 0..<10, using: &random) == 0 ? 3 : 1
            let isTold = Int.random(in: 0..<5, using: &random) > 0
            samples.append(
                SeriesSamples.sample(
                    number, cpu: isTold ? Int64.random(in: 0...64_000, using: &random) : nil,
                    utilisation: isTold ? Int.random(in: 0...100, using: &random) : nil))
        }
        return SeriesSamples.batch(samples)
    }

    private static func compare(
        _ path: String, _ oracle: SeriesOracle, using random: inout SplitMix
    ) throws {
        let file = try SeriesFile(reading: path, minutes: layout.minutes)
        let newest = oracle.newest
        var ranges: [Range<Int64>] = [0..<newest + 1000, newest - 3599..<newest + 1]
        for _ in 0..<3 {
            let start = newest - Int64.random(in: 0...8000, using: &random)
            ranges.append(start..<start + Int64.random(in: 1...5000, using: &random))
        }
        for range in ranges {
            #expect(file.recent(in: range) == oracle.recent(range))
            for step in [1, 7, 10] as [Int64] {
                #expect(
                    SeriesPoints.points(of: file.recent(in: range), step: step)
                        == oracle.points(range, step: step))
            }
            for step in [60, 300, 3600] as [Int64] {
                let minutes = range.lowerBound / 60..<(range.upperBound + 59) / 60
                #expect(
                    SeriesPoints.points(of: file.minutes(in: minutes), step: step)
                        == oracle.points(range, step: step))
            }
        }
    }

    // MARK: Torn

    @Test func `a file cut or changed anywhere gives what is whole in it, and goes on`()
        async throws
    {
        try await withScratchFolder { folder in
            let path = folder + "/series"
            for start in stride(from: Int64(0), to: 400, by: 50) {
                let samples = (start + 1...start + 50).map { SeriesSamples.sample($0) }
                _ = try Self.append(
                    SeriesSamples.batch(samples), to: path, at: SeriesSamples.at(start + 50))
            }
            let whole = try #require(FileManager.default.contents(atPath: path))
            let rows = Set(
                try SeriesFile(reading: path, minutes: Self.layout.minutes)
                    .recent(in: 0..<Int64.max))
            #expect(rows.count == 400)
            var random = SplitMix(state: 3)
            for turn in 0..<300 {
                var torn = whole
                if turn.isMultiple(of: 2) {
                    torn = torn.prefix(Int.random(in: 0..<torn.count, using: &random))
                } else {
                    let start = Int.random(in: 0..<torn.count, using: &random)
                    for index in start..<min(start + 512, torn.count) { torn[index] = 0 }
                }
                try torn.write(to: URL(fileURLWithPath: path))
                do {
                    let file = try SeriesFile(reading: path, minutes: Self.layout.minutes)
                    #expect(Set(file.recent(in: 0..<Int64.max)).isSubset(of: rows))
                    let next = SeriesSamples.batch((401...405).map { SeriesSamples.sample($0) })
                    #expect(
                        try file.append(next, places: [0], at: SeriesSamples.at(405), arrival: 99)
                            == 5)
                } catch is SeriesFile.Unreadable {
                    #expect(torn.prefix(32) != whole.prefix(32) || torn.count < 192)
                }
            }
        }
    }

    @Test func `of two places of its state a torn one does not count`() async throws {
        try await withScratchFolder { folder in
            let path = folder + "/series"
            for second in [5, 10] as [Int64] {
                let samples = (second - 4...second).map { SeriesSamples.sample($0) }
                _ = try Self.append(
                    SeriesSamples.batch(samples), to: path, at: SeriesSamples.at(second))
            }
            var bytes = try #require(FileManager.default.contents(atPath: path))
            let newest = try SeriesFile(reading: path, minutes: Self.layout.minutes).state
            #expect(newest.generation == 2 && newest.lastNumber == 10)
            bytes[Int(SeriesLayout.statePlaces[0]) + 20] ^= 0xFF
            try bytes.write(to: URL(fileURLWithPath: path))
            let before = try SeriesFile(reading: path, minutes: Self.layout.minutes)
            #expect(before.state.generation == 1 && before.state.lastNumber == 5)
            // What the crash took is sent again, and is there again.
            let again = SeriesSamples.batch((6...10).map { SeriesSamples.sample($0) })
            #expect(try Self.append(again, to: path, at: SeriesSamples.at(11)) == 5)
            let file = try SeriesFile(reading: path, minutes: Self.layout.minutes)
            #expect(file.recent(in: 0..<Int64.max).count == 10)
        }
    }
}
