/// The mounts of one mount namespace, from `/proc/<pid>/mountinfo` (proc(5)).
struct MountTable: Hashable, Sendable {
    struct Mount: Hashable, Sendable {
        /// `major:minor` of the file system.
        let device: String
        /// What is mounted, as a path inside that file system.
        let root: String
        let point: String
        let options: Set<Substring>
        /// Whether mounts of other namespaces can appear below it.
        let isPropagated: Bool
        let type: String
        let superOptions: Set<Substring>

        func has(_ wanted: Substring...) -> Bool { options.isSuperset(of: wanted) }

        /// The size of a temporary file system, in bytes.
        var sizeBytes: Int64? {
            guard let text = superOptions.first(where: { $0.hasPrefix("size=") })?.dropFirst(5)
            else { return nil }
            let unit: Int64 =
                switch text.last {
                case "k": 1 << 10
                case "m": 1 << 20
                case "g": 1 << 30
                default: 1
                }
            let digits = unit == 1 ? text : text.dropLast()
            guard let number = Int64(digits) else { return nil }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
            return overflow ? nil : bytes
        }
    }

    /// In the order in which they were mounted.
    let mounts: [Mount]
    /// Lines that are none of the known form.
    let unreadable: Int

    init(_ text: String) {
        let lines = text.split(separator: "\n")
        mounts = lines.compactMap(Self.mount)
        unreadable = lines.count - mounts.count
    }

    private static func mount(_ line: Substring) -> Mount? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 10, let dash = words[6...].firstIndex(of: "-"),
            words.count > dash + 3
        else { return nil }
        return Mount(
            device: String(words[2]), root: unescaped(words[3]), point: unescaped(words[4]),
            options: Set(words[5].split(separator: ",")),
            isPropagated: words[6..<dash].contains {
                $0.hasPrefix("shared:") || $0.hasPrefix("master:")
            },
            type: String(words[dash + 1]),
            superOptions: Set(words[dash + 3].split(separator: ",")))
    }

    /// Space, tab, line break and backslash are written as three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.utf8.count == 3,
                let code = UInt8(digits, radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where a path of this namespace, free of links, lies: the file system and the path in it.
    func location(of path: String) -> (device: String, root: String)? {
        let above = mounts.filter {
            $0.point == "/" || path == $0.point || path.hasPrefix($0.point + "/")
        }
        // The deepest mount point holds it; of several on one point, the last.
        guard let depth = above.map(\.point.utf8.count).max(),
            let mount = above.last(where: { $0.point.utf8.count == depth })
        else { return nil }
        let rest = mount.point == "/" ? path[...] : path.dropFirst(mount.point.count)
        let root = mount.root == "/" ? "" : mount.root
        return (mount.device, rest.isEmpty || rest == "/" ? mount.root : root + rest)
    }
}
