/// Compares what really holds for a running container with its profile. The engine was asked for
/// the profile; the kernel is what answers here.
///
/// `deviations(in:…)` is the whole rule, over values; `deviations(of:…)` reads them first, from
/// kernel files alone, in about a millisecond. What it cannot see: which system calls the filter
/// lets through (`RuntimeSelfTest` tries that), and memory maps shared with others.
package struct IsolationAudit: Sendable {
    package enum Moment: Hashable, Sendable {
        /// The first process waits at its `StartGate`, in a runtime that sets the filter only when
        /// it has passed (crun).
        case beforeFilter
        /// Everything has to hold.
        case confined
        /// Some time after that: files of the kernel that came since, with a module, were not there
        /// to be covered.
        case running
    }

    static let namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"]
    /// What the kernel puts into every network namespace when a tunnel's module is loaded: down, and
    /// nobody in the container has the right to change that.
    static let kernelInterfaces: Set<String> = [
        "tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0", "ip6gre0",
    ]
    /// How much swap the lease's group may use: `Cgroup.create` gives it that little.
    static let swapSlackBytes: Int64 = 1 << 20

    let tree: CgroupTree

    package init(tree: CgroupTree) { self.tree = tree }

    /// What deviates, in a fixed order; nil when the container has ended meanwhile.
    /// - Throws: `SystemFailure` when it cannot be told.
    package func deviations(
        of container: ContainerID, firstProcess: Int32, from profile: IsolationProfile,
        at moment: Moment
    ) throws -> [IsolationDeviation]? {
        let reader = ConfinedReader(
            tree: tree, container: container, process: firstProcess, profile: profile)
        guard let view = try reader.view() else { return nil }
        return Self.deviations(in: view, of: container, from: profile, at: moment)
    }

    static func deviations(
        in view: ConfinedView, of container: ContainerID, from profile: IsolationProfile,
        at moment: Moment
    ) -> [IsolationDeviation] {
        namespaceDeviations(view, profile)
            + view.processes.flatMap { deviations(of: $0, view, container, profile, moment) }
            + mountDeviations(view, container, profile, moment)
            + limitDeviations(view.limits, profile.limits)
    }

    private static func namespaceDeviations(
        _ view: ConfinedView, _ profile: IsolationProfile
    ) -> [IsolationDeviation] {
        var found: [IsolationDeviation] = []
        for name in namespaces {
            guard let link = view.namespaces[name], !view.hostNamespaces.contains(link) else {
                let code: IsolationDeviation.Code =
                    switch name {
                    case "user": .userNamespace
                    case "net": .network
                    default: .namespace
                    }
                found.append(.init(code, "\(name) is the host's"))
                continue
            }
        }
        let map = ["0", "\(profile.idRange.base)", "\(IDRange.size)"]
        for (name, text) in [("uid_map", view.userMap), ("gid_map", view.groupMap)]
        where text.split(whereSeparator: \.isWhitespace).map(String.init) != map {
            found.append(.init(.userNamespace, "\(name) is \(text.trimmingWhitespace())"))
        }
        return found + networkDeviations(view, profile.network)
    }

    private static func networkDeviations(
        _ view: ConfinedView, _ network: IsolationProfile.Network
    ) -> [IsolationDeviation] {
        var found: [IsolationDeviation] = []
        let interfaces = view.interfaces.filter { !kernelInterfaces.contains($0) }
        if interfaces != network.interfaces {
            found.append(.init(.network, "interfaces \(interfaces.joined(separator: " "))"))
        }
        guard case .filtered = network else { return found }
        let faults = view.filterFaults ?? ["not looked at"]
        return found + faults.map { .init(.network, "filter: \($0)") }
    }

    private static func deviations(
        of process: ConfinedView.Process, _ view: ConfinedView, _ container: ContainerID,
        _ profile: IsolationProfile, _ moment: Moment
    ) -> [IsolationDeviation] {
        let status = process.status
        let user = profile.hostUser
        var found: [IsolationDeviation] = []
        func deviates(_ code: IsolationDeviation.Code, _ what: String) {
            found.append(.init(code, "process \(process.id): \(what)"))
        }
        if process.userNamespace != view.namespaces["user"] {
            deviates(.userNamespace, "in \(process.userNamespace)")
        }
        if status.processNamespaceDepth < 2 { deviates(.namespace, "in the host's pid namespace") }
        if status.users != [user, user, user, user] { deviates(.user, "uid \(status.users)") }
        if status.groups != [user, user, user, user] { deviates(.user, "gid \(status.groups)") }
        let range = profile.idRange.base..<(profile.idRange.base + IDRange.size)
        if !status.supplementaryGroups.allSatisfy(range.contains) {
            deviates(.user, "groups \(status.supplementaryGroups)")
        }
        for set in ProcessStatus.capabilitySets where status.capabilities(set) != 0 {
            let value = status.capabilities(set).map { String($0, radix: 16) } ?? "unknown"
            deviates(.capabilities, "\(set) \(value)")
        }
        if !status.hasNoNewPrivileges { deviates(.noNewPrivileges, "new privileges are allowed") }
        if moment != .beforeFilter, !status.isFiltered { deviates(.seccomp, "no filter") }
        let group = "\(profile.cgroupParent)/libpod-\(container)"
        for controllers in process.controlGroups.keys.sorted() {
            guard let path = process.controlGroups[controllers], path != group,
                !path.hasPrefix(group + "/")
            else { continue }
            deviates(.controlGroup, "\(controllers) in \(path)")
        }
        return found
    }

    private static func limitDeviations(
        _ view: ConfinedView.Limits, _ limits: ResourceLimits
    ) -> [IsolationDeviation] {
        var found: [IsolationDeviation] = []
        func check(_ code: IsolationDeviation.Code, _ name: String, _ value: Int64?, _ most: Int64)
        {
            if let value, value <= most { return }
            found.append(.init(code, "\(name) \(value.map(String.init) ?? "none") above \(most)"))
        }
        check(.memoryLimit, "memory of the lease", view.parentMemory, limits.memoryBytes)
        check(
            .memoryLimit, "memory", view.memory,
            limits.memoryBytes + SpecGenerator.memorySlackBytes)
        if case .limited(let bytes) = view.swap {
            check(.swapLimit, "swap", bytes, swapSlackBytes)
        }
        check(.processLimit, "processes", view.processes, limits.processes)
        // quota / period, compared without a division
        let (granted, over) = limits.cpuQuotaMicroseconds.multipliedReportingOverflow(
            by: max(view.cpuPeriod, 1))
        let (used, tooMuch) = (view.cpuQuota ?? -1).multipliedReportingOverflow(
            by: Int64(clamping: limits.cpuPeriodMicroseconds))
        if view.cpuQuota == nil || over || tooMuch || used > granted {
            found.append(
                .init(
                    .cpuLimit,
                    "quota \(view.cpuQuota.map(String.init) ?? "none") of \(view.cpuPeriod)"))
        }
        check(.fileLimit, "open files", view.openFiles, Int64(clamping: limits.openFiles))
        return found
    }
}
