import Domain
import Foundation
import Marketplace
import SQLiteStorage
import Synchronization

/// SplitMix64: the same sequence for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func isOneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }
}

/// The seed of property tests: `ORBAN_SEED`, or a new one. Failures print it.
let propertySeed =
    ProcessInfo.processInfo.environment["ORBAN_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: .min ... .max)

/// A clock that a test moves by hand.
final class HandClock: Sendable {
    private let now: Mutex<Timestamp>

    init(_ start: Timestamp) { now = Mutex(start) }

    var time: Timestamp { now.withLock { $0 } }
    func set(_ time: Timestamp) { now.withLock { $0 = time } }
}

/// What a store told its listeners, in order.
final class Journal: Sendable {
    enum Event: Equatable {
        case reached(String)
        case committed(rows: Int, newEffects: Int, doneEffects: Int, newEntries: Int)
    }

    private let events = Mutex<[Event]>([])

    var all: [Event] { events.withLock { $0 } }
    func note(_ event: Event) { events.withLock { $0.append(event) } }
    func note(_ notice: CommitNotice) {
        note(
            .committed(
                rows: notice.rows.count, newEffects: notice.newEffects.count,
                doneEffects: notice.doneEffects.count, newEntries: notice.newEntryCount))
    }
}

/// A folder for one test's database, removed with it.
final class ScratchFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "orban-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    var databasePath: String { url.appending(path: "market.db").path }

    deinit { try? FileManager.default.removeItem(at: url) }
}

let testMarket = Market(
    commission: BasisPoints(250)!, startWindowSeconds: 900, blobQuota: 120,
    beacons: [
        Beacon(name: .market, url: Beacon.marketPath, place: Coordinates("25.033,121.565"))
    ])
let testSealKey = [UInt8](0..<32)

/// The store keeps its folder as long as it lives.
func openStore(
    _ folder: ScratchFolder, clock: HandClock, journal: Journal? = nil,
    sealKey: [UInt8] = testSealKey, reach: @escaping @Sendable (FaultPoint) -> Void = { _ in }
) throws -> SQLiteStore {
    try SQLiteStore(
        path: folder.databasePath, market: testMarket, sealKey: sealKey,
        clock: { clock.time },
        reach: { point in
            withExtendedLifetime(folder) {
                journal?.note(.reached(point.text))
                reach(point)
            }
        },
        committed: { journal?.note($0) })
}
