import Domain
import Foundation
import Glibc
import NodeAgent
import Testing

@testable import Commands

@Suite struct ArchiveTests {
    /// A folder with everything an archive may hold.
    private func sample(_ names: [String] = ["b.txt", "a/c.txt", "a-b/d.sh"]) throws
        -> ScratchFolder
    {
        let folder = try ScratchFolder()
        for name in names { try folder.write("content of \(name)\n", to: name) }
        if names.contains("a-b/d.sh") { chmod(folder.path + "/a-b/d.sh", 0o750) }
        return folder
    }

    @discardableResult
    private static func unpack(_ archive: ByteSource, into folder: String) throws -> TarReader.Count
    {
        try TarReader.unpack(archive, into: folder, for: .person, limitBytes: .max)
    }

    private func archive(_ folder: ScratchFolder) throws -> [UInt8] {
        try FolderArchive(folder: folder.path).source.all()
    }

    @Test func `the same content gives the same bytes, whenever and in whatever order made`() throws
    {
        let first = try sample()
        let second = try sample(["a-b/d.sh", "a/c.txt", "b.txt"])
        var old = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
        utimes(second.path + "/b.txt", &old)
        chmod(second.path + "/b.txt", 0o600)
        #expect(try archive(first) == (try archive(second)))
        try second.write("other\n", to: "b.txt")
        #expect(try archive(first) != (try archive(second)))
    }

    @Test func `the archive of a fixed folder has fixed bytes`() throws {
        let source = ByteSource(try archive(try sample()))
        #expect(try source.digest().text == Self.golden)
    }

    /// Computed by Python's `tarfile` from the same three files.
    private static let golden =
        "sha256:263f657db747c9ae708a10efa04827654b90ea65a1396b9c2c86372ee71a0b43"

    @Test func `every part of the archive is what reading it at once gives`() throws {
        let folder = try sample()
        try folder.write(String(repeating: "x", count: 3000), to: "big")
        let source = try FolderArchive(folder: folder.path).source
        let whole = try source.all()
        #expect(whole.count == Int(source.size) && whole.count % 512 == 0)
        for step in [1, 7, 511, 512, 513, 4096] {
            var pieces: [UInt8] = []
            while pieces.count < whole.count {
                pieces += try source.read(step, Int64(pieces.count))
            }
            #expect(pieces == whole)
        }
    }

    @Test func `what was packed unpacks to the same files`() throws {
        let folder = try sample()
        let long = String(repeating: "long-", count: 40) + "名稱.txt"
        try folder.write("long\n", to: "a/" + long)
        try folder.write("", to: "empty")
        symlink("c.txt", folder.path + "/a/link")
        let target = try ScratchFolder()
        let count = try Self.unpack(FolderArchive(folder: folder.path).source, into: target.path)
        #expect(count.files == 5)
        #expect(target.text("a/" + long) == "long\n")
        #expect(target.text("empty") == "")
        #expect(target.text("a/link") == "content of a/c.txt\n")
        #expect(access(target.path + "/a-b/d.sh", X_OK) == 0)
        #expect(try archive(target) == (try archive(folder)))
    }

