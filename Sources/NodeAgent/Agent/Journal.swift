package import Domain
import Foundation
import Glibc
package import Hosting

/// What a node must know again after its program was killed: append-only JSON lines, each flushed
/// to disk before its effects begin.
///
/// One line is one `HostRecord` with the identity of the boot that wrote it. A torn last line is
/// left out; a line in the middle that cannot be read refuses the whole journal. At opening the
/// journal is rewritten to the shortest that means the same. It holds the leases' tokens: 0600.
package final class Journal {
    package enum Failure: Error, Hashable, Sendable { case unreadable(line: Int) }

    private struct Line: Codable {
        let boot: String
        let record: HostRecord
    }

    /// What the lines found at opening mean.
    package let history: HostHistory
    /// Leases whose last line is of another boot.
    package let lost: Set<LeaseID>
    private let path: String
    private let boot: String
    private let descriptor: Int32

    package init(folder: String, boot: String) throws {
        try StateFile.makeFolder(folder)
        let path = folder + "/journal.jsonl"
        let lines = try Self.lines(of: try StateFile.read(path) ?? [])
        var history = HostHistory()
        var boots: [LeaseID: String] = [:]
        for line in lines {
            history.apply(line.boot == boot ? line.record : line.record.inAnotherBoot)
            if let lease = line.record.lease { boots[lease] = line.boot }
        }
        self.history = history
        self.path = path
        self.boot = boot
        lost = Set(history.leases.map(\.dispatch.lease).filter { boots[$0] != boot })
        let compact = try history.records.map {
            try Self.bytes(Line(boot: $0.lease.flatMap { boots[$0] } ?? boot, record: $0))
        }
        try StateFile.replace(path, with: Array(compact.joined()))
        descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
    }

    deinit { close(descriptor) }

    /// Returns when the records are on disk.
    package func append(_ records: [HostRecord]) throws {
        guard !records.isEmpty else { return }
        let lines = try records.map { try Self.bytes(Line(boot: boot, record: $0)) }
        try StateFile.write(Array(lines.joined()), to: descriptor, path: path)
        guard fdatasync(descriptor) == 0 else { throw FileFailure("flush", path) }
    }

    private static func bytes(_ line: Line) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(line)) + [UInt8(ascii: "\n")]
    }

    private static func lines(of bytes: [UInt8]) throws -> [Line] {
        // What follows the last line feed is torn, and is left out.
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return try bytes[..<end].split(separator: UInt8(ascii: "\n")).enumerated()
            .map { number, line in
                do { return try JSONDecoder().decode(Line.self, from: Data(line)) } catch {
                    throw Failure.unreadable(line: number + 1)
                }
            }
    }
}
