import Glibc
import Yams

/// A device that a container may be given: its name in the Container Device Interface, and what
/// comes into the container with it.
package struct CDIDevice: Hashable, Sendable {
    /// A node in `/dev`.
    package struct Node: Hashable, Sendable {
        /// Where it is in the container, and on the host.
        package let path: String
        package let hostPath: String
        /// Nil: as on the host.
        package let major: Int64?
        package let minor: Int64?
    }

    /// For example `nvidia.com/gpu=GPU-…`.
    package let name: String
    /// Its own nodes, by which it is told apart, and those of every device of its file.
    package let ownNodes: [Node]
    package let commonNodes: [Node]
    /// Files of the host that it brings along, such as the driver's libraries.
    package let files: [String]
}

/// The specifications of the Container Device Interface on this machine (CNCF CDI 0.3 … 1.0), which
/// the engine reads itself when a container is made; this is to know beforehand what it will do.
/// `nvidia-ctk cdi generate` writes them.
package struct CDISpecs: Hashable, Sendable {
    /// Where the engine looks; of two files with the same device the later folder's wins there, and
    /// here.
    package static let folders = ["/etc/cdi", "/var/run/cdi"]
    private static let mostBytes = 4 << 20

    /// By name.
    private(set) var devices: [String: CDIDevice] = [:]
    /// Files that are no specification, and why.
    package private(set) var unreadable: [String] = []

    /// Reads every file; one that cannot be read leaves the others.
    package init(folders: [String] = CDISpecs.folders) {
        for folder in folders {
            let names = (try? HostFile.names(in: folder)) ?? []
            for name in names where [".json", ".yaml", ".yml"].contains(where: name.hasSuffix) {
                take("\(folder)/\(name)")
            }
        }
    }

    private mutating func take(_ path: String) {
        do {
            let text = try HostFile.read(path, limit: Self.mostBytes)
            let file = try YAMLDecoder().decode(SpecFile.self, from: text)
            for device in file.devices {
                let name = "\(file.kind)=\(device.name)"
                let (own, common) = (device.containerEdits, file.containerEdits)
                devices[name] = CDIDevice(
                    name: name, ownNodes: own?.nodes ?? [], commonNodes: common?.nodes ?? [],
                    files: ((own?.mounts ?? []) + (common?.mounts ?? [])).map(\.hostPath))
            }
        } catch {
            unreadable.append("\(path): \(error)")
        }
    }

    /// The device that a specification calls by this UUID, or the one that brings exactly these nodes
    /// of GPUs, where they are known.
    package func device(uuid: String, nodes: Set<String>?) -> CDIDevice? {
        let byName = devices.values.filter { $0.name.hasSuffix("=\(uuid)") }
        if let named = byName.min(by: { $0.name < $1.name }) { return named }
        guard let nodes, !nodes.isEmpty else { return nil }
        let byNode = devices.values.filter { $0.gpuNodes == nodes }
        // A second name of one GPU brings the same ones.
        guard Set(byNode.map(\.ownNodes)).count == 1 else { return nil }
        return byNode.min { $0.name < $1.name }
    }
}

extension CDIDevice {
    /// The driver's character devices: 195:N is `/dev/nvidia<N>` (the driver's README; 255 is its
    /// control device).
    private static let gpuMajor: Int64 = 195

    /// Its own nodes that say which GPU it is, as `/dev/nvidia<N>`, and which part of it where it is
    /// divided, as `/dev/nvidia-caps/nvidia-cap<N>`: by their number, or else by where they are on the
    /// host, or in the container.
    package var gpuNodes: Set<String> {
        Set(
            ownNodes.compactMap { node in
                if node.major == Self.gpuMajor, let minor = node.minor, minor < 255 {
                    return "/dev/nvidia\(minor)"
                }
                return [node.hostPath, node.path].first(where: Self.isGPU)
            })
    }

    private static func isGPU(_ path: String) -> Bool {
        for kind in ["/dev/nvidia-caps/nvidia-cap", "/dev/nvidia"] where path.hasPrefix(kind) {
            let number = path.dropFirst(kind.count)
            if !number.isEmpty && number.allSatisfy(\.isWholeNumber) { return true }
        }
        return false
    }

    /// The nodes that a program needs for one instance of a divided GPU: the GPU's, and those of two
    /// rights, to the part of the GPU and to the part of its processors (NVIDIA's MIG guide, "Device
    /// Nodes and Capabilities").
    ///
    /// - Returns: nil where the driver does not tell.
    package static func nodes(
        gpu: Int, gpuInstance: Int, computeInstance: Int,
        driver: String = "/proc/driver/nvidia/capabilities"
    ) -> Set<String>? {
        let part = "\(driver)/gpu\(gpu)/mig/gi\(gpuInstance)"
        let rights = [part + "/access", part + "/ci\(computeInstance)/access"].map(minor)
        guard let first = rights[0], let second = rights[1] else { return nil }
        return [
            "/dev/nvidia\(gpu)", "/dev/nvidia-caps/nvidia-cap\(first)",
            "/dev/nvidia-caps/nvidia-cap\(second)",
        ]
    }

    /// `DeviceFileMinor: 12`, on a line of its own.
    private static func minor(ofRight path: String) -> Int? {
        guard let text = try? HostFile.read(path, limit: 4_096) else { return nil }
        let name = "DeviceFileMinor:"
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count).drop(while: \.isWhitespace)) }
    }

    /// Every file of the host that may be mounted for it. A runtime that may make no nodes binds the
    /// host's node of the same name, whatever else the specification says.
    package var hostPaths: [String] {
        (ownNodes + commonNodes).flatMap {
            $0.path == $0.hostPath ? [$0.path] : [$0.path, $0.hostPath]
        }
            + files
    }
}

// MARK: - The files

private struct SpecFile: Decodable {
    struct Device: Decodable {
        let name: String
        let containerEdits: Edits?
    }

    struct Edits: Decodable {
        struct Node: Decodable {
            let path: String
            let hostPath: String?
            let major: Int64?
            let minor: Int64?
        }

        struct Mount: Decodable { let hostPath: String }

        let deviceNodes: [Node]?
        let mounts: [Mount]?

        var nodes: [CDIDevice.Node] {
            (deviceNodes ?? []).map {
                CDIDevice.Node(
                    path: $0.path, hostPath: $0.hostPath ?? $0.path, major: $0.major,
                    minor: $0.minor)
            }
        }
    }

    let kind: String
    let devices: [Device]
    let containerEdits: Edits?
}
