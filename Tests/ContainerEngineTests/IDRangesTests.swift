import Foundation
import Testing

@testable import ContainerEngine

enum ProcessID { static var current: Int32 { getpid() } }

/// A folder that is gone after the test.
func withFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/container-engine-unit-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

struct IDRangesTests {
    @Test func `no two owners share a range, and one owner always gets the same`() throws {
        try withFolder { folder in
            let ranges = try IDRanges(directory: folder, firstBase: 100_000, count: 900)
            let first = try ranges.acquire(for: "lease-a")
            let second = try ranges.acquire(for: "lease-b")
            #expect(first.base == 100_000)
            #expect(second.base == 165_536)
            #expect(second.hostID(of: 65_534) == 231_070)
            #expect(try IDRanges(directory: folder).acquire(for: "lease-a") == first)
        }
    }

    @Test func `the lowest free range is used again`() throws {
        try withFolder { folder in
            let ranges = try IDRanges(directory: folder, firstBase: 100_000, count: 900)
            let first = try ranges.acquire(for: "a")
            _ = try ranges.acquire(for: "b")
            try ranges.release(owner: "a")
            try ranges.release(owner: "a")
            #expect(try ranges.acquire(for: "c") == first)
        }
    }

    @Test func `with all ranges held the next owner is refused`() throws {
        try withFolder { folder in
            let ranges = try IDRanges(directory: folder, firstBase: 100_000, count: 2)
            _ = try ranges.acquire(for: "a")
            _ = try ranges.acquire(for: "b")
            #expect(throws: IDRanges.Refusal.exhausted) { try ranges.acquire(for: "c") }
            let reclaimed = try ranges.reclaim { $0.owner == "b" }
            #expect(reclaimed.map(\.owner) == ["b"])
            #expect(try ranges.acquire(for: "c").base == 165_536)
            #expect(try ranges.holdings().map(\.owner) == ["a", "c"])
        }
    }

    @Test(arguments: ["", "a\nb", String(repeating: "x", count: 201)])
    func `an owner without a usable name is refused`(owner: String) throws {
        try withFolder { folder in
            let ranges = try IDRanges(directory: folder)
            #expect(throws: IDRanges.Refusal.ownerUnusable) { try ranges.acquire(for: owner) }
        }
    }

    @Test func `forty threads at once get forty ranges`() throws {
        try withFolder { folder in
            let ranges = try IDRanges(directory: folder, firstBase: 100_000, count: 40)
            DispatchQueue.concurrentPerform(iterations: 40) { index in
                do { _ = try ranges.acquire(for: "lease-\(index)") } catch { Issue.record(error) }
            }
            #expect(Set(try ranges.holdings().map(\.owner)).count == 40)
        }
    }
}
