import Testing
import Transparency

@Suite struct TilePathTests {
    @Test(
        arguments: [
            ("tile/0/000", TilePath.Kind.hashes(level: 0), 0, 256),
            ("tile/0/255", .hashes(level: 0), 255, 256),
            ("tile/0/256", .hashes(level: 0), 256, 256),
            ("tile/1/999", .hashes(level: 1), 999, 256),
            ("tile/1/x001/000", .hashes(level: 1), 1000, 256),
            ("tile/3/x001/x234/067", .hashes(level: 3), 1_234_067, 256),
            ("tile/3/x001/x234/067.p/1", .hashes(level: 3), 1_234_067, 1),
            ("tile/63/005.p/255", .hashes(level: 63), 5, 255),
            ("tile/entries/x001/x234/067", .entries, 1_234_067, 256),
            ("tile/entries/000.p/12", .entries, 0, 12),
        ] as [(String, TilePath.Kind, Int64, Int)])
    func `a tile has one path and a path one tile`(
        text: String, kind: TilePath.Kind, index: Int64, width: Int
    ) throws {
        let path = try TilePath(kind, index: index, width: width)
        #expect(path.description == text)
        #expect(try TilePath(parsing: text) == path)
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000", "tile/00/000",
        "tile/64/000", "tile/-1/000", "tile/x/000", "tile/data/000", "tile/0/0", "tile/0/0000",
        "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/x001/x002", "tile/0/y001/002",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/0/000.p/-1", "tile/0/.p/5", "tile/.p/5", ".p/5", "tile/0/000.q/5", "tile/0/000.p/5/6",
        "tile/0/x001/000.p/5/", "tile/0/../000", "tile/0/٠٠٠", "tile/0/00é", "checkpoint",
        "tile/0/x001/x001/x001/x001/x001/x001/001", "tile/0/000.p/99999999999999999999",
    ])
    func `every other path is refused`(text: String) {
        #expect(throws: TileRefusal.malformedPath) { try TilePath(parsing: text) }
    }

    @Test func `hostile paths end in a refusal or in their own text`() throws {
        var generator = SeededGenerator(seed: propertySeed)
        let pieces = ["tile", "/", "0", "63", "entries", "x001", "000", "255", ".p", "5", "é", ""]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<10, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
            do throws(TileRefusal) {
                #expect(try TilePath(parsing: text).description == text, "seed \(propertySeed)")
            } catch {
                #expect(error == .malformedPath)
            }
        }
    }

    @Test func `levels, indexes and widths out of bounds make no path`() {
        let cases: [(TilePath.Kind, Int64, Int)] = [
            (.hashes(level: 64), 0, 1), (.hashes(level: -1), 0, 1), (.entries, -1, 1),
            (.entries, .max, 1), (.entries, 0, 0), (.entries, 0, 257), (.entries, 0, .min),
        ]
        for (kind, index, width) in cases {
            #expect(throws: TileRefusal.malformedPath) {
                try TilePath(kind, index: index, width: width)
            }
        }
    }

    // The shapes that C2SP tlog-tiles states for logs of 70,000 and of 256 entries.
    @Test func `a log of 70,000 entries has the tiles of the specification`() {
        func shape(_ kind: TilePath.Kind, _ size: Int64) -> [Int] {
            TilePath.tiles(of: kind, growingFrom: 0, to: size).map(\.width)
        }
        let full = Array(repeating: 256, count: 273)
        #expect(shape(.hashes(level: 0), 70_000) == full + [112])
        #expect(shape(.entries, 70_000) == full + [112])
        #expect(shape(.hashes(level: 1), 70_000) == [256, 17])
        #expect(shape(.hashes(level: 2), 70_000) == [1])
        #expect(shape(.hashes(level: 3), 70_000) == [])
        #expect(
            TilePath.kinds(forSize: 70_000)
                == [.entries] + (0...2).map { .hashes(level: $0) })
        #expect(shape(.hashes(level: 0), 256) == [256])
        #expect(shape(.hashes(level: 1), 256) == [1])
        #expect(TilePath.kinds(forSize: 0) == [])
        #expect(TilePath.kinds(forSize: 255) == [.entries, .hashes(level: 0)])
    }

    @Test func `a growing log publishes every tile that changed and no other`() {
        for old in stride(from: Int64(0), through: 1200, by: 37) {
            for new in stride(from: old, through: old + 600, by: 53) {
                for kind in [.entries, .hashes(level: 0), .hashes(level: 1)] as [TilePath.Kind] {
                    let before = Set(TilePath.tiles(of: kind, growingFrom: 0, to: old))
                    let after = Set(TilePath.tiles(of: kind, growingFrom: 0, to: new))
                    let grown = Array(TilePath.tiles(of: kind, growingFrom: old, to: new))
                    #expect(Set(grown) == after.subtracting(before))
                    #expect(Set(grown).count == grown.count)
                }
            }
        }
    }

    @Test func `a tile is covered from the size that fills it on`() throws {
        let cases: [(String, Int64)] = [
            ("tile/0/000.p/1", 1), ("tile/0/000", 256), ("tile/entries/001.p/4", 260),
            ("tile/1/000.p/1", 256), ("tile/1/000.p/2", 512), ("tile/1/000", 65_536),
            ("tile/2/000.p/1", 65_536), ("tile/7/000.p/1", 1 << 56),
        ]
        for (text, size) in cases {
            let path = try TilePath(parsing: text)
            #expect(path.isCovered(bySize: size))
            #expect(!path.isCovered(bySize: size - 1))
        }
        #expect(try !TilePath(parsing: "tile/8/000.p/1").isCovered(bySize: .max))
        #expect(try !TilePath(parsing: "tile/63/000.p/1").isCovered(bySize: .max))
        #expect(
            try !TilePath(.entries, index: 999_999_999_999_999_999, width: 256)
                .isCovered(bySize: .max))
    }
}
