import Domain
import Foundation
import Marketplace
import SQLiteStorage
import Synchronization
import Testing

/// What the files hold at each fault point: all of a batch after its commit, nothing of it before.
struct CrashTests {
    /// Copies of a database, taken while its writer stands at a fault point: what a process that is
    /// killed there leaves behind.
    private final class Copies: Sendable {
        struct Copy: Sendable {
            let point: FaultPoint
            let folder: ScratchFolder
        }

        private let original: URL
        private let state = Mutex<(seen: [FaultPoint: Int], copies: [Copy])>(([:], []))

        init(of folder: ScratchFolder) { original = folder.url }

        var reached: Set<FaultPoint> { state.withLock { Set($0.seen.keys) } }

        func take(at point: FaultPoint) {
            let isNeeded = state.withLock { state in
                state.seen[point, default: 0] += 1
                return state.seen[point, default: 0] <= 3
            }
            guard isNeeded else { return }
            do {
                let copy = Copy(point: point, folder: try ScratchFolder())
                for name in ["market.db", "market.db-wal"] {
                    try FileManager.default.copyItem(
                        at: original.appending(path: name),
                        to: copy.folder.url.appending(path: name))
                }
                state.withLock { $0.copies.append(copy) }
            } catch {
                Issue.record("cannot copy at \(point.text): \(error)")
            }
        }

        func drain() -> [Copy] {
            state.withLock { state in
                defer { state.copies = [] }
                return state.copies
            }
        }
    }

    @Test
    func `a crash at any commit leaves all of the batch or nothing of it, and an audit passes`()
        async throws
    {
        var world = try World(seed: propertySeed)
        let (folder, clock) = (try ScratchFolder(), HandClock(world.now))
        let copies = Copies(of: folder)
        let store = try openStore(folder, clock: clock) { copies.take(at: $0) }
        let commits = Set(
            Command.Verb.allCases.flatMap { [FaultPoint.beforeCommit($0), .afterCommit($0)] })
        var batch = world.opening()
        for step in 0..<3000 {
            let before = world.oracle
            clock.set(world.now)
            _ = world.perform(batch)
            _ = try await store.perform(batch)
            for copy in copies.drain() {
                let label = "seed \(propertySeed), step \(step), \(copy.point.text)"
                try await check(copy.folder, copy.point, before: before, world, clock, label)
            }
            if copies.reached == commits, step > 60 { break }
            batch = try world.nextBatch()
        }
        #expect(commits.subtracting(copies.reached) == [], "seed \(propertySeed)")
    }

    private func check(
        _ folder: ScratchFolder, _ point: FaultPoint, before: MemoryTables, _ world: World,
        _ clock: HandClock, _ label: String
    ) async throws {
        let survivor = try openStore(folder, clock: clock)
        let reads = world.everyRead()
        let found = try await survivor.read(reads)
        let expected: Rows
        switch point {
        case .beforeCommit, .beforeEffect: expected = before.read(reads)
        case .afterCommit, .afterEffect: expected = world.oracle.read(reads)
        }
        for read in reads where expected[read] != found[read] {
            Issue.record("\(label): \(read): expected \(expected[read]), found \(found[read])")
        }
        #expect(try survivor.audit() == [], "\(label)")
        try survivor.close()
    }
}
