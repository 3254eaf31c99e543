import ControlPlane
import Domain
import Foundation
import Transparency
import Wire

/// A copy of a log in a folder, laid out as the log serves it (C2SP tlog-tiles): `checkpoint`,
/// `tile/…`; beside it `keys.json`, and `log.key` with the key that was believed at first sight.
struct MirrorFolder: Sendable {
    let path: String

    private func file(_ name: String) -> String { path + "/" + name }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// - Throws: `AuditFault.fileMissing`.
    func read(_ name: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file(name)) else {
            throw AuditFault.fileMissing(name)
        }
        return Array(data)
    }

    /// In place whole or not at all.
    func write(_ bytes: [UInt8], to name: String) throws {
        let place = file(name)
        let folder = String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)])
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: place), options: .atomic)
    }

    func remove(_ name: String) throws {
        guard has(name) else { return }
        try FileManager.default.removeItem(atPath: file(name))
    }

    // MARK: What it holds

    /// The key that was believed at first sight; nil for a new mirror.
    func pinnedKey() throws -> NoteVerifier? {
        guard has("log.key") else { return nil }
        let text = String(decoding: try read("log.key"), as: UTF8.self)
        do throws(NoteRefusal) {
            return try NoteVerifier(
                parsing: text.split(separator: "\n").first.map(String.init) ?? "")
        } catch {
            throw AuditFault.fileMissing("log.key")
        }
    }

    /// The head that the copy was made up to, signed by `verifier`; nil for a new mirror.
    func head(by verifier: NoteVerifier) throws -> SignedHead? {
        guard has("checkpoint") else { return nil }
        do throws(NoteRefusal) {
            return try SignedHead(verifying: try bytes("checkpoint"), with: verifier)
        } catch {
            throw AuditFault.headRefused(error.description)
        }
    }

    private func bytes(_ name: String) throws(NoteRefusal) -> [UInt8] {
        do { return try read(name) } catch { throw .malformedText }
    }

    /// The entries of one bundle.
    ///
    /// - Throws: `AuditFault.fileMissing`, also when the file is cut.
    func entries(at path: TilePath) throws -> [[UInt8]] {
        do throws(TileRefusal) {
            return try EntryBundle(parsing: try tile(path)).entries
        } catch {
            throw AuditFault.fileMissing(path.description)
        }
    }

    /// - Throws: `AuditFault.fileMissing`, also when the file is cut.
    func hashes(at path: TilePath) throws -> [LogHash] {
        do throws(TileRefusal) {
            return try HashTile(parsing: try tile(path), at: path).hashes
        } catch {
            throw AuditFault.fileMissing(path.description)
        }
    }

    private func tile(_ path: TilePath) throws(TileRefusal) -> [UInt8] {
        do { return try read(path.description) } catch { throw .wrongLength }
    }

    /// The entry at `index` of a copy of `size` entries.
    func entry(_ index: Int64, size: Int64) throws -> [UInt8]? {
        guard (0..<size).contains(index) else { return nil }
        let number = index / Int64(TilePath.fullWidth)
        let first = number * Int64(TilePath.fullWidth)
        let width = min(Int64(TilePath.fullWidth), size - first)
        let entries = try entries(at: TilePath(.entries, index: number, width: Int(width)))
        let place = Int(index - first)
        return place < entries.count ? entries[place] : nil
    }

    /// Every entry below `size`, in order, each bundle read once.
    func forEachEntry(below size: Int64, _ body: (Int64, [UInt8]) throws -> Void) throws {
        let width = Int64(TilePath.fullWidth)
        for first in stride(from: 0, to: size, by: Int(width)) {
            let count = Int(min(width, size - first))
            let path = try TilePath(.entries, index: first / width, width: count)
            for (place, entry) in try entries(at: path).enumerated() {
                try body(first + Int64(place), entry)
            }
        }
    }
}
