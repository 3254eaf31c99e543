import Foundation
import Testing
import Transparency

@Suite struct InclusionProofTests {
    static let sharedVectors: URL = {
        let given = ProcessInfo.processInfo.environment["ORBAN_SHARED_DATA"].map {
            URL(filePath: $0)
        }
        let data = given ?? Golden.packageRoot.appending(path: "../shared/data")
        return data.appending(path: "vectors/merkle/inclusion").standardizedFileURL
    }()
    static let hasSharedVectors = FileManager.default.fileExists(atPath: sharedVectors.path())

    @Test func `every leaf of every tree up to 80 is proven`() throws {
        let tree = SampleTree(size: 80)
        for size in 1...80 {
            let root = tree.naiveRoot(size)
            for index in 0..<size {
                let proof = try MerkleLog.inclusionProof(
                    index: Int64(index), size: Int64(size), lookup: tree.store.lookup)
                try proof.verify(leaf: tree.leaves[index], root: root)
            }
        }
    }

    @Test func `one turned bit anywhere refuses the proof`() throws {
        var generator = SeededGenerator(seed: propertySeed)
        let tree = SampleTree(size: 80)
        for size in 1...80 {
            let root = tree.naiveRoot(size)
            let index = Int.random(in: 0..<size, using: &generator)
            let proof = try MerkleLog.inclusionProof(
                index: Int64(index), size: Int64(size), lookup: tree.store.lookup)
            let byte = Int.random(in: 0..<32, using: &generator)
            let leaf = tree.leaves[index]
            expectRefused(proof, leaf.flipped(byte: byte), root, .rootMismatch)
            expectRefused(proof, leaf, root.flipped(byte: byte), .rootMismatch)
            for place in proof.path.indices {
                var path = proof.path
                path[place] = path[place].flipped(byte: byte)
                expectRefused(proof.with(path: path), leaf, root, .rootMismatch)
                path.remove(at: place)
                expectRefused(proof.with(path: path), leaf, root, .wrongLength)
                path = proof.path
                path.insert(root, at: place)
                expectRefused(proof.with(path: path), leaf, root, .wrongLength)
            }
        }
    }

    @Test func `a proof holds for no other leaf number`() throws {
        let tree = SampleTree(size: 40)
        for size in 1...40 {
            let root = tree.naiveRoot(size)
            for index in 0..<size {
                let proof = try MerkleLog.inclusionProof(
                    index: Int64(index), size: Int64(size), lookup: tree.store.lookup)
                for other in -1...size where other != index {
                    let moved = InclusionProof(
                        index: Int64(other), size: Int64(size), path: proof.path)
                    #expect(throws: ProofRefusal.self) {
                        try moved.verify(leaf: tree.leaves[index], root: root)
                    }
                }
            }
        }
    }

    @Test(
        arguments: [
            (-1, 1), (1, 1), (0, 0), (.max, .max), (0, .min), (.min, .max), (.max, 1),
        ] as [(Int64, Int64)])
    func `positions that cannot be are refused`(index: Int64, size: Int64) {
        for count in [0, 1, 64, 1000] {
            let proof = InclusionProof(
                index: index, size: size, path: Array(repeating: .emptyTree, count: count))
            expectRefused(proof, .emptyTree, .emptyTree, .impossiblePosition)
        }
    }

    @Test func `a path of any length ends without a trap`() {
        for size in [1, 2, 3, 1 << 40, .max - 1, .max] as [Int64] {
            for index in [0, size / 2, size - 1] {
                for count in [0, 1, 62, 63, 64, 10_000] {
                    let proof = InclusionProof(
                        index: index, size: size, path: Array(repeating: .emptyTree, count: count))
                    #expect(throws: ProofRefusal.self) {
                        try proof.verify(leaf: .emptyTree, root: .emptyTree.flipped(byte: 0))
                    }
                }
            }
        }
    }

    @Test(
        .enabled(
            if: hasSharedVectors,
            "no inclusion vectors; set ORBAN_SHARED_DATA to the folder that holds vectors/merkle"))
    func `the published inclusion vectors are judged as they say`() throws {
        let paths = FileManager.default.enumerator(
            at: Self.sharedVectors, includingPropertiesForKeys: nil)
        let files = try #require(paths).compactMap { $0 as? URL }
            .filter { $0.pathExtension == "json" }
        #expect(files.count == 98)
        for file in files {
            let data = try Data(contentsOf: file)
            let vector = try JSONDecoder().decode(InclusionVector.self, from: data)
            #expect(vector.isAccepted == !vector.wantErr, "\(file.lastPathComponent)")
        }
    }

    private func expectRefused(
        _ proof: InclusionProof, _ leaf: LogHash, _ root: LogHash, _ refusal: ProofRefusal
    ) {
        #expect(throws: refusal, "leaf \(proof.index) of \(proof.size), seed \(propertySeed)") {
            try proof.verify(leaf: leaf, root: root)
        }
    }
}

extension InclusionProof {
    fileprivate func with(path: [LogHash]) -> InclusionProof {
        InclusionProof(index: index, size: size, path: path)
    }
}

/// A vector as published: numbers may not fit ours and hashes may have any length; both are
/// refused where they are parsed.
private struct InclusionVector: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: String
    let leafHash: String
    let proof: [String]?
    let wantErr: Bool

    var isAccepted: Bool {
        let path = (proof ?? []).map { LogHash(base64: $0) }
        guard let index = Int64(exactly: leafIdx), let size = Int64(exactly: treeSize),
            let root = LogHash(base64: root), let leaf = LogHash(base64: leafHash),
            !path.contains(nil)
        else { return false }
        do {
            try InclusionProof(index: index, size: size, path: path.compactMap(\.self))
                .verify(leaf: leaf, root: root)
            return true
        } catch {
            return false
        }
    }
}
