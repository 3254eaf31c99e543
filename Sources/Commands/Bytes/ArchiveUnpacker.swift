import Glibc

/// Unpacks a tar archive that somebody else made (ustar, pax, GNU long names) into a folder.
///
/// Nothing is written outside the folder and nothing through a link: every name is opened part by
/// part without following. Absolute names, `..`, links that leave, devices, sockets and pipes
/// refuse the archive; what was unpacked before stays. Files of the same name are replaced.
struct ArchiveUnpacker {
    enum Refused: Error, Hashable, CustomStringConvertible {
        case malformed
        case truncated
        case unsafeName(String)
        case unsafeLink(String)
        case unknownKind(UInt8)
        case tooManyEntries

        var description: String {
            switch self {
            case .malformed: "the archive is malformed"
            case .truncated: "the archive is cut off"
            case .unsafeName(let name): "the archive has the unsafe name \(name)"
            case .unsafeLink(let name): "the link \(name) in the archive leaves the folder"
            case .unknownKind(let kind): "the archive has an entry of kind \(kind)"
            case .tooManyEntries: "the archive has too many entries"
            }
        }
    }

    struct Count: Hashable, Sendable {
        var files = 0
        var bytes: Int64 = 0
    }

    private static let mostEntries = 1_000_000
    private static let mostHeaderBytes: Int64 = 1 << 20

    private let archive: ByteSource
    private let root: LocalFile
    private var offset: Int64 = 0
    private var entries = 0
    private var extended = Extended()
    private var count = Count()

    /// What extended headers say about the next entry.
    private struct Extended {
        var name: String?
        var link: String?
        var size: Int64?
    }

    private struct Entry {
        let name: String
        let link: String
        let kind: UInt8
        let size: Int64
        let isProgram: Bool
    }

    /// Unpacks into `folder`, which is there. Blocks.
    static func unpack(_ archive: ByteSource, into folder: String) throws -> Count {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTrouble("open", folder) }
        var unpacker = ArchiveUnpacker(
            archive: archive, root: LocalFile(descriptor: descriptor, path: folder))
        while let entry = try unpacker.next() { try unpacker.take(entry) }
        return unpacker.count
    }

    private init(archive: ByteSource, root: LocalFile) {
        self.archive = archive
        self.root = root
    }

    private mutating func take(_ entry: Entry) throws {
        let body = offset
        guard entry.size <= archive.size - offset else { throw Refused.truncated }
        offset += (entry.size + 511) / 512 * 512
        switch entry.kind {
        case UInt8(ascii: "x"): try readPax(try archive.read(Int(entry.size), body))
        case UInt8(ascii: "g"): break
        case UInt8(ascii: "L"): extended.name = Self.text(try archive.read(Int(entry.size), body))
        case UInt8(ascii: "K"): extended.link = Self.text(try archive.read(Int(entry.size), body))
        default:
            entries += 1
            guard entries <= Self.mostEntries else { throw Refused.tooManyEntries }
            try make(entry, bodyAt: body)
            extended = Extended()
        }
    }

    // MARK: Files

    private mutating func make(_ entry: Entry, bodyAt body: Int64) throws {
        guard let parts = TarName.parts(entry.name) else { throw Refused.unsafeName(entry.name) }
        if entry.kind == UInt8(ascii: "5") {
            _ = try folder(parts)
            return
        }
        guard let name = parts.last else { throw Refused.unsafeName(entry.name) }
        let above = Array(parts.dropLast())
        switch entry.kind {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            try makeFile(entry, name, in: try folder(above), bodyAt: body)
        case UInt8(ascii: "2"):
            guard TarName.staysInside(entry.link, from: above.count) else {
                throw Refused.unsafeLink(entry.name)
            }
            let parent = try folder(above)
            unlinkat(parent.descriptor, name, 0)
            guard symlinkat(entry.link, parent.descriptor, name) == 0 else {
                throw FileTrouble("link", entry.name)
            }
        default: throw Refused.unknownKind(entry.kind)
        }
    }

    private mutating func makeFile(
        _ entry: Entry, _ name: String, in parent: LocalFile, bodyAt body: Int64
    ) throws {
        guard !entry.name.hasSuffix("/") else { throw Refused.unsafeName(entry.name) }
        unlinkat(parent.descriptor, name, 0)
        let descriptor = openat(
            parent.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            entry.isProgram ? 0o755 : 0o644)
        guard descriptor >= 0 else { throw FileTrouble("make", entry.name) }
        let file = LocalFile(descriptor: descriptor, path: entry.name)
        var done: Int64 = 0
        while done < entry.size {
            let bytes = try archive.read(Int(min(1 << 20, entry.size - done)), body + done)
            guard !bytes.isEmpty else { throw Refused.truncated }
            try file.write(bytes, at: done)
            done += Int64(bytes.count)
        }
        count.files += 1
        count.bytes += entry.size
    }

    /// The folder of that name, made where it is missing, opened part by part; a link is none.
    private func folder(_ parts: [String]) throws -> LocalFile {
        var place = root
        for part in parts {
            mkdirat(place.descriptor, part, 0o755)
            let descriptor = openat(
                place.descriptor, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw Refused.unsafeName(parts.joined(separator: "/")) }
            place = LocalFile(descriptor: descriptor, path: place.path + "/" + part)
        }
        return place
    }

    // MARK: Headers

    private mutating func next() throws -> Entry? {
        let block = try archive.read(512, offset)
        if block.isEmpty { return nil }
        guard block.count == 512 else { throw Refused.truncated }
        if block.allSatisfy({ $0 == 0 }) { return nil }
        offset += 512
        let sum = block.enumerated().reduce(Int64(0)) { sum, byte in
            sum + Int64((148..<156).contains(byte.offset) ? 32 : byte.element)
        }
        guard Self.number(block[148..<156]) == sum, let size = Self.number(block[124..<136]),
            let mode = Self.number(block[100..<108]), size >= 0
        else { throw Refused.malformed }
        let kind = block[156]
        let isPosix = block[257..<263].elementsEqual([0x75, 0x73, 0x74, 0x61, 0x72, 0])
        let prefix = isPosix ? Self.text(block[345..<500]) : ""
        let name = Self.text(block[0..<100])
        return Entry(
            name: extended.name ?? (prefix.isEmpty ? name : prefix + "/" + name),
            link: extended.link ?? Self.text(block[157..<257]), kind: kind,
            size: try bodySize(size, kind), isProgram: mode & 0o100 != 0)
    }

    private func bodySize(_ size: Int64, _ kind: UInt8) throws -> Int64 {
        switch kind {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): return extended.size ?? size
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            guard size <= Self.mostHeaderBytes else { throw Refused.malformed }
            return size
        default: return 0
        }
    }

    /// Records `<length> <key>=<value>\n` (POSIX.1-2001).
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
            guard let text = String(validating: value, as: UTF8.self) else {
                throw Refused.malformed
            }
            try set(key, text)
            rest = rest[(rest.startIndex + length)...]
        }
    }

    private mutating func set(_ key: String, _ value: String) throws {
        switch key {
        case "path": extended.name = value
        case "linkpath": extended.link = value
        case "size":
            guard let size = Int64(value), size >= 0 else { throw Refused.malformed }
            extended.size = size
        default: break
        }
    }

    /// Octal text, or GNU's big-endian binary with the top bit set; nil when it is neither.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else {
                return nil
            }
            return Int64(exactly: field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        let digits = field.drop { $0 == 32 }.prefix { (48...55).contains($0) }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
