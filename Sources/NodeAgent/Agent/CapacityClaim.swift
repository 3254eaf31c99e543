package import Domain
import Foundation
import Glibc

/// What of this machine one node offers, held against the other nodes on it: the sum of the claims
/// of nodes that live never exceeds the machine's CPUs and memory.
///
/// A claim is a file whose lock its node holds as long as it lives, so a dead node claims nothing.
package final class CapacityClaim: Sendable {
    private struct Entry: Codable {
        let milliCPU: Int64
        let memoryBytes: Int64
    }

    private let descriptor: Int32

    /// - Throws: `CapacityRefusal`, or `FileFailure`.
    package init(
        _ asked: Resources, node: NodeID, machine: Resources, folder: String
    ) throws {
        try StateFile.makeFolder(folder)
        let gate = try Self.open(folder + "/lock")
        defer { close(gate) }
        while flock(gate, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileFailure("lock", folder + "/lock") }
        }
        let own = folder + "/\(node.text).claim"
        let free = machine.subtracting(try Self.claimed(in: folder, except: own))
        guard asked.milliCPU <= free.milliCPU, asked.memoryBytes <= free.memoryBytes else {
            throw CapacityRefusal.tooLittleFree(asked: asked, free: free)
        }
        descriptor = try Self.open(own)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CapacityRefusal.nodeRunsAlready(node)
        }
        let entry = Entry(milliCPU: asked.milliCPU, memoryBytes: asked.memoryBytes)
        guard ftruncate(descriptor, 0) == 0 else { throw FileFailure("write", own) }
        try StateFile.write(
            Array(try JSONEncoder().encode(entry)), to: descriptor, path: own)
    }

    deinit { close(descriptor) }

    /// The sum of what live nodes hold; the files of dead ones are removed.
    private static func claimed(in folder: String, except own: String) throws -> Resources {
        var sum = Resources.zero
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        for name in names.sorted() where name.hasSuffix(".claim") {
            let path = folder + "/" + name
            guard path != own else { continue }
            let descriptor = try open(path)
            defer { close(descriptor) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                unlink(path)
                continue
            }
            guard let bytes = try StateFile.read(path) else { continue }
            let entry = try JSONDecoder().decode(Entry.self, from: Data(bytes))
            sum = sum.adding(
                Resources(
                    milliCPU: entry.milliCPU, memoryBytes: entry.memoryBytes, diskBytes: 0))
        }
        return sum
    }

    private static func open(_ path: String) throws -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
        return descriptor
    }
}

/// Why a node may not start on this machine.
package enum CapacityRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLittleFree(asked: Resources, free: Resources)
    case nodeRunsAlready(NodeID)

    package var description: String {
        switch self {
        case .tooLittleFree(let asked, let free):
            "cannot offer \(Self.text(asked)): this machine has \(Self.text(free)) left"
        case .nodeRunsAlready(let node): "node \(node) runs on this machine already"
        }
    }

    private static func text(_ resources: Resources) -> String {
        "\(resources.milliCPU) thousandths of a CPU and \(resources.memoryBytes >> 20) MiB"
    }
}
