import Domain
import Foundation
import Testing
import Wire

@testable import ControlPlane

@Suite struct SeriesStoreTests {
    private static func lease(_ number: Int) -> LeaseID { LeaseID("lse_\(number)")! }
    private static func key(_ number: Int) -> SeriesStore.Key {
        .lease(SeriesSamples.job, lease(number))
    }

    private static func batch(_ seconds: ClosedRange<Int64>) -> SampleBatchDTO {
        SeriesSamples.batch(seconds.map { SeriesSamples.sample($0) })
    }

    private static func append(
        _ store: SeriesStore, _ seconds: ClosedRange<Int64>, to key: SeriesStore.Key
    ) async throws {
        try await store.append(
            batch(seconds), to: key, devices: [SeriesSamples.gpu],
            at: SeriesSamples.at(seconds.upperBound))
    }

    /// What the files take on disk, as the system counts it.
    private static func bytes(of folder: String) throws -> Int64 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "find \"$1\" -type f -printf '%b\\n' | awk '{n += $1} END {print n * 512}'", "sh",
            folder,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try #require(
            Int64(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)))
    }

    /// As it is counted; never less than it is.
    private static func bytes(_ store: SeriesStore, in folder: String) async throws -> Int64 {
        let (counted, real) = (await store.bytes, try bytes(of: folder))
        #expect(counted >= real && counted <= real * 2 + 8192, "\(counted), \(real)")
        return real
    }

    @Test func `a lease takes so many bytes after three seconds, an hour and thirty days`()
        async throws
    {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            try await Self.append(store, 1...3, to: Self.key(1))
            let short = try await Self.bytes(store, in: folder)
            for start in stride(from: Int64(3), to: 3603, by: 600) {
                try await Self.append(store, start + 1...start + 600, to: Self.key(1))
            }
            let hour = try await Self.bytes(store, in: folder)
            // A sample a minute writes as many minutes, and every part of the hour's ring.
            for day in 0..<30 {
                for hour in 0..<24 {
                    let first = 3660 + Int64(day * 86_400 + hour * 3600)
                    let samples = (0..<60).map { SeriesSamples.sample(first + Int64($0) * 61) }
                    try await store.append(
                        SeriesSamples.batch(samples), to: Self.key(1), devices: [SeriesSamples.gpu],
                        at: SeriesSamples.at(samples[59].second))
                }
            }
            let month = try await Self.bytes(store, in: folder)
            print(
                #"{"measure":"series","bytes_3_s":\#(short),"bytes_1_h":\#(hour),"bytes_30_d":\#(month)}"#
            )
            #expect(short <= 8 << 10 && hour <= 160 << 10 && month <= 3_400_000)
            let layout = SeriesLayout(devices: 1, minutes: SeriesLayout.days30)
            let most = layout.minutesOffset + Int64(layout.minutes * layout.minuteBytes)
            #expect(month <= most + 4096 && month > most - (64 << 10))
            // Another month does not make it longer.
            for day in 31..<62 {
                let samples = (0..<60).map {
                    SeriesSamples.sample(Int64(day * 86_400) + Int64($0) * 61)
                }
                try await store.append(
                    SeriesSamples.batch(samples), to: Self.key(1), devices: [SeriesSamples.gpu],
                    at: SeriesSamples.at(samples[59].second))
            }
            #expect(try await Self.bytes(store, in: folder) <= most + 4096)
        }
    }

    @Test func `all series together stay within their bound, and what ended first goes first`()
        async throws
    {
        try await withScratchFolder { folder in
            let bound: Int64 = 256 << 10
            let store = try SeriesStore(folder: folder, mostBytes: bound)
            for number in 1...200 {
                let start = Int64(number * 10)
                try await Self.append(store, start...start + 4, to: Self.key(number))
                #expect(await store.bytes <= bound)
                if number.isMultiple(of: 20) {
                    #expect(try Self.bytes(of: folder) <= bound)
                }
            }
            let kept = await store.leases(of: SeriesSamples.job)
                .compactMap { Int($0.text.dropFirst(4)) }.sorted()
            #expect(kept.last == 200 && kept.count > 20)
            #expect(kept == Array((201 - kept.count)...200))
            #expect(await store.figures.removed == Int64(200 - kept.count))
        }
    }

    @Test func `the same is there after a start, and old series go`() async throws {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            try await Self.append(store, 1...100, to: Self.key(1))
            let node = NodeID("nod_1")!
            try await Self.append(store, 1...100, to: .node(node))
            let again = try SeriesStore(folder: folder)
            #expect(await again.bytes == store.bytes)
            #expect(await again.leases(of: SeriesSamples.job) == [Self.lease(1)])
            let range = SeriesSamples.start..<SeriesSamples.start + 1000
            let before = await store.excerpt(of: Self.key(1), in: range, step: 1).points
            #expect(before.count == 100)
            #expect(await again.excerpt(of: Self.key(1), in: range, step: 1).points == before)
            #expect(await again.excerpt(of: .node(node), in: range, step: 10).points.count == 11)
            // Of a node only the hour is kept.
            #expect(await again.excerpt(of: .node(node), in: range, step: 60).points.isEmpty)

            let future = Timestamp(milliseconds: Timestamp.limit)
            await again.removeOld(at: future)
            #expect(await again.bytes == 0)
            #expect(try Self.bytes(of: folder) == 0)
            #expect(await again.leases(of: SeriesSamples.job).isEmpty)
        }
    }

    @Test(arguments: [0, 10, 27, 100, 191])
    func `a file that was torn at its beginning begins again, and stops nobody`(length: Int)
        async throws
    {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            try await Self.append(store, 1...10, to: Self.key(1))
            let path = folder + "/jobs/\(SeriesSamples.job)/\(Self.lease(1))"
            let whole = try #require(FileManager.default.contents(atPath: path))
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let again = try SeriesStore(folder: folder)
            let range = SeriesSamples.start..<SeriesSamples.start + 1000
            #expect(await again.excerpt(of: Self.key(1), in: range, step: 1).points.isEmpty)
            try await Self.append(again, 11...15, to: Self.key(1))
            #expect(await again.excerpt(of: Self.key(1), in: range, step: 1).points.count == 5)
        }
    }

    @Test func `a node's series begins again when its devices are others`() async throws {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            let key = SeriesStore.Key.node(NodeID("nod_1")!)
            let range = SeriesSamples.start..<SeriesSamples.start + 1000
            try await Self.append(store, 1...10, to: key)
            let other = DeviceID("GPU-other")!
            try await store.append(
                SeriesSamples.batch((11...15).map { SeriesSamples.sample($0) }, devices: [other]),
                to: key, devices: [other], at: SeriesSamples.at(15))
            #expect(await store.excerpt(of: key, in: range, step: 1).points.count == 5)
        }
    }

    @Test func `news comes batch by batch in the order of arrival, whatever lease they are of`()
        async throws
    {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            let turns: [(Int, ClosedRange<Int64>)] = [
                (1, 1...5), (2, 1...5), (1, 6...10), (3, 1...10), (2, 6...10),
            ]
            for (lease, seconds) in turns {
                try await Self.append(store, seconds, to: Self.key(lease))
            }
            let wanted = [Self.lease(1): true, Self.lease(2): true, Self.lease(3): true]
            for limit in [1, 7, 1000] {
                var position: Int64 = 0
                var seen: [(LeaseID, Int)] = []
                while true {
                    let (batches, next) = await store.news(
                        of: SeriesSamples.job, wanted: wanted, after: position, limit: limit)
                    if batches.isEmpty { break }
                    #expect(batches.count == 1 || batches.reduce(0) { $0 + $1.rows.count } <= limit)
                    position = next
                    seen += batches.map { ($0.lease, $0.rows.count) }
                }
                #expect(seen.map(\.0) == turns.map { Self.lease($0.0) })
                #expect(seen.map(\.1) == [5, 5, 5, 10, 5])
            }
            // One that the reader does not know yet is not passed over; one that is not wanted is.
            let unknown = await store.news(
                of: SeriesSamples.job, wanted: [Self.lease(1): true], after: 0, limit: 1000)
            #expect(unknown.batches.map(\.lease) == [Self.lease(1)])
            let some = await store.news(
                of: SeriesSamples.job,
                wanted: [Self.lease(1): true, Self.lease(2): false, Self.lease(3): true],
                after: 0, limit: 1000)
            #expect(some.batches.map { $0.rows.count } == [5, 5, 10])
        }
    }

    @Test func `batches that cannot be are refused and change nothing`() async throws {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            let sample = SeriesSamples.sample(5)
            let twice = [SeriesSamples.gpu, SeriesSamples.gpu]
            let wrong: [(SampleBatchDTO, String)] = [
                (SeriesSamples.batch([sample], boot: ""), "boot"),
                (SeriesSamples.batch([sample], sentAt: -1), "sent_second"),
                (SeriesSamples.batch([sample], sentAt: 4), "samples"),
                (SeriesSamples.batch([sample], dropped: -1), "dropped"),
                (SeriesSamples.batch([sample, sample]), "samples"),
                (SeriesSamples.batch([sample], devices: []), "samples"),
                (
                    SeriesSamples.batch([SeriesSamples.sample(5, devices: 2)], devices: twice),
                    "devices"
                ),
                (SeriesSamples.batch((1...601).map { SeriesSamples.sample($0) }), "samples"),
            ]
            for (batch, name) in wrong {
                await #expect(throws: WireError.parameterInvalid(name: name)) {
                    try await store.append(
                        batch, to: Self.key(1), devices: [SeriesSamples.gpu],
                        at: SeriesSamples.at(5))
                }
            }
            #expect(try Self.bytes(of: folder) == 0)
        }
    }

    /// A figure for the documents: two thousand leases of a GPU send ten samples each.
    @Test func `samples of thousands of leases are taken in time`() async throws {
        try await withScratchFolder { folder in
            let store = try SeriesStore(folder: folder)
            let clock = ContinuousClock()
            let start = clock.now
            for number in 1...2000 {
                try await Self.append(store, 1...10, to: Self.key(number))
            }
            let took = clock.now - start
            let rate = Int(2000.0 / (took / .seconds(1)))
            print(#"{"measure":"sample_batches","batches":2000,"samples":20000,"per_s":\#(rate)}"#)
            #expect(await store.figures.samplesTaken == 20_000)
        }
    }
}
