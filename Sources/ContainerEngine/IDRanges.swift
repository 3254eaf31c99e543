import Glibc

/// 65,536 user and group ids of the host, for one container's user namespace.
package struct IDRange: Hashable, Sendable {
    /// How many ids a range has: the whole of a container's 16-bit id space.
    package static let size: UInt32 = 65_536

    /// The host id that the container's id 0 stands for.
    package let base: UInt32

    package init(base: UInt32) { self.base = base }

    /// The host id behind the container's `id`.
    package func hostID(of id: UInt16) -> UInt32 { base + UInt32(id) }
}

/// Hands out ranges of host ids on this machine: never one range to two owners.
///
/// Each held range is one file `range-<index>` in `directory` whose text is its owner. The file
/// appears whole or not at all, so a crash leaves a range free or held by a named owner. The
/// lowest free range is handed out first: where an engine copies image layers per range, the
/// copies are used again. Put `directory` on a file system that a reboot clears.
package struct IDRanges: Sendable {
    /// One held range.
    package struct Holding: Hashable, Sendable {
        package let range: IDRange
        package let owner: String
    }

    /// Why no range was handed out.
    package enum Refusal: Error, Hashable, Sendable {
        /// All ranges are held.
        case exhausted
        /// The owner's name is empty, longer than 200 bytes, or has a control character.
        case ownerUnusable
    }

    private let directory: String
    private let firstBase: UInt32
    private let count: Int

    /// Ranges `firstBase + k × 65,536` for `k` in `0 ..< count`; `directory` is made when needed.
    package init(directory: String, firstBase: UInt32 = 100_000, count: Int = 900) throws {
        precondition(
            count > 0 && UInt64(firstBase) + UInt64(count) * 65_536 < 1 << 31,
            "ranges must lie within 31-bit ids")
        self.directory = directory
        self.firstBase = firstBase
        self.count = count
        try HostFile.makeFolders(directory, mode: 0o700)
    }

    /// The range of `owner`: the one it holds already, or else the lowest free one.
    package func acquire(for owner: String) throws -> IDRange {
        guard !owner.isEmpty, owner.utf8.count <= 200, owner.utf8.allSatisfy({ $0 >= 32 }) else {
            throw Refusal.ownerUnusable
        }
        let lock = try FileLock.wait("\(directory)/lock")
        defer { withExtendedLifetime(lock) {} }
        var lowestFree: Int?
        for index in 0..<count {
            switch try self.owner(at: index) {
            case .some(owner): return range(at: index)
            case .some: continue
            case nil: lowestFree = lowestFree ?? index
            }
        }
        guard let index = lowestFree else { throw Refusal.exhausted }
        try HostFile.replace(path(at: index), with: owner)
        return range(at: index)
    }

    /// Frees whatever `owner` holds. Call it only when no process of the range is left. Idempotent.
    package func release(owner: String) throws {
        try reclaim { $0.owner == owner }
    }

    /// Frees the ranges that `isAbandoned` names and returns them. Nothing is ever reclaimed
    /// without being asked: only the caller knows which owners live.
    @discardableResult
    package func reclaim(where isAbandoned: (Holding) -> Bool) throws -> [Holding] {
        let lock = try FileLock.wait("\(directory)/lock")
        defer { withExtendedLifetime(lock) {} }
        let abandoned = try holdings().filter(isAbandoned)
        for holding in abandoned {
            let path = path(at: index(of: holding.range))
            guard unlink(path) == 0 || errno == ENOENT else {
                throw HostFile.failure("remove", path)
            }
        }
        return abandoned
    }

    /// All held ranges, in order of their ids.
    package func holdings() throws -> [Holding] {
        var holdings: [Holding] = []
        for index in 0..<count {
            guard let owner = try owner(at: index) else { continue }
            holdings.append(Holding(range: range(at: index), owner: owner))
        }
        return holdings
    }

    private func owner(at index: Int) throws -> String? {
        do throws(SystemFailure) { return try HostFile.read(path(at: index), limit: 256) } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }

    /// Which of the machine's ranges it is, counted from 0; below `count`.
    package func index(of range: IDRange) -> Int { Int((range.base - firstBase) / IDRange.size) }

    /// Calls `body` for those of `indices` whose range nobody holds; meanwhile nobody gets any.
    package func whileFree(_ indices: [Int], _ body: (Int) throws -> Void) throws {
        let lock = try FileLock.wait("\(directory)/lock")
        defer { withExtendedLifetime(lock) {} }
        for index in indices {
            if index < count, try owner(at: index) != nil { continue }
            try body(index)
        }
    }

    private func range(at index: Int) -> IDRange {
        IDRange(base: firstBase + UInt32(index) * IDRange.size)
    }

    private func path(at index: Int) -> String { "\(directory)/range-\(index)" }
}
