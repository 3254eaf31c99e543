import ContainerEngine
import Domain
import Foundation
import Testing

@testable import NodeAgent

extension Rig {
    /// The `orban` binary beside the tests, or the one named by `ORBAN_BINARY`.
    static let binary: String? = {
        let named = ProcessInfo.processInfo.environment["ORBAN_BINARY"]
        let beside = (CommandLine.arguments[0] as NSString).deletingLastPathComponent + "/orban"
        return [named, beside].compactMap { $0 }.first { access($0, X_OK) == 0 }
    }()

    static var watcher: [String] { binary.map { [$0, "node", "watch"] } ?? [] }

    func files(_ lease: LeaseID) -> WatchFiles {
        WatchFiles(folder: "\(configuration.runPath)/nodes/\(configuration.node)", lease: lease)
    }

    func cgroup(_ lease: LeaseID) throws -> Cgroup {
        try Cgroup(
            tree: CgroupTree(root: "/sys/fs/cgroup"),
            path: "\(configuration.cgroupParent)/\(lease.text)")
    }

    func seccompProfile() throws -> String {
        let path = folder + "/seccomp.json"
        try SeccompProfile(baseFile: "/usr/share/containers/seccomp.json").write(to: path)
        return path
    }

    /// Process ids of the lease's watchers; a zombie has no command line and is none.
    func watchers(_ lease: LeaseID) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
            .filter { process in
                let line =
                    FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
                let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                return words.contains("watch") && words.contains(lease.text)
            }
    }

    /// Waits for a condition outside of the market, looked at often.
    func until(
        _ what: String, within limit: Duration = .seconds(30),
        _ condition: () async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if try await condition() { return }
            try await clock.sleep(for: .milliseconds(20))
        }
        throw TestMarket.TimedOut(description: "\(what): not within \(limit)")
    }

    /// Waits until nothing of the lease is left on the machine.
    func gone(_ lease: LeaseID) async throws {
        try await until("everything of \(lease) is gone") {
            let path = self.configuration.statePath + "/leases/\(lease.text)"
            let group = "/sys/fs/cgroup/freezer" + (try self.cgroup(lease).path)
            let isLeft =
                FileManager.default.fileExists(atPath: path)
                || FileManager.default.fileExists(atPath: group)
            return try await self.container(lease) == nil && !isLeft
        }
    }

    func isRunning(_ lease: LeaseID) async throws {
        _ = try await market.receipt(.running, of: lease)
    }

    /// Waits for so many further heartbeats: that many seconds.
    func beats(_ count: Int) async throws {
        let goal = market.heartbeats + count
        try await market.wait(for: "\(count) heartbeats") { market in
            market.heartbeats >= goal ? () : nil
        }
    }

    /// The text of a file in the only output of a lease, as the market got it.
    func output(of lease: LeaseID, _ name: String) throws -> String {
        shell("tar -xOf \"$1\" \"$2\"", try archive(of: lease), name)
    }

    /// The path of the only output's archive, as the market got it.
    func archive(of lease: LeaseID) throws -> String {
        let put = try #require(bytes.requests("PUT", "/v1/leases/\(lease)/outputs").first)
        let outputs = try JSONDecoder().decode(Outputs.self, from: put.body).outputs
        let output = try #require(outputs.first)
        let archive = try #require(bytes.blob(output.digest))
        #expect(archive.count == output.size)
        let path = folder + "/output.tar"
        try archive.write(to: URL(fileURLWithPath: path))
        return path
    }

    private struct Outputs: Decodable {
        struct Output: Decodable {
            let path: String
            let digest: String
            let size: Int
        }
        let outputs: [Output]
    }

    /// All that the lease's log holds at the market, by stream, and whether its end was said.
    func log(of lease: LeaseID) throws -> (out: String, err: String, hasEnd: Bool) {
        struct Batch: Decodable {
            struct Line: Decodable {
                let stream: String
                let text: String
            }
            let from: Int
            let lines: [Line]
            let end: Bool
        }
        var lines: [Int: Batch.Line] = [:]
        var hasEnd = false
        for request in bytes.requests("POST", "/v1/leases/\(lease)/logs") {
            let batch = try JSONDecoder().decode(Batch.self, from: request.body)
            for (index, line) in batch.lines.enumerated() { lines[batch.from + index] = line }
            hasEnd = hasEnd || batch.end
        }
        #expect(lines.keys.sorted() == Array(0..<lines.count))
        func text(_ stream: String) -> String {
            let bytes = lines.keys.sorted().compactMap { lines[$0] }
                .filter { $0.stream == stream }.compactMap { Data(base64Encoded: $0.text) }
            return String(decoding: bytes.reduce(Data(), +), as: UTF8.self)
        }
        return (text("out"), text("err"), hasEnd)
    }
}

extension TestMarket {
    var heartbeats: Int {
        frames.count { if case .heartbeat = $0 { true } else { false } }
    }

    /// The first receipt of that status, or the first one after one of the other status.
    func receipt(
        _ status: RunStatus, of lease: LeaseID, after earlier: RunStatus? = nil
    ) async throws -> Receipt {
        try await wait(for: "a receipt that says \(status.text)") { market in
            var receipts = market.receipts(of: lease)[...]
            if let earlier {
                receipts = receipts.drop { $0.status != earlier }
            }
            return receipts.first { $0.status == status }
        }
    }
}

extension Dispatch {
    /// The same with another command.
    func running(_ command: [String]) -> Dispatch {
        Dispatch(
            lease: lease, attempt: attempt, task: task, taskCount: taskCount,
            workload: Workload(
                image: workload.image, command: command, environment: workload.environment,
                inputs: workload.inputs, outputs: workload.outputs),
            slice: slice, devices: devices, budgetSeconds: budgetSeconds,
            limitSeconds: limitSeconds, fence: fence, token: token)
    }
}
