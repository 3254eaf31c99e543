/// Why a published file or its path is not accepted. Safe to show.
package enum TileRefusal: String, Error, Hashable, Sendable, CustomStringConvertible {
    case malformedPath
    /// The tree of that size has no such tile.
    case outsideTree
    /// Another number of hashes or entries than the path says, or bytes left over.
    case wrongLength
    /// An entry of more than 65,535 bytes, or a bundle of more than 256 entries.
    case tooLarge

    package var description: String {
        switch self {
        case .malformedPath: "the path is not that of a tile"
        case .outsideTree: "the log has no such tile"
        case .wrongLength: "the tile has the wrong length"
        case .tooLarge: "an entry or a bundle is too large"
        }
    }
}

/// The address of one static file of the log (C2SP tlog-tiles), relative to the log's prefix.
///
/// A hash tile at level `l` holds up to 256 roots of complete subtrees of `256^l` leaves; an
/// entry bundle holds the entries under the level 0 tile of the same index and width.
package struct TilePath: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Level 0 to 63.
        case hashes(level: Int)
        case entries
    }

    package static let fullWidth = 256
    /// Six groups of three digits; the last tile of a log of 2^63 entries needs no more.
    private static let maximumIndex: Int64 = 999_999_999_999_999_999

    package let kind: Kind
    /// Number of the tile within its level.
    package let index: Int64
    /// How many hashes or entries it holds, 1 to 256. Below 256 it is partial.
    package let width: Int

    /// - Throws: `.malformedPath` for a level, an index or a width out of bounds.
    package init(_ kind: Kind, index: Int64, width: Int) throws(TileRefusal) {
        if case .hashes(let level) = kind, !(0...63).contains(level) { throw .malformedPath }
        guard (0...Self.maximumIndex).contains(index), (1...Self.fullWidth).contains(width)
        else { throw .malformedPath }
        self.init(checked: kind, index: index, width: width)
    }

    private init(checked kind: Kind, index: Int64, width: Int) {
        self.kind = kind
        self.index = index
        self.width = width
    }

    /// The level of the tree in units of 8: zero for entries.
    package var level: Int {
        switch kind {
        case .hashes(let level): level
        case .entries: 0
        }
    }

    /// `tile/<L>/<N>` or `tile/entries/<N>`, with `.p/<W>` when partial.
    package var description: String {
        let folder =
            switch kind {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        let suffix = width == Self.fullWidth ? "" : ".p/\(width)"
        return "tile/\(folder)/\(indexText)\(suffix)"
    }

    /// Groups of three digits, all but the last marked with an x.
    private var indexText: String {
        var text = Self.threeDigits(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            text = "x\(Self.threeDigits(rest % 1000))/\(text)"
            rest /= 1000
        }
        return text
    }

    private static func threeDigits(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }
}

extension TilePath {
    /// Reads a path; total on every input. Each tile has exactly one accepted path.
    ///
    /// - Throws: `.malformedPath`.
    package init(parsing path: String) throws(TileRefusal) {
        guard path.utf8.count <= 64 else { throw .malformedPath }
        var parts = path.utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
        ).map(Array.init)
        guard parts.count >= 3, parts[0] == Array("tile".utf8) else { throw .malformedPath }
        let kind = try Self.kind(parsing: parts[1])
        let suffix = Array(".p".utf8)
        var width = Self.fullWidth
        if parts[parts.count - 2].suffix(2) == suffix[...] {
            guard let partial = Int(canonicalDecimal: parts.removeLast()),
                (1..<Self.fullWidth).contains(partial)
            else { throw .malformedPath }
            width = partial
            parts[parts.count - 1].removeLast(suffix.count)
        }
        try self.init(kind, index: try Self.index(parsing: parts.dropFirst(2)), width: width)
    }

    private static func kind(parsing part: [UInt8]) throws(TileRefusal) -> Kind {
        if part == Array("entries".utf8) { return .entries }
        guard let level = Int(canonicalDecimal: part) else { throw .malformedPath }
        return .hashes(level: level)
    }

    private static func index(parsing groups: ArraySlice<[UInt8]>) throws(TileRefusal) -> Int64 {
        guard (1...6).contains(groups.count) else { throw .malformedPath }
        var index: Int64 = 0
        for (position, group) in groups.enumerated() {
            let isLast = position == groups.count - 1
            let digits = isLast ? group[...] : group.dropFirst()
            guard isLast || group.first == UInt8(ascii: "x"), digits.count == 3,
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { throw .malformedPath }
            for digit in digits { index = index * 10 + Int64(digit - UInt8(ascii: "0")) }
            // A leading group of zeros would be a second path to the same tile.
            if position == 0, !isLast, index == 0 { throw .malformedPath }
        }
        return index
    }
}

extension TilePath {
    /// How many hashes or entries the tree of `size` leaves has at this tile's level; zero from
    /// level 8 on, where a shift leaves no bits.
    static func count(level: Int, size: Int64) -> Int64 {
        size >> Int64(8 * level)
    }

    /// Whether the tree of `size` leaves fills this tile to its width.
    package func isCovered(bySize size: Int64) -> Bool {
        let count = Self.count(level: level, size: size)
        return index <= count >> 8 && (index << 8) + Int64(width) <= count
    }

    /// The kinds of tiles that a log of `size` leaves has, entries first.
    package static func kinds(forSize size: Int64) -> [Kind] {
        let levels = (0..<8).prefix { count(level: $0, size: size) > 0 }
        return levels.isEmpty ? [] : [.entries] + levels.map { .hashes(level: $0) }
    }

    /// The tiles of one kind to publish when a log grows from `old` to `new` leaves, each as
    /// wide as `new` makes it. From zero: all tiles that make up the log.
    package static func tiles(
        of kind: Kind, growingFrom old: Int64, to new: Int64
    ) -> some Sequence<TilePath> {
        let level = TilePath(checked: kind, index: 0, width: 1).level
        let oldCount = count(level: level, size: max(0, old))
        let newCount = count(level: level, size: max(0, new))
        let first = oldCount >> 8
        let end = newCount > oldCount ? ((newCount - 1) >> 8) + 1 : first
        return (first..<end).lazy.map { index in
            let width = min(Int64(fullWidth), newCount - (index << 8))
            return TilePath(checked: kind, index: index, width: Int(width))
        }
    }
}
