import Foundation
import Testing

@testable import ContainerEngine

@Suite struct StartGateTests {
    @Test func `a container without a gate has none, and a plain file is no gate`() throws {
        let root = "/tmp/start-gate-\(UUID().uuidString.prefix(8))"
        let id = try #require(ContainerID(String(repeating: "a", count: 64)))
        try HostFile.makeFolders("\(root)/runc/\(id)")
        defer { try? FileManager.default.removeItem(atPath: root) }
        #expect(StartGate(of: id, stateRoot: root) == nil)
        let path = "\(root)/runc/\(id)/exec.fifo"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(StartGate(of: id, stateRoot: root) == nil)
    }
}

extension EngineTests {
    @Test func `a job is past its gate after its start, by the kernel's date`() async throws {
        try await Engine.run { engine in
            let spec = try engine.spec("echo up; sleep 30")
            let group = try Cgroup(tree: engine.tree, path: spec.isolation.cgroupParent)
            try group.create(memoryLimitBytes: spec.isolation.limits.memoryBytes)
            let id = try await engine.client.create(spec)
            try await engine.client.initialize(id)
            try await engine.client.initialize(id)  // a second time changes nothing
            let gate = try #require(StartGate(of: id))
            #expect(gate.passedAt == nil)
            let before = Int64(Date().timeIntervalSince1970 * 1e9)
            try await engine.client.start(id)
            let passed = try #require(gate.passedAt)
            let record = try await engine.client.inspect(id)
            #expect(record.status == .running)
            #expect(passed >= before - WallTime.tickNanoseconds)
            #expect(passed <= (record.startedAtNanoseconds ?? 0))
            try await engine.client.remove(id, .any)
            try group.remove()
        }
    }
}
