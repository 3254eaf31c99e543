import Foundation
import Glibc

/// Packs a folder that a container wrote into a POSIX tar archive (ustar, with pax headers for long
/// names and large files), the same bytes for the same content: names in order, no times, no owners.
///
/// Nothing outside the folder is ever read: no link is followed. Folders, regular files and
/// relative links that stay inside are kept; sockets, pipes, devices and other links are left out.
package struct TarWriter {
    /// The tree is deeper, or has more entries, than any honest result.
    enum Refused: Error, Hashable { case tooDeep, tooManyEntries }

    private static let mostDepth = 64
    private static let mostEntries = 1_000_000

    private let archive: PlainFile
    private var offset: Int64 = 0
    private var entries = 0

    /// Packs `folder` into the file `path`.
    package static func pack(folder: String, to path: String) throws -> PlainFile {
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
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            try append(TarHeader(name: path + "/", kind: .folder).bytes)
            let inner = try Self.open(name, in: folder, O_DIRECTORY)
            try addContent(of: inner, prefix: parts)
        case S_IFREG:
            let file = try Self.open(name, in: folder, O_NONBLOCK)
            let size = try file.size()
            let isProgram = status.st_mode & 0o100 != 0
            try append(
                TarHeader(name: path, kind: .file(size: size, isProgram: isProgram)).bytes)
            try copy(file, size: size)
        case S_IFLNK:
            guard let target = Self.link(name, in: folder),
                TarPath.staysInside(target, from: prefix.count)
            else { return }
            try append(TarHeader(name: path, kind: .link(target: target)).bytes)
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
