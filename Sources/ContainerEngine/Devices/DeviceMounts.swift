import Foundation

/// Where a file lies on this machine, as mounts tell it: the file system, `major:minor`, and the path
/// in it.
package struct FileLocation: Hashable, Sendable, Codable {
    package let device: String
    package let root: String

    package init(device: String, root: String) {
        self.device = device
        self.root = root
    }
}

/// What the devices of a container bring along: nodes and libraries, by their CDI specification, as
/// they were right before it was made. Nothing else of theirs is accepted by `IsolationAudit`.
package struct DeviceMounts: Hashable, Sendable, Codable {
    /// Where the files lie on the machine: links in an image move mount points, never these.
    package let sources: Set<FileLocation>
    /// Mount points, of a container that an earlier version of this program made.
    package let points: Set<String>

    package init(sources: Set<FileLocation> = [], points: Set<String> = []) {
        self.sources = sources
        self.points = points
    }

    package static let none = DeviceMounts()

    /// Looks now where the files lie. One that is not there is no source: the engine says so itself.
    package init(of devices: [CDIDevice]) throws {
        let host = MountTable(try HostFile.read("/proc/self/mountinfo", limit: 16 << 20))
        let paths = devices.flatMap(\.hostPaths)
        self.init(sources: Set(paths.compactMap { ConfinedReader.location(of: $0, in: host) }))
    }

    /// Reads back what `note` made; earlier it was a list of mount points.
    package init(note: [UInt8]) throws {
        let data = Data(note)
        if note.first == UInt8(ascii: "[") {
            self.init(points: Set(try JSONDecoder().decode([String].self, from: data)))
        } else {
            self = try JSONDecoder().decode(DeviceMounts.self, from: data)
        }
    }

    package var note: [UInt8] { get throws { Array(try JSONEncoder().encode(self)) } }

    var isEmpty: Bool { sources.isEmpty && points.isEmpty }

    /// A file that was replaced on the machine while it is mounted is still the one that came.
    func has(_ mount: MountTable.Mount) -> Bool {
        let root = mount.root.hasSuffix("//deleted") ? mount.root.dropLast(9) : mount.root[...]
        return points.contains(mount.point)
            || sources.contains(FileLocation(device: mount.device, root: String(root)))
    }
}
