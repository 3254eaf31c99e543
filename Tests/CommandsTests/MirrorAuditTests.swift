import Domain
import Foundation
import NodeAgent
import Testing
import Transparency
import Wire

@testable import Commands

/// Logs signed by an independent program.
private struct LogVectors: Codable {
    let verifier: String
    let n300: String
    let n600: String
    let rewritten600: String
    let short: [Base64Bytes]
    let shortNote: String
    let bad: [Base64Bytes]
    let badNote: String

    private enum CodingKeys: String, CodingKey {
        case verifier, n300, n600, rewritten600, short, bad
        case shortNote = "short_note"
        case badNote = "bad_note"
    }
}

@Suite struct MirrorAuditTests {
    private let vectors: LogVectors

    init() throws { vectors = try WireJSON.decode(LogVectors.self, from: AuditVectors.logs.utf8) }

    private func sha256(_ bytes: [UInt8]) throws -> [UInt8] {
        let hex = Array(try ByteSource(bytes).digest().text.utf8.dropFirst(7))
        return try stride(from: 0, to: hex.count, by: 2).map { place in
            try #require(UInt8(String(decoding: hex[place..<place + 2], as: UTF8.self), radix: 16))
        }
    }

    /// Entry `i` of the long log: the key of node `nod_<i>`.
    private func longLog(_ count: Int) throws -> [[UInt8]] {
        try (0..<count).map { number in
            let node = try #require(NodeID("nod_\(number)"))
            let provider = try #require(AccountID("acc_P"))
            let key = try sha256(Array(node.text.utf8))
            return NodeKeyRecord(node: node, provider: provider, key: key).bytes
        }
    }

    /// The files of a log as they are served, written without the code that reads them.
    private func folder(_ entries: [[UInt8]], note: String) throws -> (ScratchFolder, MirrorFolder)
    {
        let scratch = try ScratchFolder()
        let mirror = MirrorFolder(path: scratch.path)
        var level = try entries.map { try sha256([0] + $0) }
        for first in stride(from: 0, to: entries.count, by: 256) {
            let some = entries[first..<min(entries.count, first + 256)]
            let bundle = some.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
            try mirror.write(bundle, to: path("entries", first / 256, some.count))
        }
        for number in 0... where !level.isEmpty {
            for first in stride(from: 0, to: level.count, by: 256) {
                let some = level[first..<min(level.count, first + 256)]
                try mirror.write(
                    Array(some.joined()), to: path("\(number)", first / 256, some.count))
            }
            level = try stride(from: 0, to: level.count / 256 * 256, by: 256).map {
                try root(Array(level[$0..<$0 + 256]))
            }
            if level.isEmpty { break }
        }
        try mirror.write(Array(note.utf8), to: "checkpoint")
        try mirror.write(Array((vectors.verifier + "\n").utf8), to: "log.key")
        let key = try #require(try mirror.pinnedKey())
        let nodes = entries.compactMap { try? NodeKeyRecord(bytes: $0) }
            .map { ($0.node.text, Base64Bytes($0.key)) }
        let keys = LogKeysDTO(
            nodes: Dictionary(nodes) { first, _ in first }, log: Base64Bytes(key.publicKey))
        try mirror.write(try WireJSON.encode(keys), to: "keys.json")
        return (scratch, mirror)
    }

    private func path(_ kind: String, _ index: Int, _ width: Int) -> String {
        let number = String(repeating: "0", count: 3 - "\(index)".count) + "\(index)"
        return "tile/\(kind)/\(number)" + (width == 256 ? "" : ".p/\(width)")
    }

    private func root(_ hashes: [[UInt8]]) throws -> [UInt8] {
        guard hashes.count > 1 else { return hashes[0] }
        var half = 1
        while half * 2 < hashes.count { half *= 2 }
        return try sha256([1] + root(Array(hashes[..<half])) + root(Array(hashes[half...])))
    }

    private func faults(_ mirror: MirrorFolder) -> [AuditFault] {
        do {
            _ = try MirrorUpdate(folder: mirror).check()
            return []
        } catch let faults as MirrorAudit.Faults {
            return faults.all
        } catch {
            return [error as? AuditFault].compactMap { $0 }
        }
    }

    private func texts(_ mirror: MirrorFolder) -> String {
        faults(mirror).map { $0.text(in: .english) }.joined()
    }

    private func change(
        _ mirror: MirrorFolder, _ name: String, _ body: (inout [UInt8]) -> Void
    ) throws {
        var bytes = try mirror.read(name)
        body(&bytes)
        try mirror.write(bytes, to: name)
    }

    // MARK: Sound logs

