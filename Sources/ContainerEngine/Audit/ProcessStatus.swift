/// What `/proc/<pid>/status` says about the rights of a process (proc(5)).
struct ProcessStatus: Hashable, Sendable {
    static let capabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]

    private let fields: [Substring: Substring]

    init(_ text: String) {
        var fields: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            // The first line of a name counts: nothing that a process chooses comes before `Uid`
            // but its own name, in which the kernel escapes line breaks.
            let key = line[..<colon]
            if fields[key] == nil { fields[key] = line[line.index(after: colon)...] }
        }
        self.fields = fields
    }

    /// Ended and not yet reaped, or about to vanish: it runs nothing any more.
    var hasEnded: Bool {
        guard let state = words("State").first?.first else { return false }
        return state == "Z" || state == "X"
    }

    /// Real, effective, saved and file system id, of the host; empty when it is not told.
    var users: [UInt32] { numbers("Uid") }
    var groups: [UInt32] { numbers("Gid") }
    var supplementaryGroups: [UInt32] { numbers("Groups") }

    /// Nil when it is not told.
    func capabilities(_ set: String) -> UInt64? {
        words(set[...]).first.flatMap { UInt64($0, radix: 16) }
    }

    var hasNoNewPrivileges: Bool { words("NoNewPrivs") == ["1"] }
    /// Filtered by a seccomp program.
    var isFiltered: Bool { words("Seccomp") == ["2"] }
    /// How many process namespaces it is seen in, the host's included.
    var processNamespaceDepth: Int { words("NSpid").count }

    private func words(_ key: Substring) -> [Substring] {
        fields[key].map { $0.split(whereSeparator: \.isWhitespace) } ?? []
    }

    private func numbers(_ key: Substring) -> [UInt32] { words(key).compactMap { UInt32($0) } }
}
