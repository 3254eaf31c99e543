import Foundation
import Glibc

/// Packs a folder that a container wrote into a POSIX tar archive (ustar, with pax headers for long
/// names and large files), the same bytes for the same content: names in order, no times, no owners.
///
/// Nothing outside the folder is ever read: no link is followed. Folders, regular files and
/// relative links that stay inside are kept; sockets, pipes, devices and other links are left out.
struct TarWriter {
    /// The tree is deeper, or has more entries, than any honest result.
    enum Refused: Error, Hashable { case tooDeep, tooManyEntries }

    private static let mostDepth = 64
    private static let mostEntries = 1_000_000

    private let archive: PlainFile
    private var offset: Int64 = 0
    private var entries = 0

    /// Packs `folder` into the file `path`.
    static func pack(folder: String, to path: String) throws -> PlainFile {
        let archive = try PlainFile(writing: path)
        try archive.truncate(to: 0)
        var writer = TarWriter(archive: archive)
        let root = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0 else { throw FileFailure("open", folder) }
        try writer.addContent(of: PlainFile(descriptor: root, path: folder), prefix: [])
        try writer.append([UInt8](repeating: 0, count: 1_024))
        return archive
    }

    private init(archive: PlainFile) { self.archive = archive }

    private mutating func addContent(of folder: PlainFile, prefix: [String]) throws {
        guard prefix.count < Self.mostDepth else { throw Refused.tooDeep }
        for name in try Self.names(in: folder) {
            entries += 1
            guard entries <= Self.mostEntries else { throw Refused.tooManyEntries }
            try add(name, in: folder, prefix: prefix)
        }
    }

    private mutating func add(_ name: String, in folder: PlainFile, prefix: [String]) throws {
        var status = stat()
        guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
        let parts = prefix + [name]
        let path = parts.joined(separator: "/")
        let mode = status.st_mode & 0o777
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            try header(path + "/", kind: "5", mode: mode | 0o700, size: 0, link: "")
            let inner = try Self.open(name, in: folder, O_DIRECTORY)
            try addContent(of: inner, prefix: parts)
        case S_IFREG:
            let file = try Self.open(name, in: folder, O_NONBLOCK)
            let size = try file.size()
            try header(path, kind: "0", mode: mode | 0o400, size: size, link: "")
            try copy(file, size: size)
        case S_IFLNK:
            guard let target = Self.link(name, in: folder),
                TarPath.staysInside(target, from: prefix)
            else { return }
            try header(path, kind: "2", mode: 0o777, size: 0, link: target)
        default: return
        }
    }

    private mutating func copy(_ file: PlainFile, size: Int64) throws {
        var done: Int64 = 0
        while done < size {
            var bytes = try file.read(Int(min(1 << 20, size - done)), at: done)
            guard !bytes.isEmpty else { throw FileFailure("read", file.path) }
            done += Int64(bytes.count)
            if done == size {
                bytes += [UInt8](repeating: 0, count: Int((512 - size % 512) % 512))
            }
            try append(bytes)
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws {
        try archive.write(bytes, at: offset)
        offset += Int64(bytes.count)
    }

    // MARK: Headers

    private mutating func header(
        _ path: String, kind: Character, mode: mode_t, size: Int64, link: String
    ) throws {
        let isPlain = path.utf8.count <= 100 && link.utf8.count <= 100 && size < 1 << 33
        if !isPlain {
            let records =
                Self.record("path", path)
                + (link.isEmpty ? [] : Self.record("linkpath", link))
                + Self.record("size", String(size))
            let size = Int64(records.count)
            try append(Self.block("pax", kind: "x", mode: 0o644, size: size, link: ""))
            try append(records + [UInt8](repeating: 0, count: (512 - records.count % 512) % 512))
        }
        let shown = min(size, 1 << 33 - 1)
        try append(Self.block(path, kind: kind, mode: mode, size: shown, link: link))
    }

    /// `<length> <key>=<value>\n`, where the length counts itself (pax, POSIX.1-2001).
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while String(length).utf8.count + rest.utf8.count != length { length += 1 }
        return Array("\(length)\(rest)".utf8)
    }

    private static func block(
        _ path: String, kind: Character, mode: mode_t, size: Int64, link: String
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, most: Int) {
            for (index, byte) in text.utf8.prefix(most).enumerated() {
                block[offset + index] = byte
            }
        }
        func octal(_ number: Int64, at offset: Int, digits: Int) {
            let text = String(number, radix: 8)
            let zeros = String(repeating: "0", count: max(0, digits - text.utf8.count))
            put(zeros + text, at: offset, most: digits)
        }
        put(path, at: 0, most: 100)
        octal(Int64(mode), at: 100, digits: 7)
        octal(0, at: 108, digits: 7)
        octal(0, at: 116, digits: 7)
        octal(size, at: 124, digits: 11)
        octal(0, at: 136, digits: 11)
        put(String(kind), at: 156, most: 1)
        put(link, at: 157, most: 100)
        put("ustar", at: 257, most: 5)
        put("00", at: 263, most: 2)
        put("        ", at: 148, most: 8)
        octal(block.reduce(0) { $0 + Int64($1) }, at: 148, digits: 6)
        block[154] = 0
        return block
    }

    // MARK: The folder

    private static func open(
        _ name: String, in folder: PlainFile, _ flags: Int32
    ) throws -> PlainFile {
        let descriptor = openat(
            folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags)
        guard descriptor >= 0 else { throw FileFailure("open", folder.path + "/" + name) }
        return PlainFile(descriptor: descriptor, path: folder.path + "/" + name)
    }

    /// Sorted; a name that is not UTF-8 is left out.
    private static func names(in folder: PlainFile) throws -> [String] {
        let copy = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw FileFailure("list", folder.path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func link(_ name: String, in folder: PlainFile) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4_097)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlinkat(folder.descriptor, name, $0, text.count) } ?? -1
            }
        }
        guard (1...4_096).contains(count) else { return nil }
        return String(validating: bytes[..<count], as: UTF8.self)
    }
}

/// Names inside an archive.
enum TarPath {
    /// The parts of a relative path without `.`; nil when it is absolute, empty, leaves the root or
    /// has a part that no file can be named.
    static func parts(_ path: String) -> [String]? {
        guard !path.hasPrefix("/"), path.utf8.count <= 4_096, !path.utf8.contains(0) else {
            return nil
        }
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !parts.contains(".."), parts.allSatisfy({ $0.utf8.count <= 255 }) else { return nil }
        return parts
    }

    /// Whether a link in `folder` with this target points to something inside the root.
    static func staysInside(_ target: String, from folder: [String]) -> Bool {
        guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0) else {
            return false
        }
        var depth = folder.count
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }
}
