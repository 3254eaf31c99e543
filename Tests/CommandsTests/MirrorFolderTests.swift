import Foundation
import Testing
import Transparency

@testable import Commands

/// A copy that has grown is still a copy of what was there before.
@Suite struct MirrorFolderTests {
    @Test func `an older size is read from a bundle that has grown since`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/orban-mirror-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = MirrorFolder(path: path)
        let entries = (0..<9).map { [UInt8](repeating: UInt8($0), count: 3) }
        let wide = try TilePath(.entries, index: 0, width: 9)
        try folder.write(try EntryBundle(entries).bytes, to: wide.description)
        #expect(try folder.entry(6, size: 7) == entries[6])
        #expect(try folder.entry(7, size: 7) == nil)
        var read: [[UInt8]] = []
        try folder.forEachEntry(below: 7) { read.append($1) }
        #expect(read == Array(entries.prefix(7)))
        #expect(throws: AuditFault.fileMissing("tile/entries/000.p/10")) {
            try folder.entry(0, size: 10)
        }
    }

    @Test(arguments: [false, true])
    func `a tile that was altered is named when the log's own takes its place`(
        isAltered: Bool
    ) throws {
        let scratch = try ScratchFolder()
        let folder = MirrorFolder(path: scratch.path)
        let entries = (0..<9).map { [UInt8](repeating: UInt8($0), count: 3) }
        var old = Array(entries.prefix(7))
        if isAltered { old[4] = [7, 7, 7] }
        let (narrow, wide) = ("tile/entries/000.p/7", "tile/entries/000.p/9")
        try folder.write(try EntryBundle(old).bytes, to: narrow)
        try folder.write(try EntryBundle(entries).bytes, to: wide)
        let leaves = entries.map { LogHash.leaf($0) }
        for width in [7, 9] {
            let path = try TilePath(.hashes(level: 0), index: 0, width: width)
            try folder.write(leaves.prefix(width).flatMap(\.bytes), to: path.description)
        }
        let update = MirrorUpdate(folder: folder)
        #expect(try update.replacePartials(of: 7, by: 9) == (isAltered ? [narrow] : []))
        #expect(!folder.has(narrow) && folder.has(wide))
        #expect(try update.replacePartials(of: 7, by: 9).isEmpty, "it is gone")
        #expect(try !folder.replace("log.key", by: [1]))
        #expect(try !folder.replace("log.key", by: [1]))
        #expect(try folder.replace("log.key", by: [2]))
    }
}
