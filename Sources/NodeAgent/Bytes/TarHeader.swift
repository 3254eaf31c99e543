/// The header of one tar entry (POSIX.1-2001 `pax`), without time and owner.
package struct TarHeader: Hashable {
    package enum Kind: Hashable {
        case file(size: Int64, isProgram: Bool)
        case folder
        case link(target: String)
    }

    let name: String
    let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// One block of 512 bytes, after a pax header where a name or size does not fit.
    package var bytes: [UInt8] {
        let fits = name.utf8.count <= 100 && link.utf8.count <= 100 && size < 1 << 33
        let plain = Self.block(name: name, kind: letter, mode: mode, size: size, link: link)
        guard !fits else { return plain }
        var records = Self.record("path", name)
        if !link.isEmpty { records += Self.record("linkpath", link) }
        if size >= 1 << 33 { records += Self.record("size", String(size)) }
        let head = Self.block(
            name: "pax", kind: "x", mode: 0o644, size: Int64(records.count), link: "")
        let rest = [UInt8](repeating: 0, count: (512 - records.count % 512) % 512)
        return head + records + rest + plain
    }

    private var letter: Character {
        switch kind {
        case .file: "0"
        case .folder: "5"
        case .link: "2"
        }
    }

    private var mode: Int64 {
        switch kind {
        case .file(_, let isProgram): isProgram ? 0o755 : 0o644
        case .folder: 0o755
        case .link: 0o777
        }
    }

    private var size: Int64 { if case .file(let size, _) = kind { size } else { 0 } }
    private var link: String { if case .link(let target) = kind { target } else { "" } }

    /// `<length> <key>=<value>\n`, where the length counts itself.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while String(length).utf8.count + rest.utf8.count != length { length += 1 }
        return Array("\(length)\(rest)".utf8)
    }

    private static func block(
        name: String, kind: Character, mode: Int64, size: Int64, link: String
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, most: Int) {
            for (index, byte) in text.utf8.prefix(most).enumerated() {
                block[offset + index] = byte
            }
        }
        func putOctal(_ number: Int64, at offset: Int, digits: Int) {
            let text = String(number, radix: 8)
            let zeros = String(repeating: "0", count: max(0, digits - text.utf8.count))
            put(zeros + text, at: offset, most: digits)
        }
        put(name, at: 0, most: 100)
        putOctal(mode, at: 100, digits: 7)
        putOctal(0, at: 108, digits: 7)
        putOctal(0, at: 116, digits: 7)
        putOctal(min(size, 1 << 33 - 1), at: 124, digits: 11)
        putOctal(0, at: 136, digits: 11)
        put(String(kind), at: 156, most: 1)
        put(link, at: 157, most: 100)
        put("ustar", at: 257, most: 5)
        put("00", at: 263, most: 2)
        put("        ", at: 148, most: 8)
        putOctal(block.reduce(0) { $0 + Int64($1) }, at: 148, digits: 6)
        block[154] = 0
        return block
    }
}

/// Names and link targets inside an archive.
package enum TarPath {
    /// The parts of a relative path without `.`; nil when it is absolute, empty, leaves the root or
    /// has a part that no file can be named.
    package static func parts(_ path: String) -> [String]? {
        guard !path.hasPrefix("/"), path.utf8.count <= 4096, !path.utf8.contains(0) else {
            return nil
        }
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !parts.contains(".."), parts.allSatisfy({ $0.utf8.count <= 255 }) else { return nil }
        return parts
    }

    /// Whether a link that lies `depth` folders deep points to something inside the root.
    package static func staysInside(_ target: String, from depth: Int) -> Bool {
        guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0) else {
            return false
        }
        var depth = depth
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }
}
