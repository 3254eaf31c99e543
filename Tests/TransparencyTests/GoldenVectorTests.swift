import Crypto
import Testing
import Transparency

/// The vectors under `api/vectors/log`, which `derive.py` beside them computes on its own.
@Suite struct GoldenVectorTests {
    private struct Tree: Decodable {
        let entries: [String]
        let leaves: [LogHash]
        let roots: [LogHash]
        let inclusion: [InclusionProof]
        let consistency: [ConsistencyProof]
    }
    private struct Note: Decodable {
        let seed: String
        let name: String
        let publicKey: String
        let verifier: String
        let size: Int64
        let root: LogHash
        let text: String
        let note: String
        let foreignVerifiers: [String]
    }
    private struct Tiles: Decodable {
        struct Place: Decodable {
            let level: Int?
            let index: Int64
            let width: Int
            let path: String
        }
        struct Digest: Decodable {
            let path: String
            let sha256: String
        }
        let hashPaths: [Place]
        let entryPaths: [Place]
        let bundleEntries: [String]
        let bundle: String
        let size: Int64
        let tiles: [Digest]
    }

    @Test func `leaves, roots and proofs are those of the tree vectors`() throws {
        let tree = try Golden.read(Tree.self, "tree.json")
        let leaves = try tree.entries.map { LogHash.leaf(try #require(Base64.decode($0))) }
        #expect(leaves == tree.leaves)
        let store = NodeStore()
        var frontier = Frontier()
        for (size, root) in tree.roots.enumerated() {
            #expect(frontier.root == root)
            if size < leaves.count { store.insert(frontier.append(leaves[size])) }
        }
        #expect(tree.roots.count == leaves.count + 1)
        for proof in tree.inclusion {
            try proof.verify(leaf: leaves[Int(proof.index)], root: tree.roots[Int(proof.size)])
            #expect(
                try MerkleLog.inclusionProof(
                    index: proof.index, size: proof.size, lookup: store.lookup) == proof)
        }
        for proof in tree.consistency {
            try proof.verify(
                oldRoot: tree.roots[Int(proof.from)], newRoot: tree.roots[Int(proof.to)])
            #expect(
                try MerkleLog.consistencyProof(
                    from: proof.from, to: proof.to, lookup: store.lookup) == proof)
        }
        #expect(!tree.inclusion.isEmpty && !tree.consistency.isEmpty)
    }

    @Test func `the signed head of the note vector is made and accepted byte for byte`() throws {
        let vector = try Golden.read(Note.self, "note.json")
        let verifier = try NoteVerifier(parsing: vector.verifier)
        #expect(Hex.encode(verifier.publicKey) == vector.publicKey)
        #expect(verifier.description == vector.verifier)
        let read = try SignedHead(verifying: Array(vector.note.utf8), with: verifier)
        let head = try Head(origin: vector.name, size: vector.size, root: vector.root)
        #expect(head.text == vector.text)
        #expect(read.head == head)
        let seed = try #require(Hex.decode(vector.seed))
        let signer = try NoteSigner(
            name: vector.name, privateKey: Curve25519.Signing.PrivateKey(rawRepresentation: seed))
        #expect(signer.verifier == verifier)
        #expect(try SignedHead(signing: head, by: signer).bytes == Array(vector.note.utf8))
        for foreign in vector.foreignVerifiers {
            #expect(try NoteVerifier(parsing: foreign).description == foreign)
        }
    }

    @Test func `tile paths and the bundle are those of the tile vectors`() throws {
        let vector = try Golden.read(Tiles.self, "tiles.json")
        for place in vector.hashPaths + vector.entryPaths {
            let kind = place.level.map { TilePath.Kind.hashes(level: $0) } ?? .entries
            let path = try TilePath(kind, index: place.index, width: place.width)
            #expect(path.description == place.path)
            #expect(try TilePath(parsing: place.path) == path)
        }
        let entries = try vector.bundleEntries.map { try #require(Base64.decode($0)) }
        #expect(Base64.encode(try EntryBundle(entries).bytes) == vector.bundle)
    }

    @Test func `hash tiles of a log of 65,800 entries are those of the tile vectors`() throws {
        let vector = try Golden.read(Tiles.self, "tiles.json")
        let store = NodeStore()
        var frontier = Frontier()
        for number in 0..<vector.size {
            let entry = withUnsafeBytes(of: number.bigEndian) { Array($0) }
            store.insert(frontier.append(.leaf(entry)))
        }
        for digest in vector.tiles {
            let tile = try HashTile(
                at: TilePath(parsing: digest.path), size: vector.size, lookup: store.lookup)
            #expect(Hex.encode(Array(SHA256.hash(data: tile.bytes))) == digest.sha256)
        }
        #expect(vector.tiles.count == 7)
    }
}
