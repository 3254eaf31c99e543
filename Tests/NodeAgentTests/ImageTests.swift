import ContainerEngine
import Domain
import Foundation
import Testing

@testable import NodeAgent

/// Images that a node does not take, or has no room for; and whose programs run around containers.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct ImageTests {
    /// Whether it ended for an image above the limit, which is named, and by a size above it.
    private static func names(_ status: RunStatus, limit: Int64) -> Bool {
        guard case .ended(.startFailed(let code)) = status else { return false }
        let parts = code.split(separator: "_").suffix(2).compactMap { Int64($0) }
        return code.hasPrefix("image_too_large_\(limit)") && (parts.last ?? 0) >= limit
    }

    @Test func `an image above the owner's limit fails the start, unbilled, and leaves nothing`()
        async throws
    {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("true")
            try await rig.running({
                $0.imagesPath = rig.folder + "/images"
                $0.imageLimitBytes = 1 << 20
            }) {
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(Self.names(end.status, limit: 1 << 20))
                #expect(end.seconds == 0)
            }
            #expect(try rig.fetched("images") == [])
        }
    }

    @Test(.enabled(if: access(TestRegistry.program, X_OK) == 0, "no docker-registry"))
    func `an image of a registry above the owner's limit fails the start, unbilled`() async throws {
        try await Rig.run { rig in
            let registry = try TestRegistry(in: rig.folder)
            defer { registry.stop() }
            let image = try registry.push(Rig.imagePath, as: "team/base")
            let host = registry.host
            let dispatch = try rig.dispatch("true").using(.registry(image))
            try await rig.running({
                $0.imagesPath = rig.folder + "/images"
                $0.registries = RegistryPolicy([host])
                $0.imageLimitBytes = 1 << 20
            }) {
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(Self.names(end.status, limit: 1 << 20))
                #expect(end.seconds == 0)
            }
        }
    }

    @Test func `a disk without room for an image fails the start, unbilled, and stays as full`()
        async throws
    {
        try await Rig.run { rig in
            let images = rig.folder + "/images"
            shell(#"mkdir -p "$1" && mount -t tmpfs -o size=64m none "$1""#, images)
            defer { shell(#"umount "$1""#, images) }
            let dispatch = try rig.dispatch("true")
            try await rig.running({ $0.imagesPath = images }) {
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.startFailed(code: "disk_full")))
                #expect(end.seconds == 0)
                try await rig.gone(dispatch.lease)
            }
            #expect(try rig.fetched("images") == [])
        }
    }

    @Test func `on a disk short of room images go that nobody uses, and the machine's own stays`()
        async throws
    {
        try await Rig.run { rig in
            let images = rig.folder + "/images"
            shell(#"mkdir -p "$1" && mount -t tmpfs -o size=64m none "$1""#, images)
            defer { shell(#"umount "$1""#, images) }
            shell(
                #"mkdir -p "$1/root" && echo x >"$1/root/x" && tar -C "$1/root" -cf "$1/tar" ."#,
                rig.folder)
            let client = rig.engine.client
            let name = "localhost/orban-test-\(UUID().uuidString.prefix(8).lowercased()):1"
            let job = try await client.importRootFilesystem(rig.folder + "/tar", reference: name)
            let own = try await client.inspectImage(rig.configuration.selfTestImage)
            try Data(job.id.utf8).write(to: URL(fileURLWithPath: images + "/job.id"))
            try Data(own.id.utf8).write(to: URL(fileURLWithPath: images + "/own.id"))
            let dispatch = try rig.dispatch("true")
            try await rig.running({ $0.imagesPath = images }) {
                rig.market.dispatch(dispatch)
                _ = try await rig.market.end(of: dispatch.lease)
            }
            #expect(try await !client.imageExists(job.id))
            #expect(try await client.imageExists(own.id))
            #expect(try rig.fetched("images") == ["own.id"])
        }
    }

    /// The legacy way of GPUs into containers is a hook that every engine of a machine runs.
    @Test func `no hook of the machine runs around a job's container`() async throws {
        try await Rig.run { rig in
            // Matched by a spelling that nobody else has.
            let program = "/bin/../bin/./sh"
            let hook = TestHook(rig.folder, matching: #"^/bin/\\.\\./bin/\\./sh$"#)
            defer { hook.remove() }
            let dispatch = try rig.dispatch("true").running([program, "-c", "exit 4"])
            try await rig.running {
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 4)))
            }
            #expect(!hook.hasRun)
            // The control: an engine with a configuration of its own does run it.
            hook.runContainer(program, store: Rig.cache + "/containers/store")
            #expect(hook.hasRun)
        }
    }
}

extension Rig {
    /// What is in a folder of images, but locks and the note of the machine's own.
    func fetched(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
            .filter { !$0.hasSuffix(".lock") && $0 != "self-test.image" }
    }
}

/// A hook in the machine's folder that leaves a mark when it runs (oci-hooks(5)).
private struct TestHook {
    private static let machine = "/usr/share/containers/oci/hooks.d"
    private let file: String
    private let mark: String

    init(_ folder: String, matching command: String) {
        file = "\(Self.machine)/orban-test-\(UUID().uuidString).json"
        mark = folder + "/hook-ran"
        let hook = """
            {"version": "1.0.0", "when": {"commands": ["\(command)"]}, "stages": ["prestart"],
             "hook": {"path": "/bin/touch", "args": ["touch", "\(mark)"]}}
            """
        shell(#"mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1""#, file, hook)
    }

    var hasRun: Bool { FileManager.default.fileExists(atPath: mark) }

    func runContainer(_ program: String, store: String) {
        shell(
            """
            printf '[engine]\\ncgroup_manager = "cgroupfs"\\n[containers]\\n%s\\n' \
                'default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]' >"$3.conf"
            CONTAINERS_CONF="$3.conf" podman --root "$1" --runroot /run/orban/containers \
                --storage-driver overlay --cgroup-manager cgroupfs --runtime runc run --rm \
                --network none localhost/orban-base:1 "$2" -c true
            """, store, program, mark)
    }

    func remove() {
        shell(#"rm -f "$1"; rmdir -p "$(dirname "$1")" 2>/dev/null"#, file)
    }
}
