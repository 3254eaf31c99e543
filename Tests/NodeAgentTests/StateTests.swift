import Crypto
import Domain
import Foundation
import Hosting
import Testing
import Wire

@testable import NodeAgent

/// What a node keeps in files.
@Suite struct StateTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "state-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func lease(_ name: String) throws -> LeaseID { try #require(LeaseID("lse_" + name)) }

    @Test func `the receipt key is made once, for its owner alone`() throws {
        try inFolder { folder in
            let first = try ReceiptKey.load(stateFolder: folder)
            let second = try ReceiptKey.load(stateFolder: folder)
            #expect(first.rawRepresentation == second.rawRepresentation)
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder + "/receipt.key")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `a torn last line of the journal is left out, a torn line within refuses it`() throws
    {
        try inFolder { folder in
            let finished = HostRecord.finished(try lease("a"))
            let path = folder + "/journal.jsonl"
            do {
                let journal = try Journal(folder: folder, boot: "one")
                try journal.append([finished, .finished(try lease("b"))])
            }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            try (whole + Data(#"{"boot":"one","rec"#.utf8)).write(to: URL(fileURLWithPath: path))
            #expect(try Journal(folder: folder, boot: "one").history.finished.count == 2)
            try (Data("nonsense\n".utf8) + whole).write(to: URL(fileURLWithPath: path))
            #expect(throws: Journal.Failure.unreadable(line: 1)) {
                try Journal(folder: folder, boot: "one")
            }
        }
    }

    @Test func `a lease is lost when the boot of its last line is over`() throws {
        try inFolder { folder in
            let (old, new) = (try Samples.dispatch("old"), try Samples.dispatch("new"))
            do {
                let journal = try Journal(folder: folder, boot: "one")
                try journal.append([.accepted(old), .accepted(new)])
            }
            do {
                let journal = try Journal(folder: folder, boot: "two")
                #expect(journal.lost == [old.lease, new.lease])
                try journal.append([.progress(new.lease, Progress())])
            }
            let journal = try Journal(folder: folder, boot: "two")
            #expect(journal.lost == [old.lease])
            #expect(journal.history.leases.map(\.dispatch) == [old, new])
        }
    }

    @Test func `live nodes never claim more than the machine has, dead ones nothing`() throws {
        try inFolder { folder in
            let machine = Resources(milliCPU: 2_000, memoryBytes: 4 << 30, diskBytes: 0)
            func claim(_ name: String, _ milliCPU: Int64) throws -> CapacityClaim {
                try CapacityClaim(
                    Resources(milliCPU: milliCPU, memoryBytes: 1 << 30, diskBytes: 0),
                    node: try #require(NodeID("nod_" + name)), machine: machine, folder: folder)
            }
            do {
                let first = try claim("a", 1_500)
                #expect(throws: CapacityRefusal.self) { try claim("b", 501) }
                #expect(throws: CapacityRefusal.self) { try claim("a", 1) }
                let second = try claim("b", 500)
                withExtendedLifetime((first, second)) {}
            }
            _ = try claim("c", 2_000)
        }
    }

    @Test func `numbers in a file are read whole or not at all`() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let files = WatchFiles(folder: folder, lease: try lease("a"))
            #expect(files.readFence() == nil)
            try files.fence.write([Int64.max])
            #expect(files.readFence() == BootTime(nanoseconds: .max))
            let meter = Meter(
                countedNanoseconds: 5, lastSeen: BootTime(nanoseconds: 7), sight: .frozen)
            try files.writeSeen(meter)
            #expect(files.readSeen() == meter)
            let path = files.seen.path
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[3] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(files.readSeen() == nil)
        }
    }
}

/// The log of a container as its engine writes it.
@Suite struct LogTests {
    private let stamp = "2026-11-22T12:30:13.123456789+00:00"

    @Test func `a line keeps its stream, its time and its line feed`() throws {
        let full = try #require(LogTail.line(Array("\(stamp) stdout F a b".utf8)[...]))
        #expect(full.stream == .out)
        #expect(full.at.description == "2026-11-22T12:30:13.123Z")
        #expect(Data(base64Encoded: full.text) == Data("a b\n".utf8))
        let east = try #require(
            LogTail.line(Array("2026-11-22T20:30:13.1+08:00 stderr P x".utf8)[...]))
        #expect(east.stream == .err)
        #expect(east.at.description == "2026-11-22T12:30:13.100Z")
        #expect(Data(base64Encoded: east.text) == Data("x".utf8))
    }

    @Test(arguments: ["", "x", "2026 stdout F a", "2026-11-22T12:30:13.1+00:00 stdout"])
    func `what is no line is left out`(text: String) {
        #expect(LogTail.line(Array(text.utf8)[...]) == nil)
    }

    @Test func `a tail follows the file as it grows and as it is begun anew`() throws {
        let folder = NSTemporaryDirectory() + "log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var tail = LogTail(path: folder + "/log", from: .start)
        let none = try tail.next()
        #expect(none.isEmpty)
        shell("printf '%s stdout F one\\n%s stdout F tw' \"$2\" \"$2\" > \"$1/log\"", folder, stamp)
        let first = try tail.next()
        #expect(first.count == 1)
        let torn = try tail.next()
        #expect(torn.isEmpty)
        shell("printf 'o\\n' >> \"$1/log\"", folder)
        let second = try tail.next()
        let kept = try #require(second.last)
        #expect(Data(base64Encoded: kept.line.text) == Data("two\n".utf8))
        shell(
            "mv \"$1/log\" \"$1/old\"; printf '%s stdout F three\\n' \"$2\" > \"$1/log\"", folder,
            stamp)
        let third = try tail.next()
        #expect(third.count == 1)
        var again = LogTail(path: folder + "/old", from: kept.next)
        let known = try again.next()
        #expect(known.isEmpty)
    }

    @Test func `a full queue drops its oldest lines, counts them and gives them no number`() throws
    {
        var queue = LogQueue(mostBytes: 10_000, .start)
        let line = LogLineDTO(
            stream: .out, at: TimeDTO(Timestamp(milliseconds: 0)),
            text: String(repeating: "A", count: 936))
        for number in 1...15 {
            let next = LogTail.Position(inode: 1, offset: Int64(number))
            queue.append([LogTail.Read(line: line, next: next)])
        }
        let taken = queue.takeBatch(isWhole: false)
        let batch = try #require(taken)
        #expect(batch.from == 0)
        #expect(batch.dropped == 5)
        #expect(batch.lines.count == 10)
        #expect(queue.progress.line == 10)
        #expect(queue.progress.position.offset == 15)
        let nothing = queue.takeBatch(isWhole: false)
        #expect(nothing == nil)
        let end = queue.takeBatch(isWhole: true)
        let last = try #require(end)
        #expect(last.end)
        #expect(last.from == 10)
    }
}

enum Samples {
    static func dispatch(_ name: String, command: [String] = ["true"]) throws -> Dispatch {
        let job = try #require(JobID("job_1"))
        let digest = try #require(BlobDigest("sha256:" + String(repeating: "a", count: 64)))
        return Dispatch(
            lease: try #require(LeaseID("lse_" + name)), attempt: 1,
            task: TaskID(job: job, index: 1), taskCount: 1,
            workload: Workload(
                image: .archive(name: "i", digest: digest), command: command,
                environment: [], inputs: [], outputs: []),
            slice: Resources(milliCPU: 1_000, memoryBytes: 1 << 20, diskBytes: 1 << 20),
            devices: [], budgetSeconds: 3_600, limitSeconds: 3_600, fence: 8, token: "t")
    }
}
