import Glibc

/// An OCI runtime on this machine.
package struct OCIRuntime: Hashable, Sendable {
    /// The file's name, such as `runc`; the engine knows it by this name.
    package let name: String
    package let path: String

    package init?(path: String) {
        guard path.hasPrefix("/"), let name = path.split(separator: "/").last else { return nil }
        self.name = String(name)
        self.path = path
    }

    /// The runtimes named `names` that `folders` hold: for each name the first executable file.
    package static func found(
        named names: [String] = ["crun", "runc"],
        in folders: [String] = [
            "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
        ]
    ) -> [OCIRuntime] {
        names.compactMap { name in
            folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
                .flatMap(OCIRuntime.init)
        }
    }
}