    @Test func `a whole copy of a log over two tiles and two levels is sound`() throws {
        let (scratch, mirror) = try folder(longLog(600), note: vectors.n600)
        let outcome = try MirrorUpdate(folder: mirror).check()
        #expect(outcome.verdict.entries == 600 && outcome.verdict.nodeKeys == 600)
        withExtendedLifetime(scratch) {}
    }

    @Test func `usage records are counted with their leases`() throws {
        let (scratch, mirror) = try folder(
            vectors.short.map(\.bytes), note: vectors.shortNote)
        let verdict = try MirrorUpdate(folder: mirror).check().verdict
        #expect(verdict.records == 2 && verdict.leases == 1 && verdict.nodeKeys == 1)
        withExtendedLifetime(scratch) {}
    }

    @Test func `a log that grew continues the head seen before`() throws {
        let (scratch, mirror) = try folder(longLog(600), note: vectors.n600)
        let key = try #require(try mirror.pinnedKey())
        let (older, old) = try folder(longLog(300), note: vectors.n300)
        let earlier = try #require(try old.head(by: key))
        let head = try #require(try mirror.head(by: key))
        var audit = MirrorAudit(folder: mirror, head: head, earlier: earlier)
        _ = try audit.verify()
        var shrunk = MirrorAudit(folder: old, head: earlier, earlier: head)
        #expect(throws: MirrorAudit.Faults(all: [.shrunk(size: 300, known: 600)])) {
            try shrunk.verify()
        }
        withExtendedLifetime((scratch, older)) {}
    }

    // MARK: Faults

    @Test func `a rewritten log is found although its own head is signed`() throws {
        var entries = try longLog(600)
        let node = try #require(NodeID("nod_x"))
        let provider = try #require(AccountID("acc_P"))
        let key = try sha256(Array("nod_x".utf8))
        entries[10] = NodeKeyRecord(node: node, provider: provider, key: key).bytes
        let (scratch, mirror) = try folder(entries, note: vectors.rewritten600)
        #expect(faults(mirror).isEmpty)
        let verifier = try #require(try mirror.pinnedKey())
        let (older, old) = try folder(longLog(300), note: vectors.n300)
        let earlier = try #require(try old.head(by: verifier))
        let head = try #require(try mirror.head(by: verifier))
        var audit = MirrorAudit(folder: mirror, head: head, earlier: earlier)
        #expect(throws: MirrorAudit.Faults(all: [.inconsistent(size: 300)])) {
            try audit.verify()
        }
        withExtendedLifetime((scratch, older)) {}
    }

    @Test(arguments: [0, 255, 256, 300, 599])
    func `a changed entry is named by its index`(index: Int) throws {
        var entries = try longLog(600)
        let (scratch, mirror) = try folder(entries, note: vectors.n600)
        entries[index][entries[index].count - 1] ^= 1
        let first = index / 256 * 256
        let some = entries[first..<min(600, first + 256)]
        let bundle = some.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        try mirror.write(bundle, to: path("entries", index / 256, some.count))
        #expect(faults(mirror) == [.record(index: Int64(index), .changed)])
        withExtendedLifetime(scratch) {}
    }

    @Test(arguments: [0, 100, 255, 256, 599])
    func `a missing entry is named by its index`(index: Int) throws {
        let entries = try longLog(600)
        let (scratch, mirror) = try folder(entries, note: vectors.n600)
        let first = index / 256 * 256
        let width = min(600, first + 256) - first
        let some = (first..<first + width).filter { $0 != index }.map { entries[$0] }
        let bundle = some.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        try mirror.write(bundle, to: path("entries", index / 256, width))
        #expect(faults(mirror) == [.record(index: Int64(index), .missing)])
        withExtendedLifetime(scratch) {}
    }

    /// Every hash tile of the long log, by level, number and width.
    @Test(arguments: [("0", 0, 256), ("0", 1, 256), ("0", 2, 88), ("1", 0, 2)])
    func `a changed hash tile alone is named`(level: String, index: Int, width: Int) throws {
        for byte in [0, 40, width * 32 - 1] {
            let (scratch, mirror) = try folder(longLog(600), note: vectors.n600)
            try change(mirror, path(level, index, width)) { $0[byte] ^= 1 }
            #expect(faults(mirror) == [.fileDiffers(path(level, index, width))])
            withExtendedLifetime(scratch) {}
        }
    }

    @Test func `a bundle that was exchanged with its hashes is named, and no other`() throws {
        var entries = try longLog(600)
        let (scratch, mirror) = try folder(entries, note: vectors.n600)
        entries.swapAt(3, 4)
        let (other, false600) = try folder(entries, note: vectors.n600)
        for kind in ["entries", "0"] {
            try mirror.write(try false600.read(path(kind, 0, 256)), to: path(kind, 0, 256))
        }
        #expect(
            faults(mirror)
                == [.fileDiffers(path("entries", 0, 256)), .fileDiffers(path("0", 0, 256))])
        try mirror.write(try false600.read(path("1", 0, 2)), to: path("1", 0, 2))
        #expect(faults(mirror) == [.rootDiffers(size: 600)])
        withExtendedLifetime((scratch, other)) {}
    }

    @Test func `what follows from a fault is not named as another`() throws {
        let (scratch, mirror) = try folder(vectors.short.map(\.bytes), note: vectors.shortNote)
        let count = vectors.short.count
        try change(mirror, path("entries", 0, count)) { $0[20] ^= 1 }
        #expect(faults(mirror) == [.record(index: 0, .changed)])
        withExtendedLifetime(scratch) {}
    }

    @Test(arguments: [
        ("entries", 2, 88), ("entries", 0, 256), ("0", 0, 256), ("0", 2, 88), ("1", 0, 2),
    ])
    func `a cut or absent tile is named, and it alone`(kind: String, index: Int, width: Int) throws
    {
        let (scratch, mirror) = try folder(longLog(600), note: vectors.n600)
        let name = path(kind, index, width)
        try change(mirror, name) { $0.removeLast() }
        #expect(faults(mirror) == [.fileCut(name)])
        try mirror.remove(name)
        #expect(faults(mirror) == [.fileMissing(name)])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a bundle of which nothing is left is named with its hashes`() throws {
        let (scratch, mirror) = try folder(longLog(600), note: vectors.n600)
        try mirror.remove(path("entries", 1, 256))
        try mirror.remove(path("0", 1, 256))
        #expect(
            faults(mirror)
                == [.fileMissing(path("entries", 1, 256)), .fileMissing(path("0", 1, 256))])
        withExtendedLifetime(scratch) {}
    }

    @Test(arguments: ["checkpoint", "log.key", "keys.json"])
    func `a file beside the tiles that is absent, cut or changed is named`(name: String) throws {
        let (scratch, mirror) = try folder(longLog(300), note: vectors.n300)
        let whole = try mirror.read(name)
        try mirror.remove(name)
        #expect(faults(mirror) == [.fileMissing(name)])
        try mirror.write(Array(whole.prefix(whole.count / 2)), to: name)
        #expect(faults(mirror).count == 1 && texts(mirror).contains(name))
        for byte in [0, whole.count / 2, whole.count - 5] {
            var changed = whole
            changed[byte] ^= 1
            try mirror.write(changed, to: name)
            #expect(faults(mirror).count == 1, "\(byte)")
        }
        withExtendedLifetime(scratch) {}
    }

    @Test func `another key of a node in keys.json is named by its node`() throws {
        let (scratch, mirror) = try folder(longLog(300), note: vectors.n300)
        let told = try mirror.toldKeys()
        var nodes = told.nodes
        nodes["nod_7"] = nodes["nod_8"]
        try mirror.write(
            try WireJSON.encode(LogKeysDTO(nodes: nodes, log: told.log)), to: "keys.json")
        #expect(faults(mirror) == [.nodeKeyDiffers(try #require(NodeID("nod_7")))])
        let log = try #require(nodes["nod_8"])
        try mirror.write(
            try WireJSON.encode(LogKeysDTO(nodes: told.nodes, log: log)), to: "keys.json")
        #expect(faults(mirror) == [.fileDiffers("keys.json")])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a folder that is not there is no mirror`() throws {
        let scratch = try ScratchFolder()
        let mirror = MirrorFolder(path: scratch.path + "/nothing")
        #expect(faults(mirror) == [.mirrorMissing(mirror.path)])
    }

    @Test func `a head that the pinned key did not sign is refused`() throws {
        let (scratch, mirror) = try folder(longLog(300), note: vectors.n300)
        try change(mirror, "checkpoint") { $0[20] ^= 1 }
        #expect(faults(mirror).contains { "\($0)".hasPrefix("headRefused") })
        withExtendedLifetime(scratch) {}
    }

    @Test func `a well-signed log with a wrong charge is not sound`() throws {
        let (scratch, mirror) = try folder(vectors.bad.map(\.bytes), note: vectors.badNote)
        #expect(
            faults(mirror) == [.record(index: 1, .chargeWrong(found: 251, expected: 250))])
        withExtendedLifetime(scratch) {}
    }

    @Test func `an entry is found in a copy by its index`() throws {
        let entries = try longLog(600)
        let (scratch, mirror) = try folder(entries, note: vectors.n600)
        for index in [0, 255, 256, 511, 512, 599] {
            #expect(try mirror.entry(Int64(index), size: 600) == entries[index])
        }
        #expect(try mirror.entry(600, size: 600) == nil)
        #expect(try mirror.entry(-1, size: 600) == nil)
        withExtendedLifetime(scratch) {}
    }
}
