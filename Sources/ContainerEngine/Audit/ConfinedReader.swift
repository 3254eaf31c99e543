import Glibc

/// Reads a `ConfinedView` from the kernel's files.
struct ConfinedReader {
    private static let masked = [
        "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
        "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware",
    ]
    private static let readOnly = [
        "/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ]

    let tree: CgroupTree
    let container: ContainerID
    let process: Int32
    let profile: IsolationProfile

    /// - Returns: nil when the container's first process has ended.
    func view() throws -> ConfinedView? {
        guard let before = try? BootClock.startTime(ofProcess: process) else { return nil }
        let view: ConfinedView
        do { view = try read() } catch {
            // A process that ends while it is looked at leaves holes, which are no deviation.
            if isGone(since: before) { return nil }
            throw error
        }
        return isGone(since: before) ? nil : view
    }

    private func isGone(since start: Int64) -> Bool {
        guard let now = try? BootClock.startTime(ofProcess: process), now == start,
            let status = try? HostFile.read("/proc/\(process)/status")
        else { return true }
        return ProcessStatus(status).hasEnded
    }

    private func read() throws -> ConfinedView {
        let proc = "/proc/\(process)"
        let host = MountTable(try HostFile.read("/proc/self/mountinfo", limit: 16 << 20))
        return ConfinedView(
            namespaces: try namespaces(of: proc), hostNamespaces: try hostNamespaces(),
            userMap: try HostFile.read(proc + "/uid_map"),
            groupMap: try HostFile.read(proc + "/gid_map"),
            mounts: MountTable(try HostFile.read(proc + "/mountinfo", limit: 16 << 20)),
            bindLocations: profile.binds.map { Self.location(of: $0.source, in: host) },
            masked: Self.masked.filter(HostFile.exists),
            readOnly: Self.readOnly.filter(HostFile.exists),
            interfaces: Self.interfaces(try HostFile.read(proc + "/net/dev")),
            filterFaults: try filterFaults(in: proc),
            processes: try processes(), limits: try limits(proc))
    }

    private func namespaces(of proc: String) throws -> [String: String] {
        var links: [String: String] = [:]
        for name in IsolationAudit.namespaces {
            links[name] = try HostFile.link(proc + "/ns/" + name)
        }
        return links
    }

    /// Ours, and those of the machine's first process where it may be looked at: a node may run in
    /// some of its own.
    private func hostNamespaces() throws -> Set<String> {
        let first = IsolationAudit.namespaces.compactMap { try? HostFile.link("/proc/1/ns/" + $0) }
        return Set(try namespaces(of: "/proc/self").values).union(first)
    }

    private func filterFaults(in proc: String) throws -> [String]? {
        switch profile.network {
        case .unconnected: return nil
        case .filtered(let policy):
            let network = proc + "/ns/net"
            do { return try EgressFilterAudit.faults(in: network, of: policy) } catch let failure
                as HostCommand.Failure
            {
                throw SystemFailure(
                    operation: "read the filter of", path: network, code: failure.code)
            }
        }
    }

    /// Nil where no such file is.
    static func location(of path: String, in host: MountTable) -> FileLocation? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return host.location(of: String(cString: resolved)).map {
            .init(device: $0.device, root: $0.root)
        }
    }

    static func interfaces(_ text: String) -> [String] {
        text.split(separator: "\n").dropFirst(2).compactMap { line in
            line.split(separator: ":").first.map { String($0).trimmingWhitespace() }
        }.sorted()
    }

    // MARK: Processes

    /// Every process of the container's group, and every one in its user namespace, wherever it
    /// is. One that ends while it is looked at is left out.
    private func processes() throws -> [ConfinedView.Process] {
        let group = try Cgroup(tree: tree, path: profile.cgroupParent).leaf(of: container)
        let space = try HostFile.link("/proc/\(process)/ns/user")
        let strays = try processesOfRange().filter {
            (try? HostFile.link("/proc/\($0)/ns/user")) == space
        }
        return Set(try group.processes() + strays).union([process]).sorted().compactMap(look)
    }

    /// Those whose ids are the container's. Others of the machine may have the same: an engine of
    /// a person that was given these ids, too.
    private func processesOfRange() throws -> [Int32] {
        let range = profile.idRange.base..<(profile.idRange.base + IDRange.size)
        return try HostFile.names(in: "/proc").compactMap { name in
            guard let id = Int32(name) else { return nil }
            var status = stat()
            guard stat("/proc/\(id)", &status) == 0, range.contains(status.st_uid) else {
                return nil
            }
            return id
        }
    }

