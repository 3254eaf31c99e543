import Foundation
import Testing

@testable import ContainerEngine

/// The audit against the machine's own podman: it stays silent over the whole profile, and with any
/// one item taken out of the request it names that item before the job's program runs.
extension EngineTests {
    @Test func `a container with the whole profile has no deviation, at its gate and after it`()
        async throws
    {
        try await Engine.run { engine in
            let spec = try engine.boundSpec(
                "cat /in/file; for i in 1 2 3; do sleep 30 & done; wait")
            let audit = IsolationAudit(tree: engine.tree)
            try await engine.initialized(spec) { id, process in
                let moment = try #require(StartGate(of: id)).moment
                let waiting = try audit.deviations(
                    of: id, firstProcess: process, from: spec.isolation, at: moment)
                #expect(waiting == [])
                try await engine.client.start(id)
                let clock = ContinuousClock()
                let start = clock.now
                let running = try audit.deviations(
                    of: id, firstProcess: process, from: spec.isolation, at: .confined)
                #expect(running == [])
                #expect(clock.now - start < .milliseconds(500))
                try await engine.client.kill(id, signal: "KILL")
                _ = try await engine.client.wait(id, intervalMilliseconds: 5)
                let ended = try audit.deviations(
                    of: id, firstProcess: process, from: spec.isolation, at: .confined)
                #expect(ended == nil)
            }
        }
    }

    /// An item of the request, what it is instead, and the code that has to be told.
    private static let changes: [(String, String, IsolationDeviation.Code)] = [
        ("cap_drop", "[]", .capabilities),
        ("no_new_privileges", "false", .noNewPrivileges),
        ("seccomp_profile_path", #""unconfined""#, .seccomp),
        ("read_only_filesystem", "false", .rootWritable),
        ("user", #""0:0""#, .user),
        ("netns", #"{"nsmode":"host"}"#, .network),
        ("pidns", #"{"nsmode":"host"}"#, .namespace),
        ("cgroupns", #"{"nsmode":"host"}"#, .namespace),
        ("unmask", #"["ALL"]"#, .mount),
        ("mounts", "[]", .mount),
        ("resource_limits.pids", #"{"limit":5000}"#, .processLimit),
        ("resource_limits.memory", #"{"limit":1073741824}"#, .memoryLimit),
        ("resource_limits.cpu", #"{"quota":200000,"period":100000}"#, .cpuLimit),
        (
            "r_limits",
            #"[{"type":"NOFILE","hard":9000,"soft":9000},{"type":"NPROC","hard":99,"soft":99}]"#,
            .fileLimit
        ),
    ]

    @Test func `each item that was not applied is named before the program runs`() async throws {
        try await Engine.run { engine in
            let audit = IsolationAudit(tree: engine.tree)
            for (index, (item, other, code)) in Self.changes.enumerated() {
                let spec = try engine.boundSpec("echo ran > /out/ran", name: "change-\(index)")
                try await engine.initialized(spec, item, other) { id, process in
                    let found = try audit.deviations(
                        of: id, firstProcess: process, from: spec.isolation, at: .confined)
                    #expect(found?.map(\.code).contains(code) == true, "\(item): \(found ?? [])")
                    #expect(!FileManager.default.fileExists(atPath: engine.folder + "/out/ran"))
                }
            }
        }
    }

    @Test func `another map of ids and a folder of the host are seen`() async throws {
        try await Engine.run { engine in
            let audit = IsolationAudit(tree: engine.tree)
            let spec = try engine.boundSpec("true")
            try await engine.initialized(spec) { id, process in
                var other = spec.isolation
                other.idRange = IDRange(base: spec.isolation.idRange.base + IDRange.size)
                let mapped = try audit.deviations(
                    of: id, firstProcess: process, from: other, at: .confined)
                #expect(mapped?.contains { $0.code == .userNamespace } == true)
                other = spec.isolation
                other.binds = [.output(engine.folder + "/out")]
                let bound = try audit.deviations(
                    of: id, firstProcess: process, from: other, at: .confined)
                #expect(bound?.map(\.code) == [.mount])
            }
        }
    }
}

extension Engine {
    /// A spec with the whole profile, an input and an output.
    func boundSpec(_ script: String, name: String = "job") throws -> ContainerSpec {
        var spec = try spec(script, name: name)
        try Self.shell(
            #"mkdir -p -m 755 "$1/in" "$1/out"; echo data > "$1/in/file"; chown "$2:$2" "$1/out""#,
            folder, "\(spec.isolation.hostUser)")
        spec.isolation.binds = [.input(folder + "/in"), .output(folder + "/out")]
        return spec
    }

    /// Runs `body` with a container of `spec`, whose first process waits at its gate, and with an
    /// `item` of its request replaced: a dot in its name leads into an object.
    func initialized(
        _ spec: ContainerSpec, _ item: String? = nil, _ other: String = "",
        _ body: (ContainerID, Int32) async throws -> Void
    ) async throws {
        let cgroup = try Cgroup(tree: tree, path: spec.isolation.cgroupParent)
        try cgroup.create(memoryLimitBytes: spec.isolation.limits.memoryBytes)
        let json = try JSONSerialization.jsonObject(with: Data(spec.body()))
        var request = try #require(json as? [String: Any])
        if let item {
            let value = try JSONSerialization.jsonObject(
                with: Data(other.utf8), options: .fragmentsAllowed)
            let parts = item.split(separator: ".").map(String.init)
            if parts.count == 2 {
                var inner = request[parts[0]] as? [String: Any] ?? [:]
                inner[parts[1]] = value
                request[parts[0]] = inner
            } else {
                request[item] = value
            }
        }
        let text = try JSONSerialization.data(withJSONObject: request)
        let id: ContainerID
        do {
            id = try await client.create(body: Array(text))
            try await client.initialize(id)
        } catch let error as EngineError {
            Issue.record("\(item ?? "the whole profile"): \(error): \(error.detail)")
            return
        }
        let process = try #require(try await client.inspect(id).processID)
        do { try await body(id, process) } catch {
            try await client.remove(id, .any)
            throw error
        }
        try await client.remove(id, .any)
        try cgroup.remove()
        try ranges.release(owner: spec.name)
    }
}
