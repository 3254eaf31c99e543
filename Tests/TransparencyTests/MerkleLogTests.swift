import Testing
import Transparency

@Suite struct MerkleLogTests {
    @Test func `a growing tree has at every size the root of the definition`() throws {
        let tree = SampleTree(size: 300)
        var frontier = Frontier()
        for size in 0...300 {
            let expected = tree.naiveRoot(size)
            #expect(frontier.size == Int64(size))
            #expect(frontier.root == expected)
            #expect(try MerkleLog.root(size: Int64(size), lookup: tree.store.lookup) == expected)
            #expect(try Frontier(size: Int64(size), lookup: tree.store.lookup) == frontier)
            if size < 300 { frontier.add(tree.leaves[size]) }
        }
    }

    @Test func `a tree may be continued from its stored nodes at any size`() throws {
        let leaves = SampleTree(size: 130).leaves
        for cut in 0...130 {
            let store = NodeStore()
            var first = Frontier()
            store.insert(first.append(contentsOf: leaves.prefix(cut)))
            var second = try Frontier(size: Int64(cut), lookup: store.lookup)
            store.insert(second.append(contentsOf: leaves.dropFirst(cut)))
            #expect(second.root == Naive.root(leaves[...]))
            #expect(try MerkleLog.root(size: 130, lookup: store.lookup) == second.root)
        }
    }

    @Test func `a frontier needs exactly its peaks`() throws {
        let tree = SampleTree(size: 100)
        for size in 0...100 as ClosedRange<Int64> {
            let frontier = try Frontier(size: size, lookup: tree.store.lookup)
            #expect(Frontier(size: size, peaks: frontier.peaks) == frontier)
            #expect(Frontier(size: size, peaks: frontier.peaks + [.emptyTree]) == nil)
            if size > 0 {
                #expect(Frontier(size: size, peaks: frontier.peaks.dropLast()) == nil)
            }
        }
        #expect(Frontier(size: -1, peaks: []) == nil)
        #expect(Frontier(size: .min, peaks: [.emptyTree]) == nil)
    }

    @Test func `an append stores exactly the subtrees that it completes`() {
        var frontier = Frontier()
        for size in 0..<64 {
            let nodes = frontier.append(.leaf([UInt8(size)]))
            #expect(nodes.count == (size + 1).trailingZeroBitCount + 1)
            #expect(nodes.map(\.level) == Array(0..<nodes.count))
            #expect(nodes.map(\.index) == (0..<nodes.count).map { Int64(size >> $0) })
        }
    }

    @Test func `no question looks up more nodes than twice the height of the tree`() throws {
        let size = 1000
        let tree = SampleTree(size: size)
        for index in 0..<size {
            tree.store.resetCount()
            _ = try MerkleLog.inclusionProof(
                index: Int64(index), size: Int64(size), lookup: tree.store.lookup)
            #expect(tree.store.lookups <= 20)
            tree.store.resetCount()
            _ = try MerkleLog.consistencyProof(
                from: Int64(index), to: Int64(size), lookup: tree.store.lookup)
            #expect(tree.store.lookups <= 20)
        }
    }

    @Test func `leaves and sizes that cannot be are refused`() {
        let lookup: MerkleLog.Lookup = { _, _ in .emptyTree }
        #expect(throws: LogRangeError.negativeSize(-1)) {
            try MerkleLog.root(size: -1, lookup: lookup)
        }
        for (index, size) in [(-1, 3), (3, 3), (0, 0), (.max, .max), (0, .min)] as [(Int64, Int64)]
        {
            #expect(throws: LogRangeError.indexOutsideTree(index: index, size: size)) {
                try MerkleLog.inclusionProof(index: index, size: size, lookup: lookup)
            }
        }
        #expect(throws: LogRangeError.sizesNotAscending(from: 4, to: 3)) {
            try MerkleLog.consistencyProof(from: 4, to: 3, lookup: lookup)
        }
        #expect(throws: LogRangeError.negativeSize(-4)) {
            try MerkleLog.consistencyProof(from: -4, to: 3, lookup: lookup)
        }
    }

    @Test func `the largest sizes need no more nodes than bits and do not overflow`() throws {
        var lookups = 0
        let lookup: MerkleLog.Lookup = { level, index in
            lookups += 1
            return .leaf([UInt8(level)] + Array(String(index).utf8))
        }
        let root = try MerkleLog.root(size: .max, lookup: lookup)
        let proof = try MerkleLog.inclusionProof(index: .max - 1, size: .max, lookup: lookup)
        #expect(lookups <= 63 * 3)
        let leaf = try lookup(0, .max - 1)
        try proof.verify(leaf: leaf, root: root)
        let growth = try MerkleLog.consistencyProof(from: .max - 1, to: .max, lookup: lookup)
        let old = try MerkleLog.root(size: .max - 1, lookup: lookup)
        try growth.verify(oldRoot: old, newRoot: root)
    }

    @Test func `a lost node fails the question that needs it`() {
        let store = NodeStore()
        #expect(throws: NodeStore.Missing.self) {
            try MerkleLog.root(size: 1, lookup: store.lookup)
        }
    }
}
