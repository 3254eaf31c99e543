import Foundation
import Testing

@testable import ContainerEngine

/// The rules of this module against the machine's own podman.
@Suite(.serialized, .enabled(if: Engine.missing == nil, Comment(rawValue: Engine.missing ?? "")))
struct EngineTests {
    @Test func `a container runs, keeps its two outputs apart and returns its exit code`()
        async throws
    {
        try await Engine.run { engine in
            var spec = try engine.spec("echo to-out; echo to-err >&2; echo $GREETING; exit 70")
            spec.environment = ["GREETING": "hello"]
            let before = Int64(Date().timeIntervalSince1970)
            try await engine.lease(spec) { lease in
                #expect(try await engine.client.wait(lease.id, intervalMilliseconds: 5) == 70)
                #expect(
                    try await engine.output(lease.id, .standardOutput) == "to-out\nhello\n")
                #expect(try await engine.output(lease.id, .standardError) == "to-err\n")
                let record = try await engine.client.inspect(lease.id)
                #expect(record.status == .exited)
                #expect(record.exitCode == 70)
                #expect(record.processID == nil)
                #expect(record.labels["name"] == "job")
                #expect(record.imageDigest.hasPrefix("sha256:"))
                let started = try #require(record.startedAtNanoseconds)
                let finished = try #require(record.finishedAtNanoseconds)
                #expect(started / 1_000_000_000 >= before)
                #expect(abs(finished - started) < 5_000_000_000)
            }
        }
    }

    @Test func `a followed log ends with the container and loses no line`() async throws {
        try await Engine.run { engine in
            let script = "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.05; done"
            try await engine.lease(try engine.spec(script)) { lease in
                var text: [UInt8] = []
                for try await frame in try await engine.client.logs(lease.id, .untilEnd) {
                    text += frame.bytes
                }
                #expect(String(decoding: text, as: UTF8.self) == "1\n2\n3\n4\n5\n6\n7\n8\n9\n")
            }
        }
    }

    @Test func `a log file never grows far beyond its bound`() async throws {
        try await Engine.run { engine in
            let line = String(repeating: "x", count: 4_000)
            let script = "i=0; while [ $i -lt 600 ]; do echo $i \(line); i=$((i+1)); done"
            var spec = try engine.spec(script)
            spec.log = .init(path: "\(engine.folder)/bounded.log", maximumBytes: 256 << 10)
            try await engine.lease(spec) { lease in
                #expect(try await engine.client.wait(lease.id, intervalMilliseconds: 5) == 0)
                let text = try await engine.output(lease.id, .standardOutput)
                #expect(text.split(separator: "\n").last?.hasPrefix("599 ") == true)
                let file = try FileManager.default.attributesOfItem(atPath: spec.log.path)
                #expect(try #require(file[.size] as? NSNumber).intValue < 300 << 10)
            }
        }
    }

    @Test func `removing a running container takes no grace`() async throws {
        try await Engine.run { engine in
            try await engine.lease(try engine.spec("trap '' TERM; sleep 60")) { lease in
                let clock = ContinuousClock()
                let start = clock.now
                try await engine.client.remove(lease.id, .any)
                #expect(clock.now - start < .seconds(5))
            }
        }
    }

    @Test func `a cancelled wait says so and leaves the container alone`() async throws {
        try await Engine.run { engine in
            try await engine.lease(try engine.spec("sleep 20")) { lease in
                let waiting = Task {
                    try await engine.client.wait(lease.id, intervalMilliseconds: 5)
                }
                try await ContinuousClock().sleep(for: .milliseconds(100))
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                #expect(try await engine.client.inspect(lease.id).status == .running)
            }
        }
    }

    @Test func `the whole profile is applied`() async throws {
        try await Engine.run { engine in
            let output = "\(engine.folder)/out"
            let input = "\(engine.folder)/in"
            var spec = try engine.spec(Self.probe)
            let owner = spec.isolation.hostUser
            try Engine.shell(
                #"mkdir -m 755 "$1" "$2"; echo data > "$1/file"; chown "$3:$3" "$2""#, input,
                output, "\(owner)")
            spec.isolation.binds = [.input(input), .output(output)]
            try await engine.lease(spec) { lease in
                let code = try await engine.client.wait(lease.id, intervalMilliseconds: 5)
                let text = try await engine.output(lease.id, .standardOutput)
                let lines = Set(text.split(separator: "\n").map(String.init))
                #expect(code == 0, "\(text)")
                for wanted in Self.expected { #expect(lines.contains(wanted), "\(text)") }
            }
            let made = try FileManager.default.attributesOfItem(atPath: "\(output)/result")
            #expect((made[.ownerAccountID] as? NSNumber)?.uint32Value == owner)
        }
    }

    private static let probe = """
        grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t' ' '
        echo uid $(id -u) $(id -g)
        unshare -U true 2>/dev/null; echo unshare $?
        unshare -n true 2>/dev/null; echo unshare-net $?
        mount -t tmpfs x /tmp 2>/dev/null || echo mount refused
        echo x 2>/dev/null > /file || echo root read-only
        echo x > /tmp/file && echo tmp writable
        echo x > /dev/shm/file && echo shm writable
        echo x 2>/dev/null > /in/file || echo in read-only
        cat /in/file
        echo x > /out/result && echo out writable
        cp /bin/busybox /out/sh 2>/dev/null || cat /bin/busybox > /out/sh
        chmod +x /out/sh 2>/dev/null; /out/sh true 2>/dev/null || echo out noexec
        echo interfaces $(ls /sys/class/net)
        env | grep -ci proxy
        true
        """

    private static let expected = [
        "CapEff: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2",
        "uid 65534 65534", "unshare 1", "unshare-net 1", "mount refused", "root read-only",
        "tmp writable", "shm writable", "in read-only", "data", "out writable", "out noexec",
        "interfaces lo", "0",
    ]

    @Test func `running out of memory is told apart from being killed`() async throws {
        try await Engine.run { engine in
            let eater = "x=$(cat /dev/zero | head -c 300000000 | tr '\\0' a); echo survived"
            try await engine.lease(try engine.spec(eater, name: "eater")) { lease in
                #expect(try await engine.client.wait(lease.id, intervalMilliseconds: 5) == 137)
                guard case .killed(let times) = try lease.cgroup.memoryVerdict() else {
                    Issue.record("no kill on record: \(try lease.cgroup.memoryVerdict())")
                    return
                }
                #expect(times >= 1)
                #expect(try #require(lease.cgroup.usage().peakMemoryBytes) > 60 << 20)
            }
            try await engine.lease(try engine.spec("sleep 60", name: "killed")) { lease in
                try await engine.client.kill(lease.id, signal: "KILL")
                #expect(try await engine.client.wait(lease.id, intervalMilliseconds: 5) == 137)
                #expect(try lease.cgroup.memoryVerdict() == .withinLimit)
            }
        }
    }

    @Test func `a pause and a frozen group both show as frozen, and using CPU stops`()
        async throws
    {
        try await Engine.run { engine in
            let spec = try engine.spec("while :; do :; done")
            try await engine.lease(spec) { lease in
                #expect(try !lease.cgroup.isFrozen(container: lease.id))
                try await engine.client.pause(lease.id)
                #expect(try lease.cgroup.isFrozen(container: lease.id))
                #expect(try lease.cgroup.freezerState() == .thawed)
                #expect(try await engine.client.inspect(lease.id).status == .paused)
                try await engine.client.unpause(lease.id)
                #expect(try !lease.cgroup.isFrozen(container: lease.id))

                try lease.cgroup.freeze()
                try await Self.until { try lease.cgroup.freezerState() == .frozen }
                #expect(try lease.cgroup.isFrozen(container: lease.id))
                #expect(try await engine.client.inspect(lease.id).processID != nil)
                let used = try lease.cgroup.usage().cpuNanoseconds
                try await ContinuousClock().sleep(for: .milliseconds(200))
                #expect(try lease.cgroup.usage().cpuNanoseconds - used < 20_000_000)

                try lease.cgroup.kill()
                #expect(try await engine.client.wait(lease.id, intervalMilliseconds: 5) == 137)
                #expect(try !lease.cgroup.isFrozen(container: lease.id))
                #expect(try lease.cgroup.usage().cpuNanoseconds > 0)
            }
        }
    }

    private static func until(_ condition: () throws -> Bool) async throws {
        for _ in 0..<200 {
            if try condition() { return }
            try await ContinuousClock().sleep(for: .milliseconds(5))
        }
        Issue.record("did not become true within a second")
    }

    @Test func `a container outlives its engine, and the next engine knows its end`() async throws {
        try await Engine.run { engine in
            let script = "for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.2; done; exit 5"
            try await engine.lease(try engine.spec(script)) { lease in
                let process = try #require(await engine.client.inspect(lease.id).processID)
                let startTime = try BootClock.startTime(ofProcess: process)
                #expect(startTime < BootClock.now())
                try engine.killService()
                let error = await #expect(throws: EngineError.self) {
                    try await engine.client.inspect(lease.id)
                }
                #expect(error?.category == .unreachable)
                #expect(try BootClock.startTime(ofProcess: process) == startTime)
                guard case .started = try await engine.service.ensureRunning() else {
                    Issue.record("an engine answered after it was killed")
                    return
                }
                let found = try await engine.client.list(labels: ["name": "job"])
                #expect(found.map(\.id) == [lease.id])
                #expect(found.map(\.status) == [.running])
                #expect(try await engine.client.wait(lease.id, intervalMilliseconds: 5) == 5)
                let text = try await engine.output(lease.id, .standardOutput)
                #expect(text.split(separator: "\n").count == 10)
            }
        }
    }

    @Test func `a second start adopts the engine that answers`() async throws {
        try await Engine.run { engine in
            #expect(try await engine.service.ensureRunning() == .adopted)
            let record = try await engine.client.info()
            #expect(record.store.graphRoot == engine.settings.storePath)
            #expect(record.host.cgroupManager == "cgroupfs")
        }
    }

    @Test func `every refusal has its category`() async throws {
        try await Engine.run { engine in
            func category(_ body: () async throws -> Void) async -> EngineError.Category? {
                do { try await body() } catch let error as EngineError {
                    return error.category
                } catch { Issue.record(error) }
                return nil
            }
            let client = engine.client
            let nobody = try #require(ContainerID(String(repeating: "0", count: 64)))
            var spec = try engine.spec("true")
            spec.image = "localhost/nothing:1"
            #expect(await category { _ = try await client.create(spec) } == .imageMissing)
            #expect(await category { _ = try await client.inspect(nobody) } == .notFound)
            #expect(
                await category { _ = try await client.inspectImage("localhost/nothing:1") }
                    == .imageMissing)
            #expect(try await !client.imageExists("localhost/nothing:1"))
            let pinned = try #require(
                PinnedImage("localhost:1/nothing@sha256:" + String(repeating: "0", count: 64)))
            #expect(
                await category { _ = try await client.pull(pinned, transport: .unverified) }
                    == .imageMissing)
            spec.image = Engine.image
            let id = try await client.create(spec)
            #expect(await category { _ = try await client.create(spec) } == .conflict)
            #expect(await category { try await client.kill(id, signal: "KILL") } == .conflict)
            try await client.remove(id, .onlyEnded)
            try await client.remove(id, .any)
            try await client.removeImage("localhost/nothing:1")
        }
    }

    @Test func `stop ends a container that ignores the request, after the grace`() async throws {
        try await Engine.run { engine in
            let spec = try engine.spec("trap '' TERM; while :; do sleep 0.1; done")
            try await engine.lease(spec) { lease in
                try await engine.client.stop(lease.id, graceSeconds: 1)
                try await engine.client.stop(lease.id, graceSeconds: 1)
                #expect(try await engine.client.inspect(lease.id).exitCode == 137)
            }
        }
    }

    @Test func `an archive is loaded from a file with the digest it was saved with`() async throws {
        try await Engine.run { engine in
            let before = try await engine.client.inspectImage(Engine.image)
            let archive = "\(engine.folder)/archive.tar"
            try Engine.shell(
                #"podman --root "$1/store" --runroot "$1/run" --storage-driver overlay save -q "#
                    + #"--format oci-archive -o "$2" "$3" 2>/dev/null"#, engine.folder, archive,
                Engine.image)
            try await engine.client.removeImage(Engine.image)
            #expect(try await !engine.client.imageExists(Engine.image))
            #expect(try await engine.client.load(archive: archive) == [Engine.image])
            let after = try await engine.client.inspectImage(Engine.image)
            #expect(after.id == before.id)
            #expect(after.sizeBytes > 0)
            try Data("not a tar".utf8).write(to: URL(fileURLWithPath: archive))
            await #expect(throws: EngineError.self) {
                try await engine.client.load(archive: archive)
            }
        }
    }

    @Test func `the self-test names a runtime that works and why another does not`() async throws {
        try await Engine.run { engine in
            let working = engine.settings.runtime
            let broken = "\(engine.folder)/broken-runtime"
            try Engine.shell(
                #"printf '#!/bin/sh\necho no >&2; exit 1\n' > "$1"; chmod 755 "$1""#, broken)
            let candidates = [
                try #require(OCIRuntime(path: broken)),
                try #require(OCIRuntime(path: "/usr/bin/no-such-runtime")), working,
            ]
            let spec = try engine.spec("", name: "self-test")
            let cgroup = try Cgroup(tree: engine.tree, path: spec.isolation.cgroupParent)
            try cgroup.create(memoryLimitBytes: spec.isolation.limits.memoryBytes)
            let test = RuntimeSelfTest { runtime in
                EngineService(
                    settings: Engine.settings(engine.folder, socket: "trial", runtime: runtime),
                    httpClient: engine.http, clock: ContinuousClock())
            }
            let trials = try await test.run(candidates) { _ in spec }
            #expect(trials.map(\.runtime) == candidates)
            #expect(trials.last?.outcome == .works)
            for trial in trials.dropLast() {
                guard case .rejected(let reason) = trial.outcome else {
                    Issue.record("\(trial.runtime.path) works")
                    continue
                }
                #expect(!reason.isEmpty)
            }
            try cgroup.remove()
        }
    }
}
