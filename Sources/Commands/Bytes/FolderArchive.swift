import Foundation
import Glibc
import NodeAgent
import Wire

/// A folder as a POSIX tar archive (ustar, pax for long names and large files) that is never
/// written anywhere: it is laid out once and read from any place.
///
/// The same content gives the same bytes: names in byte order, no times, no owners, modes 0644 and
/// 0755. Folders, regular files and relative links that stay inside are taken; anything else
/// refuses the whole, so that nothing is left out in silence.
struct FolderArchive: Sendable {
    enum Refused: Error, Hashable, CustomStringConvertible {
        case linkLeaves(String)
        case notAFile(String)
        case nameNotText(String)
        case tooDeep(String)
        case tooManyEntries

        var description: String {
            switch self {
            case .linkLeaves(let path): "the link \(path) leaves the folder"
            case .notAFile(let path): "\(path) is neither file, folder nor link"
            case .nameNotText(let path): "a name in \(path) is not UTF-8"
            case .tooDeep(let path): "\(path) is nested too deep"
            case .tooManyEntries: "the folder has more than a million entries"
            }
        }
    }

    /// A run of the archive's bytes: some that we made, or a file and what fills its last block.
    private enum Piece: Sendable {
        case made([UInt8])
        case file(path: String, size: Int64)

        var size: Int64 {
            switch self {
            case .made(let bytes): Int64(bytes.count)
            case .file(_, let size): (size + 511) / 512 * 512
            }
        }
    }

    private static let mostDepth = 64
    private static let mostEntries = 1_000_000

    private var pieces: [Piece] = []
    /// Where each piece begins.
    private var offsets: [Int64] = []
    private var entries = 0
    private(set) var size: Int64 = 0

    /// Lays out the archive of `folder`. Blocks.
    init(folder: String) throws {
        try addContent(of: folder, names: [])
        add(.made([UInt8](repeating: 0, count: 1024)))
    }

    var source: ByteSource {
        let archive = self
        return ByteSource(size: size) { count, offset in try archive.read(count, at: offset) }
    }

    // MARK: Layout

    private mutating func addContent(of folder: String, names: [String]) throws {
        guard names.count < Self.mostDepth else { throw Refused.tooDeep(folder) }
        for name in try Self.names(in: folder) {
            entries += 1
            guard entries <= Self.mostEntries else { throw Refused.tooManyEntries }
            try addEntry(folder + "/" + name, names: names + [name])
        }
    }

    private mutating func addEntry(_ path: String, names: [String]) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw FileFailure("read", path) }
        let name = names.joined(separator: "/")
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            add(.made(TarHeader(name: name + "/", kind: .folder).bytes))
            try addContent(of: path, names: names)
        case S_IFREG:
            let isProgram = status.st_mode & 0o100 != 0
            let size = Int64(status.st_size)
            add(.made(TarHeader(name: name, kind: .file(size: size, isProgram: isProgram)).bytes))
            if size > 0 { add(.file(path: path, size: size)) }
        case S_IFLNK:
            let target = try Self.target(of: path)
            guard TarPath.staysInside(target, from: names.count - 1) else {
                throw Refused.linkLeaves(path)
            }
            add(.made(TarHeader(name: name, kind: .link(target: target)).bytes))
        default: throw Refused.notAFile(path)
        }
    }

    private mutating func add(_ piece: Piece) {
        pieces.append(piece)
        offsets.append(size)
        size += piece.size
    }

    private static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw FileFailure("list", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name else { throw Refused.nameNotText(folder) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func target(of path: String) throws -> String {
        var bytes = [CChar](repeating: 0, count: 4097)
        let count = readlink(path, &bytes, bytes.count)
        guard (1...4096).contains(count) else { throw FileFailure("read", path) }
        let text = bytes[..<count].map { UInt8(bitPattern: $0) }
        guard let target = String(validating: text, as: UTF8.self) else {
            throw Refused.nameNotText(path)
        }
        return target
    }

    // MARK: Reading

    private func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var index = piece(at: offset)
        while bytes.count < count, index < pieces.count {
            let skipped = max(0, offset - offsets[index])
            bytes += try read(pieces[index], from: skipped, atMost: count - bytes.count)
            index += 1
        }
        return bytes
    }

    /// The piece that the byte at `offset` lies in.
    private func piece(at offset: Int64) -> Int {
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    private func read(_ piece: Piece, from start: Int64, atMost count: Int) throws -> [UInt8] {
        let count = Int(min(Int64(count), piece.size - start))
        guard count > 0 else { return [] }
        switch piece {
        case .made(let bytes):
            return Array(bytes[Int(start)..<Int(start) + count])
        case .file(let path, let size):
            let wanted = Int(max(0, min(Int64(count), size - start)))
            var bytes = wanted > 0 ? try LocalFile(reading: path).read(wanted, at: start) : []
            guard bytes.count == wanted else { throw FileFailure("read (it shrank)", path) }
            bytes += [UInt8](repeating: 0, count: count - wanted)
            return bytes
        }
    }
}
