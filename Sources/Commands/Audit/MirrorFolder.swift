import ControlPlane
import Domain
import Foundation
import Transparency
import Wire

/// A copy of a log in a folder, laid out as the log serves it (C2SP tlog-tiles): `checkpoint`,
/// `tile/…`; beside it `keys.json`, and `log.key` with the key that was believed at first sight.
struct MirrorFolder: Sendable {
    /// No bundle is larger: 256 entries of 65,535 bytes, each with its length.
    private static let mostBytes = 256 * 65_537

    let path: String

    private func file(_ name: String) -> String { path + "/" + name }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// A file of that name is no mirror.
    var exists: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    func make() throws { try LocalFolder.make(path) }

    /// - Throws: `AuditFault.fileMissing`.
    func read(_ name: String) throws(AuditFault) -> [UInt8] {
        let values = try? URL(fileURLWithPath: file(name)).resourceValues(
            forKeys: [.isRegularFileKey, .fileSizeKey])
        guard let values else { throw .fileMissing(name) }
        guard values.isRegularFile == true, values.fileSize ?? .max <= Self.mostBytes else {
            throw .fileCut(name)
        }
        guard let data = FileManager.default.contents(atPath: file(name)) else {
            throw .fileMissing(name)
        }
        return Array(data)
    }

    /// In place whole or not at all.
    func write(_ bytes: [UInt8], to name: String) throws {
        let place = file(name)
        let folder = String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)])
        try LocalFolder.make(folder)
        try Data(bytes).write(to: URL(fileURLWithPath: place), options: .atomic)
    }

    /// As `write`.
    ///
    /// - Returns: whether something else stood there, which nobody but this machine can have put there.
    func replace(_ name: String, by bytes: [UInt8]) throws -> Bool {
        let isOther = has(name) && !holds(bytes, as: name)
        try write(bytes, to: name)
        return isOther
    }

    /// A file that cannot be read whole is not what was written.
    private func holds(_ bytes: [UInt8], as name: String) -> Bool {
        do throws(AuditFault) { return try read(name) == bytes } catch { return false }
    }

    func remove(_ name: String) throws {
        guard has(name) else { return }
        try FileManager.default.removeItem(atPath: file(name))
    }

    // MARK: What it holds

    /// The key that was believed at first sight; nil for a new mirror.
    ///
    /// - Throws: `AuditFault.fileCut`, and `.fileMissing` where a head was believed by it.
    func pinnedKey() throws(AuditFault) -> NoteVerifier? {
        guard has("log.key") || has("checkpoint") else { return nil }
        let text = String(decoding: try read("log.key"), as: UTF8.self)
        do throws(NoteRefusal) {
            return try NoteVerifier(
                parsing: text.split(separator: "\n").first.map(String.init) ?? "")
        } catch {
            throw AuditFault.fileCut("log.key")
        }
    }

    /// The head that the copy was made up to, signed by `verifier`; nil for a new mirror.
    ///
    /// - Throws: `AuditFault.headRefused`: the checkpoint or `log.key` was changed.
    func head(by verifier: NoteVerifier) throws(AuditFault) -> SignedHead? {
        guard has("checkpoint") else { return nil }
        let note = try read("checkpoint")
        do throws(NoteRefusal) {
            return try SignedHead(verifying: note, with: verifier)
        } catch {
            throw AuditFault.headRefused("checkpoint, log.key: " + error.description)
        }
    }

    /// Key and head of a mirror that was made before.
    ///
    /// - Throws: `AuditFault`, naming what is missing.
    func standing() throws(AuditFault) -> (key: NoteVerifier, head: SignedHead) {
        guard exists else { throw .mirrorMissing(path) }
        guard let key = try pinnedKey() else { throw .fileMissing("log.key") }
        guard let head = try head(by: key) else { throw .fileMissing("checkpoint") }
        return (key, head)
    }

    /// The keys that the market told when the copy was made.
    func toldKeys() throws(AuditFault) -> LogKeysDTO {
        let bytes = try read("keys.json")
        do { return try WireJSON.decode(LogKeysDTO.self, from: bytes) } catch {
            throw .fileCut("keys.json")
        }
    }

    /// The entries of one bundle.
    ///
    /// - Throws: `AuditFault.fileMissing`, `.fileCut`.
    func entries(at path: TilePath) throws(AuditFault) -> [[UInt8]] {
        let bytes = try read(path.description)
        do throws(TileRefusal) { return try EntryBundle(parsing: bytes).entries } catch {
            throw AuditFault.fileCut(path.description)
        }
    }

    /// The first `count` entries of a bundle, also where the log has grown since: then a wider one
    /// took its place.
    private func bundle(_ index: Int64, count: Int) throws -> [[UInt8]] {
        let exact = try TilePath(.entries, index: index, width: count)
        guard !has(exact.description), count < TilePath.fullWidth else {
            return try entries(at: exact)
        }
        for width in count + 1...TilePath.fullWidth {
            let wider = try TilePath(.entries, index: index, width: width)
            if has(wider.description) { return Array(try entries(at: wider).prefix(count)) }
        }
        throw AuditFault.fileMissing(exact.description)
    }

    /// - Throws: `AuditFault.fileMissing`, `.fileCut`.
    func hashes(at path: TilePath) throws(AuditFault) -> [LogHash] {
        let bytes = try read(path.description)
        do throws(TileRefusal) { return try HashTile(parsing: bytes, at: path).hashes } catch {
            throw AuditFault.fileCut(path.description)
        }
    }

    /// The entry at `index` of a copy of `size` entries.
    func entry(_ index: Int64, size: Int64) throws -> [UInt8]? {
        guard (0..<size).contains(index) else { return nil }
        let number = index / Int64(TilePath.fullWidth)
        let first = number * Int64(TilePath.fullWidth)
        let width = min(Int64(TilePath.fullWidth), size - first)
        let entries = try bundle(number, count: Int(width))
        let place = Int(index - first)
        return place < entries.count ? entries[place] : nil
    }

    /// Every entry below `size`, in order, each bundle read once.
    func forEachEntry(below size: Int64, _ body: (Int64, [UInt8]) throws -> Void) throws {
        let width = Int64(TilePath.fullWidth)
        for first in stride(from: 0, to: size, by: Int(width)) {
            let count = Int(min(width, size - first))
            let entries = try bundle(first / width, count: Int(count))
            guard entries.count == count else {
                let path = try TilePath(.entries, index: first / width, width: Int(count))
                throw AuditFault.fileCut(path.description)
            }
            for (place, entry) in entries.enumerated() {
                try body(first + Int64(place), entry)
            }
        }
    }
}
