import Foundation
import Glibc

/// Unpacks a tar archive that a stranger made (ustar, pax, GNU long names) into a folder.
///
/// Nothing is ever written outside the folder, and nothing through a link: each name is opened part
/// by part without following. Absolute names, `..`, links that leave, devices, sockets and pipes
/// refuse the archive, as do more bytes or entries than allowed; what was unpacked before stays.
/// Files of the same name are replaced.
package struct TarReader {
    package enum Refused: Error, Hashable, CustomStringConvertible {
        case malformed, truncated
        case unsafeName(String)
        case unsafeLink(String)
        case unknownKind(UInt8)
        case tooLarge, tooManyEntries

        package var description: String {
            switch self {
            case .malformed: "the archive is malformed"
            case .truncated: "the archive is cut off"
            case .unsafeName(let name): "the archive has the unsafe name \(name)"
            case .unsafeLink(let name): "the link \(name) in the archive leaves the folder"
            case .unknownKind(let kind): "the archive has an entry of kind \(kind)"
            case .tooLarge: "the archive holds more bytes than allowed"
            case .tooManyEntries: "the archive has too many entries"
            }
        }
    }

    /// Who gets what it makes.
    package enum Receiver: Hashable, Sendable {
        /// Any user of a container reads it, whatever our umask is; hard links are kept.
        case container
        /// Our user, under their umask; a hard link refuses the archive, as we make none.
        case person
    }

    package struct Count: Hashable, Sendable {
        package var files = 0
        package var bytes: Int64 = 0

        package init() {}
    }

    private static let mostEntries = 1_000_000
    private static let mostHeaderBytes: Int64 = 1 << 20

    private let archive: ByteSource
    private let root: PlainFile
    private var offset: Int64 = 0
    private let receiver: Receiver
    private let limitBytes: Int64
    private var entries = 0
    private var count = Count()
    private var names = Names()

    /// What extended headers say about the next entry.
    private struct Names {
        var path: String?
        var link: String?
        var size: Int64?
    }

    private struct Header {
        let path: String
        let link: String
        let kind: UInt8
        let size: Int64
        let mode: mode_t
    }

    /// Unpacks into `folder`, which is there. Blocks.
    /// - Parameter limitBytes: the most that the files may hold together.
    @discardableResult
    package static func unpack(
        _ archive: ByteSource, into folder: String, for receiver: Receiver, limitBytes: Int64
    ) throws -> Count {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("open", folder) }
        var reader = TarReader(
            archive: archive, root: PlainFile(descriptor: descriptor, path: folder), receiver,
            limitBytes)
        while try reader.unpackNext() {}
        return reader.count
    }

    private init(
        archive: ByteSource, root: PlainFile, _ receiver: Receiver, _ limitBytes: Int64
    ) {
        self.archive = archive
        self.root = root
        self.receiver = receiver
        self.limitBytes = limitBytes
    }

    private mutating func unpackNext() throws -> Bool {
        guard let header = try nextHeader() else { return false }
        let body = offset
        guard header.size <= archive.size - offset else { throw Refused.truncated }
        offset += (header.size + 511) / 512 * 512
        switch header.kind {
        case UInt8(ascii: "x"): try readPax(try text(at: body, header.size))
        case UInt8(ascii: "g"): break
        case UInt8(ascii: "L"): names.path = Self.string(try text(at: body, header.size))
        case UInt8(ascii: "K"): names.link = Self.string(try text(at: body, header.size))
        default:
            entries += 1
            guard entries <= Self.mostEntries else { throw Refused.tooManyEntries }
            try make(header, bodyAt: body)
            names = Names()
        }
        return true
    }

    private mutating func make(_ header: Header, bodyAt body: Int64) throws {
        guard let parts = TarPath.parts(header.path) else { throw Refused.unsafeName(header.path) }
        switch header.kind {
        case UInt8(ascii: "5"): _ = try folder(parts)
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            try makeFile(header, parts, bodyAt: body)
        case UInt8(ascii: "2"):
            guard let name = parts.last,
                TarPath.staysInside(header.link, from: parts.count - 1)
            else { throw Refused.unsafeLink(header.path) }
            let parent = try folder(Array(parts.dropLast()))
            unlinkat(parent.descriptor, name, 0)
            guard symlinkat(header.link, parent.descriptor, name) == 0 else {
                throw FileFailure("link", header.path)
            }
        case UInt8(ascii: "1") where receiver == .container: try makeHardLink(header, parts)
        default: throw Refused.unknownKind(header.kind)
        }
    }

    private mutating func makeFile(_ header: Header, _ parts: [String], bodyAt body: Int64) throws {
        guard let name = parts.last, !header.path.hasSuffix("/") else {
            throw Refused.unsafeName(header.path)
        }
        let parent = try folder(Array(parts.dropLast()))
        unlinkat(parent.descriptor, name, 0)
        let mode: mode_t = header.mode & 0o100 != 0 ? 0o755 : 0o644
        let descriptor = openat(
            parent.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFailure("make", header.path) }
        let file = PlainFile(descriptor: descriptor, path: header.path)
        if receiver == .container { fchmod(descriptor, mode) }
        var done: Int64 = 0
        while done < header.size {
            let bytes = try archive.read(Int(min(1 << 20, header.size - done)), body + done)
            guard !bytes.isEmpty else { throw Refused.truncated }
            try file.write(bytes, at: done)
            done += Int64(bytes.count)
        }
        count.files += 1
        count.bytes += header.size
    }

    private func makeHardLink(_ header: Header, _ parts: [String]) throws {
        guard let target = TarPath.parts(header.link), let targetName = target.last,
            let name = parts.last
        else { throw Refused.unsafeLink(header.path) }
        let from = try folder(Array(target.dropLast()))
        let to = try folder(Array(parts.dropLast()))
        var status = stat()
        guard fstatat(from.descriptor, targetName, &status, AT_SYMLINK_NOFOLLOW) == 0,
            status.st_mode & S_IFMT == S_IFREG
        else { throw Refused.unsafeLink(header.path) }
        unlinkat(to.descriptor, name, 0)
        guard linkat(from.descriptor, targetName, to.descriptor, name, 0) == 0 else {
            throw FileFailure("link", header.path)
        }
    }

    /// The folder of that name, made where it is missing, opened part by part; a link is none.
    private func folder(_ parts: [String]) throws -> PlainFile {
        var place = root
        for part in parts {
            let made = mkdirat(place.descriptor, part, 0o755)
            if made == 0, receiver == .container {
                fchmodat(place.descriptor, part, 0o755, 0)
            }
            let descriptor = openat(
                place.descriptor, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw Refused.unsafeName(parts.joined(separator: "/")) }
            place = PlainFile(descriptor: descriptor, path: place.path + "/" + part)
        }
        return place
    }

    // MARK: Headers

    private mutating func nextHeader() throws -> Header? {
        let block = try archive.read(512, offset)
        if block.isEmpty { return nil }
        guard block.count == 512 else { throw Refused.truncated }
        if block.allSatisfy({ $0 == 0 }) { return nil }
        offset += 512
        let sum = block.enumerated().reduce(Int64(0)) { sum, byte in
            sum + Int64((148..<156).contains(byte.offset) ? 32 : byte.element)
        }
        guard Self.number(block[148..<156]) == sum, let size = Self.number(block[124..<136]),
            let mode = Self.number(block[100..<108])
        else { throw Refused.malformed }
        let isUstar = block[257..<262].elementsEqual("ustar".utf8)
        let isPosix = isUstar && block[262] == 0
        let prefix = isPosix ? Self.string(Array(block[345..<500])) : ""
        let name = Self.string(Array(block[0..<100]))
        let kind = block[156]
        let isEntry = !"xgLK".utf8.contains(kind)
        let isFile = [0, UInt8(ascii: "0"), UInt8(ascii: "7")].contains(kind)
        let realSize = isFile || !isEntry ? (isEntry ? names.size ?? size : size) : 0
        if isFile {
            guard realSize <= limitBytes - count.bytes else { throw Refused.tooLarge }
        } else if realSize > Self.mostHeaderBytes {
            throw Refused.malformed
        }
        return Header(
            path: names.path ?? (prefix.isEmpty ? name : prefix + "/" + name),
            link: names.link ?? Self.string(Array(block[157..<257])), kind: kind, size: realSize,
            mode: mode_t(truncatingIfNeeded: mode))
    }

    private func text(at offset: Int64, _ size: Int64) throws -> [UInt8] {
        let bytes = try archive.read(Int(size), offset)
        guard bytes.count == Int(size) else { throw Refused.truncated }
        return bytes
    }

    private mutating func readPax(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count,
                rest[rest.startIndex + length - 1] == UInt8(ascii: "\n"),
                let equals = rest[space...].firstIndex(of: UInt8(ascii: "=")),
                equals < rest.startIndex + length - 1
            else { throw Refused.malformed }
            let key = String(decoding: rest[(space + 1)..<equals], as: UTF8.self)
            let value = rest[(equals + 1)..<(rest.startIndex + length - 1)]
            try set(key, String(validating: value, as: UTF8.self))
            rest = rest[(rest.startIndex + length)...]
        }
    }

    private mutating func set(_ key: String, _ value: String?) throws {
        switch key {
        case "path":
            guard let value else { throw Refused.malformed }
            names.path = value
        case "linkpath":
            guard let value else { throw Refused.malformed }
            names.link = value
        case "size":
            guard let value, let size = Int64(value), size >= 0 else { throw Refused.malformed }
            names.size = size
        default: break
        }
    }

    /// Octal text, or GNU's big-endian binary with the top bit set; nil when it is neither.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else {
                return nil
            }
            let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(exactly: value)
        }
        let digits = field.drop { $0 == 32 }.prefix { (48...55).contains($0) }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private static func string(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
