/// One thing about a container that is not as its profile says.
package struct IsolationDeviation: Hashable, Sendable, CustomStringConvertible {
    /// Stable codes: they stand in logs and alarms.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case userNamespace = "user_namespace"
        /// Mounts, processes, IPC, host name or control groups are those of the host.
        case namespace
        /// The host's network, or an interface that the profile does not know.
        case network
        case user
        case capabilities = "caps"
        case noNewPrivileges = "no_new_privs"
        case seccomp
        case rootWritable = "rootfs_writable"
        /// A mount that the profile does not know, has otherwise, or lacks.
        case mount
        /// A process outside of the container's control group.
        case controlGroup = "cgroup"
        case memoryLimit = "memory_limit"
        case swapLimit = "swap_limit"
        case processLimit = "pids_limit"
        case cpuLimit = "cpu_limit"
        case fileLimit = "file_limit"
    }

    package let code: Code
    /// For the log only: it may hold paths of the host.
    package let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail)" }
}