    @Test func `a folder with what no archive may hold is refused whole`() throws {
        let leaving = try sample()
        symlink("../../etc/passwd", leaving.path + "/a/link")
        #expect(throws: FolderArchive.Refused.linkLeaves(leaving.path + "/a/link")) {
            try FolderArchive(folder: leaving.path)
        }
        let pipe = try sample()
        mkfifo(pipe.path + "/pipe", 0o600)
        #expect(throws: FolderArchive.Refused.notAFile(pipe.path + "/pipe")) {
            try FolderArchive(folder: pipe.path)
        }
    }

    // MARK: Hostile archives

    private struct Hostile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let refusal: TarReader.Refused
    }

    private static func entry(_ name: String, kind: Character = "0", link: String = "") -> [UInt8] {
        var block = TarHeader(
            name: name, kind: kind == "2" ? .link(target: link) : .file(size: 0, isProgram: false)
        ).bytes
        block[156] = kind.asciiValue!
        return sealed(block)
    }

    /// With its checksum made right again.
    private static func sealed(_ block: [UInt8]) -> [UInt8] {
        var block = block
        block.replaceSubrange(148..<156, with: Array(repeating: 32, count: 8))
        let sum = block.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.count) + digits
        block.replaceSubrange(148..<156, with: Array(text.utf8) + [0, 32])
        return block
    }

    private static let hostile: [Hostile] = [
        Hostile(
            testDescription: "absolute name", bytes: entry("/etc/x"), refusal: .unsafeName("/etc/x")
        ),
        Hostile(
            testDescription: "name that leaves", bytes: entry("a/../../x"),
            refusal: .unsafeName("a/../../x")),
        Hostile(
            testDescription: "link to an absolute place",
            bytes: entry("l", kind: "2", link: "/etc"),
            refusal: .unsafeLink("l")),
        Hostile(
            testDescription: "link that leaves",
            bytes: entry("a/l", kind: "2", link: "../../etc"), refusal: .unsafeLink("a/l")),
        Hostile(
            testDescription: "file through a link",
            bytes: entry("l", kind: "2", link: "a") + entry("l/x"), refusal: .unsafeName("l")),
        Hostile(
            testDescription: "hard link", bytes: entry("h", kind: "1"),
            refusal: .unknownKind(UInt8(ascii: "1"))),
        Hostile(
            testDescription: "character device", bytes: entry("d", kind: "3"),
            refusal: .unknownKind(UInt8(ascii: "3"))),
        Hostile(
            testDescription: "block device", bytes: entry("d", kind: "4"),
            refusal: .unknownKind(UInt8(ascii: "4"))),
        Hostile(
            testDescription: "pipe", bytes: entry("p", kind: "6"),
            refusal: .unknownKind(UInt8(ascii: "6"))),
        Hostile(
            testDescription: "wrong checksum",
            bytes: {
                var bytes = entry("a")
                bytes[0] = UInt8(ascii: "b")
                return bytes
            }(), refusal: .malformed),
        Hostile(
            testDescription: "cut inside a header", bytes: Array(entry("a")[..<300]),
            refusal: .truncated),
        Hostile(
            testDescription: "cut inside a file",
            bytes: TarHeader(name: "a", kind: .file(size: 5000, isProgram: false)).bytes
                + [UInt8](repeating: 1, count: 512), refusal: .truncated),
        Hostile(
            testDescription: "pax name that leaves",
            bytes: TarHeader(
                name: "../" + String(repeating: "x", count: 120),
                kind: .file(size: 0, isProgram: false)
            ).bytes, refusal: .unsafeName("../" + String(repeating: "x", count: 120))),
        Hostile(
            testDescription: "size beyond numbers",
            bytes: {
                var block = entry("a")
                block.replaceSubrange(124..<136, with: [0x80] + Array(repeating: 0xFF, count: 11))
                return sealed(block)
            }(), refusal: .malformed),
    ]

    @Test(arguments: ArchiveTests.hostile)
    private func `a hostile archive writes nothing outside and is refused`(_ hostile: Hostile)
        throws
    {
        let outer = try ScratchFolder()
        try FileManager.default.createDirectory(
            atPath: outer.path + "/in/a", withIntermediateDirectories: true)
        let end = [UInt8](repeating: 0, count: 1024)
        let isCut = hostile.refusal == .truncated
        #expect(throws: hostile.refusal) {
            try Self.unpack(
                ByteSource(hostile.bytes + (isCut ? [] : end)), into: outer.path + "/in")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: outer.path) == ["in"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: outer.path + "/in/a").isEmpty)
    }

    @Test func `a link that stands in the target folder is not followed`() throws {
        let outer = try ScratchFolder()
        try outer.write("", to: "elsewhere/keep")
        try outer.write("", to: "in/keep")
        symlink("../elsewhere", outer.path + "/in/a")
        let bytes = Self.entry("a/x") + [UInt8](repeating: 0, count: 1024)
        #expect(throws: TarReader.Refused.unsafeName("a")) {
            try Self.unpack(ByteSource(bytes), into: outer.path + "/in")
        }
        #expect(outer.text("elsewhere/x") == nil)
    }

    @Test func `random bytes never trap`() throws {
        var generator = SplitMix(state: 20_261_122)
        let folder = try ScratchFolder()
        let base = try archive(try sample())
        for _ in 0..<2000 {
            var bytes = base
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? Self.unpack(ByteSource(bytes), into: folder.path)
        }
    }
}

/// SplitMix64.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
