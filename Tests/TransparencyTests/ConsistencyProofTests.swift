import Testing
import Transparency

@Suite struct ConsistencyProofTests {
    private let tree = SampleTree(size: 80)
    private let roots: [LogHash]

    init() {
        let tree = tree
        roots = (0...80).map { tree.naiveRoot($0) }
    }

    private func proof(_ from: Int, _ to: Int) throws -> ConsistencyProof {
        try MerkleLog.consistencyProof(
            from: Int64(from), to: Int64(to), lookup: tree.store.lookup)
    }

    @Test func `every tree up to 80 is proven to begin with every smaller one`() throws {
        for to in 0...80 {
            for from in 0...to {
                try proof(from, to).verify(oldRoot: roots[from], newRoot: roots[to])
            }
        }
    }

    @Test func `one turned bit anywhere refuses the proof`() throws {
        var generator = SeededGenerator(seed: propertySeed)
        for to in 0...80 {
            for from in 0...to {
                let proof = try proof(from, to)
                let byte = Int.random(in: 0..<32, using: &generator)
                expectRefused(proof, roots[from].flipped(byte: byte), roots[to])
                // The empty tree is the beginning of any tree, so of a turned root too.
                if from > 0 || to == 0 {
                    expectRefused(proof, roots[from], roots[to].flipped(byte: byte))
                }
                for place in proof.path.indices {
                    var path = proof.path
                    path[place] = path[place].flipped(byte: byte)
                    expectRefused(proof.with(path: path), roots[from], roots[to])
                }
            }
        }
    }

    @Test func `a path with one hash more or less is refused`() throws {
        for to in 0...40 {
            for from in 0...to {
                let proof = try proof(from, to)
                for place in 0...proof.path.count {
                    var path = proof.path
                    path.insert(roots[to], at: place)
                    expectRefused(proof.with(path: path), roots[from], roots[to])
                }
                for place in proof.path.indices {
                    var path = proof.path
                    path.remove(at: place)
                    expectRefused(proof.with(path: path), roots[from], roots[to])
                }
            }
        }
    }

    @Test func `a log that rewrote an old entry cannot prove that it grew`() throws {
        var leaves = tree.leaves
        leaves[5] = leaves[5].flipped(byte: 0)
        let store = NodeStore()
        var frontier = Frontier()
        store.insert(frontier.append(contentsOf: leaves))
        for from in 6...80 {
            let proof = try MerkleLog.consistencyProof(
                from: Int64(from), to: 80, lookup: store.lookup)
            expectRefused(proof, roots[from], frontier.root)
        }
        let before = try MerkleLog.consistencyProof(from: 5, to: 80, lookup: store.lookup)
        try before.verify(oldRoot: roots[5], newRoot: frontier.root)
    }

    @Test(
        arguments: [
            (-1, 1), (2, 1), (.min, .max), (.max, 0), (-1, -1), (.min, .min),
        ] as [(Int64, Int64)])
    func `sizes that cannot be are refused`(from: Int64, to: Int64) {
        let proof = ConsistencyProof(from: from, to: to, path: [.emptyTree])
        #expect(throws: ProofRefusal.impossiblePosition) {
            try proof.verify(oldRoot: .emptyTree, newRoot: .emptyTree)
        }
    }

    @Test func `a path of any length ends without a trap`() {
        let sizes: [Int64] = [1, 2, 3, 1 << 40, 1 << 62, .max - 1, .max]
        for to in sizes {
            for from in sizes where from < to {
                for count in [0, 1, 62, 63, 64, 10_000] {
                    let proof = ConsistencyProof(
                        from: from, to: to, path: Array(repeating: .emptyTree, count: count))
                    expectRefused(proof, .emptyTree, .emptyTree.flipped(byte: 1))
                }
            }
        }
    }

    private func expectRefused(_ proof: ConsistencyProof, _ old: LogHash, _ new: LogHash) {
        #expect(throws: ProofRefusal.self, "\(proof.from) to \(proof.to), seed \(propertySeed)") {
            try proof.verify(oldRoot: old, newRoot: new)
        }
    }
}

extension ConsistencyProof {
    fileprivate func with(path: [LogHash]) -> ConsistencyProof {
        ConsistencyProof(from: from, to: to, path: path)
    }
}
