/// The content of a hash tile: consecutive hashes of one tree level, 32 bytes each.
///
/// Tiles fetched from a log are its word; they are true once they lead to a signed root.
package struct HashTile: Hashable, Sendable {
    package let path: TilePath
    package let hashes: [LogHash]

    /// The tile at `path` in the tree of `size` leaves, from stored nodes.
    ///
    /// - Throws: `TileRefusal.outsideTree`, or what `lookup` throws.
    package init(at path: TilePath, size: Int64, lookup: MerkleLog.Lookup) throws {
        guard case .hashes(let level) = path.kind, path.isCovered(bySize: size) else {
            throw TileRefusal.outsideTree
        }
        let first = path.index << 8
        self.path = path
        hashes = try (first..<first + Int64(path.width)).map { try lookup(8 * level, $0) }
    }

    /// Reads the bytes served at `path`.
    ///
    /// - Throws: `.wrongLength` unless they are exactly as many hashes as the path says.
    package init(parsing bytes: [UInt8], at path: TilePath) throws(TileRefusal) {
        guard case .hashes = path.kind else { throw .malformedPath }
        guard bytes.count == path.width * LogHash.byteCount else { throw .wrongLength }
        var hashes: [LogHash] = []
        for start in stride(from: 0, to: bytes.count, by: LogHash.byteCount) {
            guard let hash = LogHash(bytes[start..<start + LogHash.byteCount]) else {
                throw .wrongLength
            }
            hashes.append(hash)
        }
        self.path = path
        self.hashes = hashes
    }

    /// The bytes to serve.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * LogHash.byteCount)
        for hash in hashes { hash.append(to: &bytes) }
        return bytes
    }
}

/// The content of an entry bundle: up to 256 entries, each after its length in two big-endian
/// bytes.
package struct EntryBundle: Hashable, Sendable {
    package static let maximumEntryBytes = Int(UInt16.max)

    package let entries: [[UInt8]]

    /// - Throws: `.tooLarge` for an entry above 65,535 bytes or more than 256 entries.
    package init(_ entries: [[UInt8]]) throws(TileRefusal) {
        guard entries.count <= TilePath.fullWidth,
            entries.allSatisfy({ $0.count <= Self.maximumEntryBytes })
        else { throw .tooLarge }
        self.entries = entries
    }

    /// Reads the bytes served at an entry path; total on every input.
    ///
    /// The number of entries is not compared with any path: a mirror that lacks one is to be
    /// told which (`LogMirror`).
    ///
    /// - Throws: `.wrongLength` if the last entry is cut, `.tooLarge` above 256 entries.
    package init(parsing bytes: [UInt8]) throws(TileRefusal) {
        var entries: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            guard bytes.count - position >= 2 else { throw .wrongLength }
            let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard bytes.count - position >= length else { throw .wrongLength }
            guard entries.count < TilePath.fullWidth else { throw .tooLarge }
            entries.append(Array(bytes[position..<position + length]))
            position += length
        }
        self.entries = entries
    }

    /// The bytes to serve.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes.append(UInt8(truncatingIfNeeded: entry.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: entry.count))
            bytes += entry
        }
        return bytes
    }
}

/// Tree nodes read out of hash tiles: lets a stranger who has only the published files ask
/// `MerkleLog` for roots and proofs.
package struct TileNodes {
    /// The size of the tree whose tiles are published.
    package let size: Int64
    private let tile: (TilePath) throws -> HashTile

    /// `tile` gives the tile at a path. It is asked again for each node; the caller caches.
    package init(size: Int64, tile: @escaping (TilePath) throws -> HashTile) {
        self.size = size
        self.tile = tile
    }

    /// The node, computed from the tile below it.
    ///
    /// - Throws: `TileRefusal.outsideTree`, `.wrongLength`, or what the tile source throws.
    package func node(level: Int, index: Int64) throws -> LogHash {
        guard (0..<63).contains(level), index >= 0, size >= 0, index < size >> Int64(level)
        else { throw TileRefusal.outsideTree }
        let first = index << Int64(level % 8)
        let available = TilePath.count(level: level / 8, size: size) - ((first >> 8) << 8)
        let path = try TilePath(
            .hashes(level: level / 8), index: first >> 8,
            width: Int(min(Int64(TilePath.fullWidth), available)))
        let hashes = try tile(path).hashes
        guard hashes.count == path.width else { throw TileRefusal.wrongLength }
        let offset = Int(first & 0xFF)
        return MerkleLog.root(ofLeaves: hashes[offset..<offset + (1 << (level % 8))])
    }
}
