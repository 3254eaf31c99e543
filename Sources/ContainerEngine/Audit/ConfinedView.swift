/// What the kernel shows of a running container: the values that an audit compares.
struct ConfinedView: Hashable, Sendable {
    struct Process: Hashable, Sendable {
        let id: Int32
        let status: ProcessStatus
        /// Its user namespace, as its link names it.
        let userNamespace: String
        /// Its group in each hierarchy, by the controllers' names; empty for version 2.
        let controlGroups: [String: String]
    }

    struct Limits: Hashable, Sendable {
        /// Of the lease's group, and of the container's own below it; nil is no limit.
        var parentMemory: Int64?
        var memory: Int64?
        var swap: Swap
        var processes: Int64?
        var cpuQuota: Int64?
        var cpuPeriod: Int64
        var openFiles: Int64?
    }

    enum Swap: Hashable, Sendable {
        /// The machine has none.
        case none
        /// So many bytes beyond the memory, at most; nil is no limit.
        case limited(Int64?)
    }

    /// The namespaces of the container's first process, by their names in `/proc/<pid>/ns`.
    var namespaces: [String: String]
    /// Namespaces that belong to the host.
    var hostNamespaces: Set<String>
    var userMap: String
    var groupMap: String
    var mounts: MountTable
    /// For each bind of the profile, in order, where its source lies; nil when that is not known.
    var bindLocations: [FileLocation?]
    /// What must be covered or read-only, of what this kernel has.
    var masked: [String]
    var readOnly: [String]
    var interfaces: [String]
    /// How its packet filter differs from the profile's; nil where the profile has none.
    var filterFaults: [String]?
    /// The first one included; none that has ended.
    var processes: [Process]
    var limits: Limits
}
