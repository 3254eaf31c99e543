import Foundation
import Glibc

/// Devices of a stage alone, in a CDI specification where the engine reads it.
package enum TestCDI {
    /// A device and the node that a container is given for it.
    package struct Entry {
        package let uuid: String
        package let node: String

        package init(uuid: String, node: String) {
            self.uuid = uuid
            self.node = node
        }

        /// The device's name to the engine.
        package var name: String { "\(TestCDI.kind)=\(uuid)" }
    }

    private static let kind = "orban.test/gpu"

    /// Makes a device node. In a user namespace the runtime binds the host's node of the same name,
    /// whatever else the specification says.
    package static func node(_ stage: Stage, _ number: Int) throws -> String {
        let path = "/dev/orban-\(name(of: stage))-\(number)"
        // As /dev/null is packed: 1:3.
        guard mknod(path, S_IFCHR | 0o666, 0x103) == 0, chmod(path, 0o666) == 0 else {
            throw Stage.Unexpected(description: "cannot make \(path): \(errno)")
        }
        stage.afterwards { unlink(path) }
        return path
    }

    /// Writes the specification, which is taken away with the stage.
    package static func specify(_ stage: Stage, _ entries: [Entry]) throws {
        let folder = "/var/run/cdi"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/orban-\(name(of: stage)).json"
        let devices = entries.map { entry in
            """
            {"name":"\(entry.uuid)","containerEdits":{"env":["GIVEN=\(entry.uuid)"],
            "deviceNodes":[{"path":"\(entry.node)","type":"c","major":1,"minor":3}]}}
            """
        }
        let text = """
            {"cdiVersion":"0.5.0","kind":"\(kind)","devices":[\(devices.joined(separator: ","))]}
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        stage.afterwards { try? FileManager.default.removeItem(atPath: path) }
    }

    private static func name(of stage: Stage) -> String {
        URL(fileURLWithPath: stage.folder).lastPathComponent
    }
}