    private func look(_ id: Int32) -> ConfinedView.Process? {
        guard let text = try? HostFile.read("/proc/\(id)/status"),
            let user = try? HostFile.link("/proc/\(id)/ns/user"),
            let groups = try? HostFile.read("/proc/\(id)/cgroup"),
            let stat = try? HostFile.read("/proc/\(id)/stat"), !Self.isExiting(stat)
        else { return nil }
        let status = ProcessStatus(text)
        guard !status.hasEnded else { return nil }
        return ConfinedView.Process(
            id: id, status: status, userNamespace: user, controlGroups: controlGroups(groups))
    }

    /// `PF_EXITING` in field 9 of `/proc/<pid>/stat`: it has run its last instruction, and the
    /// kernel is taking its filter and its groups away. Read last, so that what was read before
    /// was whole.
    static func isExiting(_ stat: String) -> Bool {
        guard let end = stat.lastIndex(of: ")") else { return true }
        let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 6, let flags = UInt64(fields[6]) else { return true }
        return flags & 4 != 0
    }

    /// Lines `number:controllers:path`, those that bound the container.
    private func controlGroups(_ text: String) -> [String: String] {
        var groups: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let bounds = Set(parts[1].split(separator: ","))
            let counts =
                switch tree.version {
                case .unified: parts[1].isEmpty
                case .legacy: !bounds.isDisjoint(with: ["memory", "pids", "cpu", "freezer"])
                }
            if counts { groups[String(parts[1])] = String(parts[2]) }
        }
        return groups
    }

    // MARK: Limits

    private func limits(_ proc: String) throws -> ConfinedView.Limits {
        let parent = try Cgroup(tree: tree, path: profile.cgroupParent)
        let leaf = try parent.leaf(of: container)
        let openFiles = Self.openFiles(try HostFile.read(proc + "/limits"))
        switch tree.version {
        case .legacy:
            let cpu = "\(tree.root)/cpu\(leaf.path)"
            let limit = try bound("memory.limit_in_bytes", parent, .memory)
            return ConfinedView.Limits(
                parentMemory: limit, memory: try bound("memory.limit_in_bytes", leaf, .memory),
                swap: try legacySwap(parent, limit),
                processes: try bound("pids.max", leaf, .pids),
                cpuQuota: try Self.bound(in: cpu + "/cpu.cfs_quota_us"),
                cpuPeriod: try Self.bound(in: cpu + "/cpu.cfs_period_us") ?? 0,
                openFiles: openFiles)
        case .unified:
            let cpu = try HostFile.read("\(tree.root)\(leaf.path)/cpu.max")
                .split(whereSeparator: \.isWhitespace)
            return ConfinedView.Limits(
                parentMemory: try bound("memory.max", parent, .memory),
                memory: try bound("memory.max", leaf, .memory), swap: try unifiedSwap(parent),
                processes: try bound("pids.max", leaf, .pids),
                cpuQuota: cpu.first.flatMap { Int64($0) },
                cpuPeriod: cpu.last.flatMap { Int64($0) } ?? 0, openFiles: openFiles)
        }
    }

    private func legacySwap(_ group: Cgroup, _ memory: Int64?) throws -> ConfinedView.Swap {
        let file = "memory.memsw.limit_in_bytes"
        guard HostFile.exists("\(group.folder(.memory))/\(file)") else { return try hostSwap() }
        guard let both = try bound(file, group, .memory), let memory else { return .limited(nil) }
        return .limited(max(0, both - memory))
    }

    private func unifiedSwap(_ group: Cgroup) throws -> ConfinedView.Swap {
        let file = "memory.swap.max"
        guard HostFile.exists("\(group.folder(.memory))/\(file)") else { return try hostSwap() }
        return .limited(try bound(file, group, .memory))
    }

    /// A kernel that does not count swap by group bounds it only where there is none.
    private func hostSwap() throws -> ConfinedView.Swap {
        try HostFile.read("/proc/swaps").split(separator: "\n").count > 1 ? .limited(nil) : .none
    }

    private func bound(
        _ file: String, _ group: Cgroup, _ controller: CgroupTree.Controller
    ) throws -> Int64? {
        try Self.bound(in: "\(group.folder(controller))/\(file)")
    }

    /// Nil for `max`, for -1, and for what version 1 writes when there is no limit.
    private static func bound(in path: String) throws -> Int64? {
        guard let number = Int64(try HostFile.read(path).trimmingWhitespace()), number >= 0,
            number < Int64.max - (1 << 20)
        else { return nil }
        return number
    }

    /// The hard limit: the soft one is the job's to move.
    static func openFiles(_ text: String) -> Int64? {
        for line in text.split(separator: "\n") where line.hasPrefix("Max open files") {
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count > 4 ? Int64(words[4]) : nil
        }
        return nil
    }
}
