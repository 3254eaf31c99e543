import Foundation

/// The body of `POST /libpod/containers/create` (`specgen.SpecGenerator` of podman 4).
struct SpecGenerator: Encodable {
    /// The container's own limit lies this much above its parent's, so that the parent's is always
    /// the one that is reached: only the parent outlives the container and can be asked.
    static let memorySlackBytes: Int64 = 1 << 20

    private let spec: ContainerSpec

    init(_ spec: ContainerSpec) { self.spec = spec }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try encodeProgram(into: &container)
        try encodeIsolation(into: &container)
        try encodeLimits(into: &container)
    }

    private func encodeProgram(into container: inout KeyedEncodingContainer<Key>) throws {
        try container.encode(spec.name, forKey: .name)
        try container.encode(spec.image, forKey: .image)
        try container.encode(spec.command, forKey: .command)
        switch spec.entryPoint {
        case .ofImage: break
        case .none: try container.encode([""], forKey: .entrypoint)
        }
        try container.encode(spec.environment, forKey: .environment)
        try container.encode(spec.labels, forKey: .labels)
        try container.encodeIfPresent(spec.workingDirectory, forKey: .workDir)
        try container.encode(spec.hostname, forKey: .hostname)
        if !spec.devices.isEmpty {
            try container.encode(spec.devices.map(Device.init), forKey: .devices)
        }
        try container.encode(
            LogConfiguration(path: spec.log.path, size: spec.log.maximumBytes), forKey: .logging)
    }

    private func encodeIsolation(into container: inout KeyedEncodingContainer<Key>) throws {
        let isolation = spec.isolation
        let map = [IDMap(hostID: isolation.idRange.base, size: IDRange.size)]
        try container.encode("\(isolation.user):\(isolation.user)", forKey: .user)
        try container.encode(Namespace(mode: "private"), forKey: .userNamespace)
        try container.encode(IDMappings(users: map, groups: map), forKey: .idMappings)
        for key in [Key.processNamespace, .hostNameNamespace, .cgroupNamespace] {
            try container.encode(Namespace(mode: "private"), forKey: key)
        }
        // `none` is a private IPC namespace without the engine's own /dev/shm, a host mount that
        // can outlive the container; /dev/shm is one of `mounts` instead.
        try container.encode(Namespace(mode: "none"), forKey: .ipcNamespace)
        // Also for one with a link, which is put into it at its gate (`EgressLink`).
        try container.encode(Namespace(mode: "none"), forKey: .networkNamespace)
        try container.encode(["all"], forKey: .dropCapabilities)
        try container.encode(true, forKey: .noNewPrivileges)
        try container.encode(true, forKey: .readOnlyRoot)
        try container.encode(isolation.seccompProfilePath, forKey: .seccompProfile)
        try container.encode(mounts, forKey: .mounts)
        try container.encode("ignore", forKey: .imageVolumes)
        try container.encode(false, forKey: .httpProxy)
        try container.encode("false", forKey: .systemd)
        try container.encode("ignore", forKey: .notifyMode)
        try container.encode(isolation.cgroupParent, forKey: .cgroupParent)
        // The monitor process stays outside: freezing the lease must not freeze its witness, and
        // its use is not the renter's.
        try container.encode("no-conmon", forKey: .cgroupsMode)
    }

    private func encodeLimits(into container: inout KeyedEncodingContainer<Key>) throws {
        let limits = spec.isolation.limits
        let memory = limits.memoryBytes + Self.memorySlackBytes
        try container.encode(
            Resources(
                memory: .init(limit: memory, swap: memory),
                cpu: .init(
                    quota: limits.cpuQuotaMicroseconds, period: limits.cpuPeriodMicroseconds),
                pids: .init(limit: limits.processes)),
            forKey: .resources)
        try container.encode(
            [
                ProcessLimit(type: "NOFILE", hard: limits.openFiles, soft: limits.openFiles),
                ProcessLimit(type: "NPROC", hard: 4_096, soft: 4_096),
                ProcessLimit(type: "CORE", hard: 0, soft: 0),
            ], forKey: .processLimits)
        // On a host short of memory the kernel ends jobs before the agent.
        try container.encode(500, forKey: .oomScore)
    }

    private var mounts: [Mount] {
        let limits = spec.isolation.limits
        let temporary = [
            Mount.temporary(
                "/tmp", ["size=\(limits.temporaryBytes)", "mode=1777", "nosuid", "nodev"]),
            Mount.temporary(
                "/dev/shm",
                ["size=\(limits.sharedMemoryBytes)", "mode=1777", "nosuid", "nodev", "noexec"]),
        ]
        return temporary
            + spec.isolation.binds.map {
                Mount(
                    type: "bind", source: $0.source, destination: $0.destination,
                    options: $0.options)
            }
    }
}

extension SpecGenerator {
    fileprivate enum Key: String, CodingKey {
        case name, image, command, entrypoint, labels, hostname, user, devices, mounts, systemd
        case environment = "env"
        case workDir = "work_dir"
        case logging = "log_configuration"
        case userNamespace = "userns"
        case idMappings = "idmappings"
        case processNamespace = "pidns"
        case hostNameNamespace = "utsns"
        case cgroupNamespace = "cgroupns"
        case ipcNamespace = "ipcns"
        case networkNamespace = "netns"
        case dropCapabilities = "cap_drop"
        case noNewPrivileges = "no_new_privileges"
        case readOnlyRoot = "read_only_filesystem"
        case seccompProfile = "seccomp_profile_path"
        case imageVolumes = "image_volume_mode"
        case httpProxy = "httpproxy"
        case notifyMode = "sdnotifyMode"
        case cgroupParent = "cgroup_parent"
        case cgroupsMode = "cgroups_mode"
        case resources = "resource_limits"
        case processLimits = "r_limits"
        case oomScore = "oom_score_adj"
    }

    fileprivate struct Namespace: Encodable {
        let mode: String
        enum CodingKeys: String, CodingKey { case mode = "nsmode" }
    }

    fileprivate struct IDMap: Encodable {
        let hostID: UInt32
        let size: UInt32
        var containerID: UInt32 = 0
        enum CodingKeys: String, CodingKey {
            case hostID = "host_id"
            case containerID = "container_id"
            case size
        }
    }

    fileprivate struct IDMappings: Encodable {
        let users: [IDMap]
        let groups: [IDMap]
        enum CodingKeys: String, CodingKey {
            case users = "UIDMap"
            case groups = "GIDMap"
        }
    }

    fileprivate struct Mount: Encodable {
        let type: String
        let source: String?
        let destination: String
        let options: [String]

        static func temporary(_ destination: String, _ options: [String]) -> Mount {
            Mount(
                type: "tmpfs", source: nil, destination: destination, options: ["rw"] + options)
        }
    }

    fileprivate struct Resources: Encodable {
        struct Memory: Encodable {
            let limit: Int64
            let swap: Int64
        }
        struct CPU: Encodable {
            let quota: Int64
            let period: UInt64
        }
        struct PIDs: Encodable { let limit: Int64 }
        let memory: Memory
        let cpu: CPU
        let pids: PIDs
    }

    fileprivate struct ProcessLimit: Encodable {
        let type: String
        let hard: UInt64
        let soft: UInt64
    }

    fileprivate struct LogConfiguration: Encodable {
        var driver = "k8s-file"
        let path: String
        let size: Int64
    }

    fileprivate struct Device: Encodable { let path: String }
}
