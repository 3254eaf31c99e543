import Domain
import Foundation

/// Where the files of leases lie in a node's state folder.
struct LeaseFolders {
    let root: String

    init(statePath: String) { root = statePath + "/leases" }

    func path(_ lease: LeaseID) -> String { root + "/" + lease.text }
    func log(_ lease: LeaseID) -> String { path(lease) + "/log" }
    func deviceMounts(_ lease: LeaseID) -> String { path(lease) + "/device-mounts.json" }
    /// What the container has for `/etc/resolv.conf`; there for each lease with a network.
    func resolver(_ lease: LeaseID) -> String { path(lease) + "/resolv.conf" }
    /// The folder of the lease's output number `index`.
    func output(_ lease: LeaseID, _ index: Int) -> String { path(lease) + "/out-\(index)" }
    func archive(_ lease: LeaseID, _ index: Int) -> String { path(lease) + "/out-\(index).tar" }

    func all() throws -> [LeaseID] {
        guard FileManager.default.fileExists(atPath: root) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: root).sorted()
            .compactMap { LeaseID($0) }
    }

    func remove(_ lease: LeaseID) throws {
        let path = path(lease)
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}
