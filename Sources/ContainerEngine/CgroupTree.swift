/// Where this machine's control groups are mounted, and in which version.
///
/// `legacy` is version 1 with one hierarchy per controller, also when a version 2 hierarchy
/// without controllers lies beside them (hybrid). Kernel documentation: `cgroup-v1/`, `cgroup-v2`.
package struct CgroupTree: Hashable, Sendable {
    package enum Version: Hashable, Sendable { case legacy, unified }

    package let root: String
    package let version: Version

    /// The tree mounted at `root`, `/sys/fs/cgroup` on a real machine.
    package init(root: String) {
        self.root = root
        version = HostFile.exists("\(root)/cgroup.controllers") ? .unified : .legacy
    }

    /// The folders of the hierarchies: the root itself, or one folder for each controller.
    func hierarchies() throws -> [String] {
        switch version {
        case .unified: [root]
        case .legacy:
            try HostFile.names(in: root).map { "\(root)/\($0)" }
                .filter { HostFile.isFolder($0) && HostFile.exists("\($0)/cgroup.procs") }
        }
    }

    /// The folder of `path` in the hierarchy that holds `controller`.
    func folder(of path: String, controller: Controller) -> String {
        switch version {
        case .unified: root + path
        case .legacy: "\(root)/\(controller.rawValue)\(path)"
        }
    }

    enum Controller: String, CaseIterable {
        case cpuacct, freezer, memory, pids
    }
}
