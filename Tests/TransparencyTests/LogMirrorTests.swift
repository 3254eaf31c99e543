import Crypto
import Testing
import Transparency

@Suite struct LogMirrorTests {
    private let signer: NoteSigner
    private let entries = (0..<300).map { Array("entry \($0)".utf8) }
    private let leaves: [LogHash]
    private let signed: SignedHead

    init() throws {
        signer = try NoteSigner(
            name: "orban.example/log",
            privateKey: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: 9, count: 32)))
        leaves = entries.map(LogHash.leaf)
        let head = try Head(
            origin: signer.name, size: Int64(entries.count), root: Naive.root(leaves[...]))
        signed = try SignedHead(signing: head, by: signer)
    }

    private func check(_ entries: [[UInt8]]) -> MirrorVerdict {
        LogMirror.check(note: signed.bytes, verifier: signer.verifier, entries: entries)
    }

    private func faults(_ entries: [[UInt8]]) -> MirrorVerdict {
        LogMirror.check(
            note: signed.bytes, verifier: signer.verifier, entries: entries, leaves: leaves)
    }

    @Test func `a true copy is intact with tiles and without`() {
        #expect(check(entries) == .intact(signed))
        #expect(faults(entries) == .intact(signed))
    }

    @Test func `without tiles a false copy is a root mismatch`() {
        var copy = entries
        copy[7][0] ^= 1
        let root = MerkleLog.root(ofLeaves: copy.map(LogHash.leaf))
        #expect(check(copy) == .rootMismatch(signed, found: 300, root: root))
        let short = Array(entries.dropLast())
        let shortRoot = Naive.root(leaves.dropLast())
        #expect(check(short) == .rootMismatch(signed, found: 299, root: shortRoot))
    }

    @Test func `a changed entry is named wherever it stands`() {
        for index in entries.indices {
            var copy = entries
            copy[index].append(0)
            #expect(faults(copy) == .faults(signed, [.changed(leaf: Int64(index))]))
        }
    }

    @Test func `a missing entry is named wherever it stood`() {
        for index in entries.indices {
            var copy = entries
            copy.remove(at: index)
            #expect(faults(copy) == .faults(signed, [.missing(leaf: Int64(index))]))
        }
    }

    @Test func `an extra entry is named wherever it was put`() {
        for index in 0...entries.count {
            var copy = entries
            copy.insert([1, 2, 3], at: index)
            #expect(faults(copy) == .faults(signed, [.extra(position: Int64(index))]))
        }
    }

    @Test func `an entry replaced by a copy of another is changed`() {
        for (index, other) in [(5, 250), (250, 5), (0, 299), (299, 0), (10, 11), (11, 10)] {
            var copy = entries
            copy[index] = entries[other]
            #expect(faults(copy) == .faults(signed, [.changed(leaf: Int64(index))]))
        }
    }

    @Test func `several faults of several kinds are all named`() {
        var copy = entries
        copy.insert([9], at: 290)
        copy.removeSubrange(100..<103)
        copy[50] = [1]
        copy[51] = [2]
        copy.remove(at: 3)
        #expect(
            faults(copy)
                == .faults(
                    signed,
                    [
                        .missing(leaf: 3), .changed(leaf: 50), .changed(leaf: 51),
                        .missing(leaf: 100), .missing(leaf: 101), .missing(leaf: 102),
                        .extra(position: 286),
                    ]))
    }

    @Test func `no more faults are named than the limit`() {
        guard case .faults(_, let named) = faults([]) else {
            Issue.record("an empty copy has faults")
            return
        }
        #expect(named == (0..<100).map { .missing(leaf: $0) })
    }

    @Test func `tiles that do not lead to the signed root accuse nobody`() {
        var tiles = leaves
        tiles[9] = tiles[9].flipped(byte: 3)
        var copy = entries
        copy[200] = []
        let verdict = LogMirror.check(
            note: signed.bytes, verifier: signer.verifier, entries: copy, leaves: tiles)
        #expect(verdict == .leavesRefused(signed, found: 300, root: Naive.root(tiles[...])))
    }

    @Test func `a head that is not the log's is refused before anything is compared`() throws {
        let other = try NoteSigner(name: signer.name, privateKey: Curve25519.Signing.PrivateKey())
        let verdict = LogMirror.check(
            note: signed.bytes, verifier: other.verifier, entries: entries)
        #expect(verdict == .headRefused(.unsigned))
    }

    @Test func `an empty log has an intact empty copy`() throws {
        let head = try Head(origin: signer.name, size: 0, root: .emptyTree)
        let empty = try SignedHead(signing: head, by: signer)
        let verdict = LogMirror.check(
            note: empty.bytes, verifier: signer.verifier, entries: [])
        #expect(verdict == .intact(empty))
    }
}
