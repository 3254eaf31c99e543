import ContainerEngine
import Domain
import Foundation
import Hosting
import Testing

@testable import NodeAgent

/// How a node comes to its engine, on the machine's own podman.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct EngineOpeningTests {
    @Test func `a store without the self-test's image is told as that, before any trial`()
        async throws
    {
        try await Rig.run { rig in
            let opening = try rig.opening {
                $0.selfTestImage = "localhost/no-such-image:1"
                $0.imagesPath = rig.folder + "/images"
            }
            let store = Rig.cache + "/containers/store"
            await #expect(
                throws: LibpodRuntime.Unfit.selfTestImageMissing(
                    name: "localhost/no-such-image:1", store: store, run: "/run/orban/containers")
            ) { _ = try await opening.engine() }
            // What was taken for the trials is given back.
            let groups = shell(
                #"find /sys/fs/cgroup -type d -path "*/orban-test/$1/self-test*" 2>/dev/null"#,
                rig.configuration.name)
            #expect(groups == "")
        }
    }

    @Test func `an engine that keeps its store elsewhere is told as that, and not used`()
        async throws
    {
        try await Rig.run { rig in
            var settings = try Rig.engineSettings(rig.folder)
            let own = try rig.opening { $0.engine = .own(settings) }
            #expect(try await own.engine().client.info().store.graphRoot == settings.storePath)
            let store = settings.storePath
            settings.storePath = rig.folder + "/elsewhere"
            let other = try rig.opening { $0.engine = .own(settings) }
            await #expect(
                throws: LibpodRuntime.Unfit.otherStore(found: store, wanted: settings.storePath)
            ) { _ = try await other.engine() }
        }
    }

    @Test
    func `a runtime that cannot run the hooks of the machine's devices is passed over`()
        async throws
    {
        try await Rig.run { rig in
            let device = try TestDevice(rig, hook: "/bin/true")
            defer { device.remove() }
            let stiff = try rig.runtimeWithoutHooks()
            let plain = try #require(OCIRuntime.found(named: ["runc"]).first)
            var opening = try rig.opening { device.offer(in: &$0) }
            opening.runtimes = [stiff, plain]
            let used = try await opening.engine().client.info().host.ociRuntime
            #expect(used?.path == plain.path)
        }
    }

    @Test func `where no runtime can, jobs without a device still have one`() async throws {
        try await Rig.run { rig in
            let device = try TestDevice(rig, hook: "/bin/false")
            defer { device.remove() }
            var opening = try rig.opening { device.offer(in: &$0) }
            opening.runtimes = OCIRuntime.found(named: ["runc"])
            let used = try await opening.engine().client.info().host.ociRuntime
            #expect(used?.path == opening.runtimes.first?.path)
        }
    }

    @Test(arguments: [
        ("/bin/true", "exit 5", RunStatus.ended(.exited(code: 5))),
        ("/bin/false", "exit 5", .ended(.startFailed(code: "device"))),
    ])
    func `a hook of a device runs, and one that fails is the device's failure`(
        hook: String, script: String, end: RunStatus
    ) async throws {
        try await Rig.run { rig in
            let device = try TestDevice(rig, hook: hook)
            defer { device.remove() }
            let dispatch = try rig.dispatch(script).with([device.id])
            let runtime = try await LibpodRuntime.open(
                rig.configuration, engineHTTP: rig.http, marketHTTP: rig.http,
                clock: ContinuousClock(), logger: rig.logger)
            try await runtime.prepare(dispatch)
            do {
                _ = try await runtime.start(dispatch)
                #expect(end == .ended(.exited(code: 5)))
            } catch let failure as StartFailure {
                #expect(end == .ended(.startFailed(code: failure.text)), "\(failure.detail)")
            }
            try await runtime.remove(dispatch.lease)
        }
    }
}

extension Rig {
    /// How a node on this rig's store would come to an engine of its own.
    func opening(
        _ change: (inout NodeConfiguration) -> Void = { _ in }
    ) throws -> EngineOpening {
        var settings = try Self.engineSettings(folder)
        settings.socketPath = folder + "/own/engine.sock"
        settings.statePath = folder + "/own"
        var configuration = configuration
        configuration.engine = .own(settings)
        change(&configuration)
        return EngineOpening(
            configuration: configuration, http: http,
            ranges: try IDRanges(directory: folder + "/ids"),
            tree: CgroupTree(root: "/sys/fs/cgroup"), seccompPath: try seccompProfile(),
            clock: ContinuousClock(), logger: logger)
    }

    /// As one that makes the root read-only before it runs them.
    fileprivate func runtimeWithoutHooks() throws -> OCIRuntime {
        let runtime = try #require(OCIRuntime.found(named: ["runc"]).first)
        let path = folder + "/stiff/stiff"
        shell(#"mkdir -p "$1/stiff""#, folder)
        let script = """
            #!/bin/sh
            for word; do
                [ "$last" = --bundle ] && grep -q createContainer "$word/config.json" && exit 1
                last=$word
            done
            exec \(runtime.path) "$@"
            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o755)
        return try #require(OCIRuntime(path: path))
    }
}

/// A device that is /dev/null, with a hook, in a CDI specification where the engine reads it.
private struct TestDevice {
    let id: DeviceID
    private let node: String
    private let file: String

    init(_ rig: Rig, hook: String) throws {
        id = try #require(DeviceID("GPU-\(UUID().uuidString.lowercased())"))
        node = "/dev/orban-\(rig.configuration.name)"
        file = "/var/run/cdi/orban-\(rig.configuration.name).json"
        // As /dev/null is packed: 1:3.
        guard mknod(node, S_IFCHR | 0o666, 0x103) == 0, chmod(node, 0o666) == 0 else {
            throw FileFailure("make", node)
        }
        let text = """
            {"cdiVersion":"0.5.0","kind":"orban.test/gpu","devices":[{"name":"\(id)",
            "containerEdits":{"deviceNodes":[{"path":"\(node)","type":"c","major":1,"minor":3}],
            "hooks":[{"hookName":"createContainer","path":"\(hook)"}]}}]}
            """
        try FileManager.default.createDirectory(
            atPath: "/var/run/cdi", withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func offer(in configuration: inout NodeConfiguration) {
        let device = Device(
            id: id, model: "test", vramBytes: 1 << 30,
            power: DevicePower(capability: nil, gigaflops: nil))
        let terms = configuration.terms
        configuration.terms = OfferTerms(
            capacity: terms.capacity, devices: [device], ask: terms.ask, region: terms.region,
            tier: terms.tier)
    }

    func remove() {
        unlink(node)
        unlink(file)
    }
}
