import Testing
import Transparency

@Suite struct TilesTests {
    @Test func `a bundle is read back as it was written`() throws {
        var generator = SeededGenerator(seed: propertySeed)
        for count in [0, 1, 2, 17, 255, 256] {
            let entries = (0..<count).map { generator.bytes($0 * 7 % 300) }
            let bundle = try EntryBundle(entries)
            #expect(try EntryBundle(parsing: bundle.bytes) == bundle, "seed \(propertySeed)")
        }
        let largest = [[UInt8](repeating: 7, count: 65_535)]
        #expect(try EntryBundle(parsing: EntryBundle(largest).bytes).entries == largest)
    }

    @Test func `a bundle takes no entry above 65,535 bytes and no more than 256`() {
        #expect(throws: TileRefusal.tooLarge) {
            try EntryBundle([[UInt8](repeating: 7, count: 65_536)])
        }
        #expect(throws: TileRefusal.tooLarge) {
            try EntryBundle(Array(repeating: [], count: 257))
        }
        #expect(throws: TileRefusal.tooLarge) {
            try EntryBundle(parsing: [UInt8](repeating: 0, count: 257 * 2))
        }
    }

    @Test func `a cut bundle is refused wherever it is cut inside an entry`() throws {
        let bytes = try EntryBundle([[1, 2, 3], [], [4]]).bytes
        let whole: Set = [0, 5, 7, 10]
        for count in 0...bytes.count {
            let cut = Array(bytes.prefix(count))
            if whole.contains(count) {
                #expect(try EntryBundle(parsing: cut).bytes == cut)
            } else {
                #expect(throws: TileRefusal.wrongLength) { try EntryBundle(parsing: cut) }
            }
        }
    }

    @Test func `a hash tile is read back and refused at any other length`() throws {
        let tree = SampleTree(size: 300)
        let path = try TilePath(parsing: "tile/0/001.p/44")
        let tile = try HashTile(at: path, size: 300, lookup: tree.store.lookup)
        #expect(tile.hashes == Array(tree.leaves[256...]))
        #expect(try HashTile(parsing: tile.bytes, at: path) == tile)
        for bytes in [[], Array(tile.bytes.dropLast()), tile.bytes + [0]] {
            #expect(throws: TileRefusal.wrongLength) { try HashTile(parsing: bytes, at: path) }
        }
    }

    @Test func `a tile outside the tree or of entries has no hashes`() throws {
        let tree = SampleTree(size: 300)
        for text in ["tile/0/001.p/45", "tile/0/001", "tile/1/000.p/2", "tile/entries/000"] {
            let path = try TilePath(parsing: text)
            #expect(throws: TileRefusal.outsideTree) {
                try HashTile(at: path, size: 300, lookup: tree.store.lookup)
            }
        }
    }

    @Test func `published tiles alone answer every question like the stored nodes`() throws {
        for size in [1, 2, 255, 256, 257, 511, 600] as [Int64] {
            let tree = SampleTree(size: Int(size))
            let nodes = TileNodes(size: size) { path in
                try HashTile(at: path, size: size, lookup: tree.store.lookup)
            }
            #expect(try MerkleLog.root(size: size, lookup: nodes.node) == tree.naiveRoot(Int(size)))
            for index in stride(from: Int64(0), to: size, by: 41) {
                #expect(
                    try MerkleLog.inclusionProof(index: index, size: size, lookup: nodes.node)
                        == MerkleLog.inclusionProof(
                            index: index, size: size, lookup: tree.store.lookup))
                #expect(
                    try MerkleLog.consistencyProof(from: index, to: size, lookup: nodes.node)
                        == MerkleLog.consistencyProof(
                            from: index, to: size, lookup: tree.store.lookup))
            }
        }
    }

    @Test func `nodes outside the published tree are refused`() throws {
        let nodes = TileNodes(size: 300) { _ in throw TileRefusal.malformedPath }
        for (level, index) in [(0, 300), (8, 1), (9, 0), (0, -1), (-1, 0), (63, 0), (64, 0)] {
            #expect(throws: TileRefusal.outsideTree) {
                try nodes.node(level: level, index: Int64(index))
            }
        }
    }
}
