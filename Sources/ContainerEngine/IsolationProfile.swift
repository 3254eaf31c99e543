/// How a container is confined. One value decides all of it; nothing else widens it.
///
/// Always true, without a way to turn it off: own user namespace with 65,536 ids, no capability,
/// no new privileges, own seccomp filter, read-only root file system, no network but a loopback and
/// at most one filtered link, own process, IPC, host-name and cgroup namespaces, no swap, no proxy settings of the
/// host, image volumes ignored.
package struct IsolationProfile: Hashable, Sendable {
    /// The host ids behind the container's ids; never shared by two live containers.
    package var idRange: IDRange
    /// The user and group inside.
    package var user: UInt16
    /// A file that `SeccompProfile.write` made.
    package var seccompProfilePath: String
    /// The group above the container's own, such as `/orban/lease-7`.
    package var cgroupParent: String
    package var limits: ResourceLimits
    package var binds: [Bind]
    package var deviceMounts: DeviceMounts
    package var network: Network

    package enum Network: Hashable, Sendable {
        /// A loopback that leads nowhere.
        case unconnected
        /// Behind a packet filter, which the audit looks at as well.
        case filtered(EgressPolicy)

        /// What a container has.
        var interfaces: [String] {
            switch self {
            case .unconnected: ["lo"]
            case .filtered: ["lo", EgressLink.interface]
            }
        }
    }

    package init(
        idRange: IDRange, seccompProfilePath: String, cgroupParent: String,
        limits: ResourceLimits, binds: [Bind]
    ) {
        self.idRange = idRange
        self.seccompProfilePath = seccompProfilePath
        self.cgroupParent = cgroupParent
        self.limits = limits
        self.binds = binds
        deviceMounts = .none
        network = .unconnected
        user = 65_534
    }

    /// The host id that owns what the container's user writes: the owner a writable bind needs.
    package var hostUser: UInt32 { idRange.hostID(of: user) }
}

/// What a container may use at most.
package struct ResourceLimits: Hashable, Sendable {
    /// Memory with swap, page cache and the temporary folders included.
    package var memoryBytes: Int64
    /// CPU time in each period, in microseconds: 200,000 of 100,000 are two whole CPUs.
    package var cpuQuotaMicroseconds: Int64
    package var cpuPeriodMicroseconds: UInt64
    /// Processes and threads together.
    package var processes: Int64
    package var openFiles: UInt64
    /// The size of `/tmp`, which is memory.
    package var temporaryBytes: Int64
    /// The size of `/dev/shm`, which is memory.
    package var sharedMemoryBytes: Int64

    /// `cpuMillis` thousandths of a CPU, 256 processes, 4,096 open files, 64 MiB of `/dev/shm`.
    package init(memoryBytes: Int64, cpuMillis: Int64, temporaryBytes: Int64) {
        self.memoryBytes = memoryBytes
        self.temporaryBytes = temporaryBytes
        cpuQuotaMicroseconds = cpuMillis * 100
        cpuPeriodMicroseconds = 100_000
        processes = 256
        openFiles = 4_096
        sharedMemoryBytes = 64 << 20
    }
}

/// A folder or file of the host that is seen inside.
package struct Bind: Hashable, Sendable {
    package enum Access: Hashable, Sendable { case readOnly, writable }

    package let source: String
    package let destination: String
    package let access: Access

    /// Input data, read-only.
    package static func input(_ source: String, at destination: String = "/in") -> Bind {
        Bind(source: source, destination: destination, access: .readOnly)
    }

    /// A folder for results: writable, and nothing in it can be executed or is a device.
    package static func output(_ source: String, at destination: String = "/out") -> Bind {
        Bind(source: source, destination: destination, access: .writable)
    }

    var options: [String] {
        switch access {
        case .readOnly: ["rbind", "ro", "nosuid", "nodev"]
        case .writable: ["rbind", "rw", "nosuid", "nodev", "noexec"]
        }
    }
}
