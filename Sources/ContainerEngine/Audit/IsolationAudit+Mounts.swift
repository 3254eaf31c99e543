extension IsolationAudit {
    /// The devices that every container has, as the runtime binds them from the host.
    private static let devices = ["null", "zero", "full", "random", "urandom", "tty"]
    /// Small files that the engine writes for one container.
    private static let engineFiles = [
        "hosts", "hostname", "resolv.conf", "passwd", "group", ".containerenv",
    ]

    /// Each mount has to be one that the profile or the runtime brings, whatever its place: links in
    /// an image move mount points. And each that the profile brings has to be there.
    static func mountDeviations(
        _ view: ConfinedView, _ container: ContainerID, _ profile: IsolationProfile,
        _ moment: Moment
    ) -> [IsolationDeviation] {
        var found: [IsolationDeviation] = []
        if view.mounts.unreadable > 0 { found.append(.init(.mount, "mounts of unknown form")) }
        let judge = MountJudge(view: view, container: container, profile: profile)
        for mount in view.mounts.mounts {
            if mount.point == "/" {
                if !mount.has("ro") { found.append(.init(.rootWritable, "\(mount.type) at /")) }
            } else if let fault = judge.fault(mount) {
                found.append(.init(.mount, "\(mount.point): \(fault)"))
            }
            if mount.isPropagated {
                found.append(.init(.mount, "\(mount.point): mounts of others appear in it"))
            }
        }
        if !view.mounts.mounts.contains(where: { $0.point == "/" }) {
            found.append(.init(.rootWritable, "no mount at /"))
        }
        let missing = judge.missing + (moment == .running ? [] : judge.uncovered)
        return found + missing.map { .init(.mount, $0) }
    }

    private struct MountJudge {
        /// Of the scratch folder of a device's hook: the driver's parameters have some hundred bytes.
        private static let mostScratchBytes: Int64 = 65_536

        let view: ConfinedView
        let container: ContainerID
        let profile: IsolationProfile

        /// What the profile brings and this container lacks.
        var missing: [String] {
            let mounts = view.mounts.mounts
            let binds = zip(profile.binds, view.bindLocations).compactMap { bind, location in
                mounts.contains { location == Self.location($0) && fault($0, of: bind) == nil }
                    ? nil : "\(bind.destination) is not there as asked for"
            }
            let sizes = [profile.limits.temporaryBytes, profile.limits.sharedMemoryBytes]
            let temporary = sizes.filter { size in !mounts.contains { isTemporary($0, size) } }
                .map { "no temporary folder of \($0) bytes" }
            return binds + temporary
        }

        /// Files of the kernel that nothing covers.
        var uncovered: [String] {
            let mounts = view.mounts.mounts
            let masks = view.masked.filter { path in
                !mounts.contains { $0.point == path && isMask($0) }
            }
            let writable = view.readOnly.filter { path in
                !mounts.contains { $0.point == path && $0.has("ro") }
            }
            return masks.map { "\($0) is not masked" }
                + writable.map { "\($0) is not read-only" }
        }

        /// Why a mount may not be; nil when it may.
        func fault(_ mount: MountTable.Mount) -> String? {
            if profile.deviceMounts.has(mount) || isHookScratch(mount) { return nil }
            switch mount.type {
            case "proc": return kernelFault(mount, below: "/proc")
            case "sysfs": return mount.has("ro") ? kernelFault(mount, below: "/sys") : "writable"
            case "cgroup", "cgroup2": return groupFault(mount)
            case "devpts", "mqueue":
                return mount.point.hasPrefix("/dev/") && mount.has("nosuid") ? nil : "not in /dev"
            default: break
            }
            if isMask(mount) || isDevice(mount) || isEngineFile(mount) { return nil }
            for (bind, location) in zip(profile.binds, view.bindLocations)
            where location == Self.location(mount) {
                return fault(mount, of: bind)
            }
            if mount.type == "tmpfs" { return temporaryFault(mount) }
            return "\(mount.type) \(mount.root) is not of the profile"
        }

        private static func location(_ mount: MountTable.Mount) -> FileLocation {
            .init(device: mount.device, root: mount.root)
        }

        private func fault(_ mount: MountTable.Mount, of bind: Bind) -> String? {
            let flags = bind.options.filter { $0 != "rbind" && $0 != "rw" }.map { $0[...] }
            let lacking = flags.filter { !mount.options.contains($0) }
            return lacking.isEmpty ? nil : "not \(lacking.joined(separator: ","))"
        }

        /// The file system itself, or a part of it at its own place, read-only.
        private func kernelFault(_ mount: MountTable.Mount, below top: String) -> String? {
            if mount.root == "/" { return mount.point == top ? nil : "outside of \(top)" }
            return mount.point == top + mount.root && mount.has("ro") ? nil : "writable"
        }

        private func groupFault(_ mount: MountTable.Mount) -> String? {
            let isOwn = mount.root == "/" || mount.root.hasSuffix("/libpod-\(container)")
            return mount.has("ro") && isOwn && mount.point.hasPrefix("/sys/fs/cgroup")
                ? nil : "control groups of others, or writable"
        }

        /// Empty and read-only, or the null device, over a kernel file.
        private func isMask(_ mount: MountTable.Mount) -> Bool {
            guard mount.point.hasPrefix("/proc/") || mount.point.hasPrefix("/sys/") else {
                return false
            }
            return mount.type == "tmpfs" && mount.has("ro")
                || mount.type == "devtmpfs" && mount.root == "/null"
        }

        private func isDevice(_ mount: MountTable.Mount) -> Bool {
            devices.contains { mount.point == "/dev/\($0)" && mount.root.hasSuffix("/\($0)") }
        }

        private func isEngineFile(_ mount: MountTable.Mount) -> Bool {
            mount.has("ro", "nosuid", "nodev")
                && engineFiles.contains { mount.root.hasSuffix("/\(container)/userdata/\($0)") }
        }

        /// Where NVIDIA's hook `disable-device-node-modification` keeps the file that it lays over
        /// the driver's parameters: `/run/nvidia-ctk-hook`, by version with a UUID behind it or in it.
        private func isHookScratch(_ mount: MountTable.Mount) -> Bool {
            guard !profile.deviceMounts.isEmpty, mount.type == "tmpfs", mount.root == "/",
                let bytes = mount.sizeBytes, bytes <= Self.mostScratchBytes
            else { return false }
            let places = ["/run/nvidia-ctk-hook", "/var/run/nvidia-ctk-hook"]
            guard let place = places.first(where: mount.point.hasPrefix) else { return false }
            let rest = mount.point.dropFirst(place.count)
            let name = rest.hasPrefix("/") ? rest.dropFirst() : rest
            return name.count <= 36 && name.allSatisfy { $0.isHexDigit || $0 == "-" }
        }

        private func isTemporary(_ mount: MountTable.Mount, _ size: Int64) -> Bool {
            guard mount.type == "tmpfs", mount.has("nosuid", "nodev"), let bytes = mount.sizeBytes
            else { return false }
            return size <= bytes && bytes < size + 65_536  // whole pages, of 64 KiB at most
        }

        private func temporaryFault(_ mount: MountTable.Mount) -> String? {
            switch mount.point {
            case "/dev": mount.has("nosuid") ? nil : "may raise rights"
            case "/sys/fs/cgroup": mount.has("nosuid", "nodev", "noexec") ? nil : "too open"
            case "/dev/shm":
                mount.has("noexec") && isTemporary(mount, profile.limits.sharedMemoryBytes)
                    ? nil : "not the profile's shared memory"
            default:
                isTemporary(mount, profile.limits.temporaryBytes)
                    || isTemporary(mount, profile.limits.sharedMemoryBytes)
                    ? nil : "not the profile's temporary folder"
            }
        }
    }
}
