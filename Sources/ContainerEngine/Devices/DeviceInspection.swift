import Glibc

/// Whether a container has the devices that it was to have, and no other GPU: an engine may say 201
/// and give none.
package enum DeviceInspection {
    /// What is wrong, for the log; empty when all is right.
    ///
    /// - Parameter root: the container's root as this process sees it, `/proc/<pid>/root`.
    package static func faults(of devices: [CDIDevice], in root: String) -> [String] {
        let wanted = devices.flatMap { $0.ownNodes + $0.commonNodes }
        let missing = wanted.compactMap { node -> String? in
            guard let found = Self.number(of: root + node.path) else {
                return "\(node.path) is missing"
            }
            let host = Self.number(of: node.hostPath)
            let right = (node.major ?? host?.major, node.minor ?? host?.minor)
            guard (found.major, found.minor) == right else {
                return "\(node.path) is device \(found.major):\(found.minor)"
            }
            return nil
        }
        let expected = Set(wanted.map(\.path))
        let names = (try? HostFile.names(in: root + "/dev")) ?? []
        let foreign = names.map { "/dev/" + $0 }
            .filter { $0.hasPrefix("/dev/nvidia") && !expected.contains($0) }
            .filter { Self.number(of: root + $0) != nil }
        return missing + foreign.map { "\($0) was not asked for" }
    }

    private static func number(of path: String) -> (major: Int64, minor: Int64)? {
        var status = stat()
        guard lstat(path, &status) == 0, [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT)
        else { return nil }
        // As the C library packs them (makedev(3)), whose macros are not to be had here.
        let device = status.st_rdev
        return (
            Int64((device >> 8) & 0xfff | (device >> 32) & ~0xfff),
            Int64(device & 0xff | (device >> 12) & ~0xff)
        )
    }
}
