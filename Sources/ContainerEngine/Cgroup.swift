import Glibc

/// One control group: a lease's own, the parent of its container's. It outlives the container,
/// so what it counted can be read after the end, and freezing it stops everything inside.
package struct Cgroup: Hashable, Sendable {
    /// What the group used since it was made.
    package struct Usage: Hashable, Sendable {
        package let cpuNanoseconds: UInt64
        /// The most memory held at one time in bytes, or nil where the kernel does not keep it.
        package let peakMemoryBytes: UInt64?
        /// Memory held now, in bytes, pages of files included, as the limit counts it; nil where
        /// the kernel does not tell.
        package let memoryBytes: UInt64?
    }

    package enum PathError: Error, Hashable, Sendable { case unusable(String) }

    package let tree: CgroupTree
    /// The path below the root of each hierarchy, such as `/orban/lease-7`.
    package let path: String

    /// - Throws: `PathError` unless `path` is absolute, below the root, and free of `.` and `..`.
    package init(tree: CgroupTree, path: String) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0].isEmpty,
            !parts.dropFirst().contains(where: { $0.isEmpty || $0 == "." || $0 == ".." })
        else { throw PathError.unusable(path) }
        self.tree = tree
        self.path = path
    }

    /// The group of the container `id` below this one, where libpod with `cgroupfs` puts it.
    package func leaf(of id: ContainerID) throws -> Cgroup {
        try Cgroup(tree: tree, path: "\(path)/libpod-\(id.text)")
    }

    // MARK: Life

    /// Makes the group and limits its memory; beyond 1 MiB it gets no swap. Idempotent: an existing
    /// group gets the limit.
    package func create(memoryLimitBytes: Int64) throws {
        switch tree.version {
        case .legacy: try createLegacy(memoryLimitBytes)
        case .unified: try createUnified(memoryLimitBytes)
        }
    }

    private func createLegacy(_ limit: Int64) throws {
        for controller in CgroupTree.Controller.allCases {
            try HostFile.makeFolders(folder(controller))
        }
        let memory = folder(.memory)
        let ownLimit = (file: "\(memory)/memory.limit_in_bytes", bytes: limit)
        let withSwap = "\(memory)/memory.memsw.limit_in_bytes"
        guard HostFile.exists(withSwap) else {
            return try HostFile.writeExisting("\(ownLimit.bytes)", to: ownLimit.file)
        }
        // A little above, so that the memory counter is the one that fails: failures of the other
        // are not counted by every kernel (6.18 does not). It may never lie below the memory limit,
        // so which is written first depends on the direction.
        let (total, _) = limit.addingReportingOverflow(Self.swapSlackBytes)
        var writes = [ownLimit, (file: withSwap, bytes: max(limit, total))]
        if try number("memory.memsw.limit_in_bytes", in: .memory) < UInt64(clamping: limit) {
            writes.reverse()
        }
        for write in writes { try HostFile.writeExisting("\(write.bytes)", to: write.file) }
    }

    /// How much swap a group may use on version 1.
    private static let swapSlackBytes: Int64 = 1 << 20

    private func createUnified(_ limit: Int64) throws {
        var above = tree.root
        for part in path.split(separator: "/") {
            for controller in ["+cpu", "+memory", "+pids"] {
                let control = "\(above)/cgroup.subtree_control"
                try HostFile.writeExisting(controller, to: control)
            }
            above += "/\(part)"
            try HostFile.makeFolders(above)
        }
        try HostFile.writeExisting("\(limit)", to: "\(above)/memory.max")
        let swap = "\(above)/memory.swap.max"
        if HostFile.exists(swap) { try HostFile.writeExisting("0", to: swap) }
    }

    /// Removes the group and the groups below it. Idempotent.
    /// - Throws: `SystemFailure` with `EBUSY` while a process is left inside.
    package func remove() throws {
        for hierarchy in try tree.hierarchies() { try Self.removeFolders(hierarchy + path) }
    }

    private static func removeFolders(_ folder: String) throws {
        guard HostFile.isFolder(folder) else { return }
        for name in try HostFile.names(in: folder) where HostFile.isFolder("\(folder)/\(name)") {
            try removeFolders("\(folder)/\(name)")
        }
        guard rmdir(folder) == 0 || errno == ENOENT else {
            throw HostFile.failure("remove", folder)
        }
    }

    /// The processes inside, groups below included, in the hierarchy that freezes.
    package func processes() throws -> [Int32] {
        try Self.processes(in: folder(.freezer))
    }

    private static func processes(in folder: String) throws -> [Int32] {
        guard HostFile.isFolder(folder) else { return [] }
        var found = try HostFile.read("\(folder)/cgroup.procs").split(separator: "\n")
            .compactMap { Int32($0) }
        for name in try HostFile.names(in: folder) where HostFile.isFolder("\(folder)/\(name)") {
            found += try processes(in: "\(folder)/\(name)")
        }
        return found
    }

    // MARK: Usage

    /// What the group used so far. Correct after the container has ended and was removed.
    package func usage() throws -> Usage {
        switch tree.version {
        case .legacy:
            Usage(
                cpuNanoseconds: try number("cpuacct.usage", in: .cpuacct),
                peakMemoryBytes: try number("memory.max_usage_in_bytes", in: .memory),
                memoryBytes: try? number("memory.usage_in_bytes", in: .memory))
        case .unified:
            Usage(
                cpuNanoseconds: try field("usage_usec", of: "cpu.stat", in: .cpuacct) &* 1_000,
                peakMemoryBytes: HostFile.exists("\(folder(.memory))/memory.peak")
                    ? try number("memory.peak", in: .memory) : nil,
                memoryBytes: try? number("memory.current", in: .memory))
        }
    }

    // MARK: Files

    func folder(_ controller: CgroupTree.Controller) -> String {
        tree.folder(of: path, controller: controller)
    }

    func number(_ file: String, in controller: CgroupTree.Controller) throws -> UInt64 {
        let path = "\(folder(controller))/\(file)"
        guard let number = UInt64(try HostFile.read(path).trimmingWhitespace()) else {
            throw SystemFailure(operation: "parse", path: path, code: EINVAL)
        }
        return number
    }

    /// The number after `key` in a file of `key value` lines.
    func field(
        _ key: String, of file: String, in controller: CgroupTree.Controller
    ) throws -> UInt64 {
        let path = "\(folder(controller))/\(file)"
        for line in try HostFile.read(path).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == key, let value = UInt64(words[1]) { return value }
        }
        throw SystemFailure(operation: "parse", path: path, code: EINVAL)
    }
}
