import ContainerEngine
import Domain
import Foundation
import Synchronization
import Testing
import Wire

@testable import NodeAgent

/// Images of a real registry, pulled by digest through a real engine.
@Suite(
    .serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")),
    .enabled(if: access(TestRegistry.program, X_OK) == 0, "no docker-registry"))
struct RegistryTests {
    @Test func `an image is pulled by its digest once, and runs again without its registry`()
        async throws
    {
        try await Rig.run { rig in
            let registry = try TestRegistry(in: rig.folder)
            defer { registry.stop() }
            let image = try registry.push(Rig.imagePath, as: "team/base")
            let host = registry.host
            let first = try rig.dispatch("echo pulled > /out/r", lease: "a", outputs: ["/out"])
                .using(.registry(image))
            let again = try rig.dispatch("exit 3", lease: "b").using(.registry(image))
            let isolated: (inout NodeConfiguration) -> Void = {
                $0.registries = RegistryPolicy([host])
                $0.imagesPath = rig.folder + "/images"
            }
            try await rig.running(isolated) {
                rig.market.dispatch(first)
                let end = try await rig.market.end(of: first.lease)
                #expect(end.status == .ended(.exited(code: 0)))
                #expect(try rig.output(of: first.lease, "r") == "pulled\n")
            }
            registry.stop()
            try await rig.running(isolated) {
                rig.market.dispatch(again)
                let end = try await rig.market.end(of: again.lease)
                #expect(end.status == .ended(.exited(code: 3)))
            }
        }
    }

    @Test
    func `what a registry cannot give, or may not, fails the start with its reason, unbilled`()
        async throws
    {
        try await Rig.run { rig in
            let registry = try TestRegistry(in: rig.folder)
            defer { registry.stop() }
            let image = try registry.push(Rig.imagePath, as: "team/base")
            let tampered = try registry.push(Rig.imagePath, as: "team/tampered")
            let zeros = "sha256:" + String(repeating: "0", count: 64)
            let nobody = try #require(RegistryHost("127.0.0.1:1"))
            let texts = [
                ("absent", "\(registry.host)/team/absent@\(image.digest)", "image_pull"),
                ("wrong", "\(registry.host)/team/base@\(zeros)", "image_pull"),
                ("down", "\(nobody)/team/base@\(image.digest)", "image_pull"),
                ("other", "registry.example/team/base@\(image.digest)", "image_refused"),
                ("inside", "169.254.169.254:80/latest/meta-data@\(zeros)", "image_refused"),
            ]
            let host = registry.host
            let isolated: (inout NodeConfiguration) -> Void = {
                $0.registries = RegistryPolicy([host, nobody])
                $0.imagesPath = rig.folder + "/images"
            }
            try registry.tamper(with: tampered)
            try await rig.running(isolated) {
                for (lease, text, code) in texts + [("tampered", "\(tampered)", "image_pull")] {
                    let asked = try #require(RegistryImage(text))
                    let dispatch = try rig.dispatch("true", lease: lease).using(.registry(asked))
                    rig.market.dispatch(dispatch)
                    let end = try await rig.market.end(of: dispatch.lease)
                    #expect(end.status == .ended(.startFailed(code: code)), "\(lease)")
                    #expect(end.seconds == 0)
                }
            }
        }
    }

    @Test func `a pull is a stranger's: the owner's own logins stay the owner's`() async throws {
        try await Rig.run { rig in
            let login = "owner:secret"
            let registry = try TestRegistry(in: rig.folder, login: login)
            defer { registry.stop() }
            let image = try registry.push(Rig.imagePath, as: "private/base", login: login)
            // An engine whose user is logged in there.
            let logins = [
                "auths": ["\(registry.host)": ["auth": Data(login.utf8).base64EncodedString()]]
            ]
            try FileManager.default.createDirectory(
                atPath: rig.folder + "/home/containers", withIntermediateDirectories: true)
            try JSONEncoder().encode(logins).write(
                to: URL(fileURLWithPath: rig.folder + "/home/containers/auth.json"))
            var settings = try Rig.engineSettings(rig.folder)
            settings.socketPath = rig.folder + "/owner.sock"
            settings.statePath = rig.folder + "/owner"
            settings.environment["XDG_RUNTIME_DIR"] = rig.folder + "/home"
            let engine = EngineService(
                settings: settings, httpClient: rig.http, clock: ContinuousClock())
            _ = try await engine.ensureRunning()
            let pinned = try #require(PinnedImage("\(image)"))
            let error = await #expect(throws: EngineError.self) {
                try await engine.client.pull(pinned, transport: .unverified)
            }
            #expect(error?.category == .imageMissing)
            #expect(error?.detail.contains("unauthorized") == true)
        }
    }
}

/// What needs no registry.
@Suite struct RegistryPolicyTests {
    @Test
    func `only registries that the owner named are asked, in plain HTTP on this machine alone`()
        throws
    {
        let named = ["registry.example", "10.0.0.5:5000", "localhost:5000", "127.0.0.2:80"]
        let policy = RegistryPolicy(try named.map { try #require(RegistryHost($0)) })
        let expected: [(String, RegistryPolicy.Transport?)] = [
            ("registry.example", .verifiedTLS), ("10.0.0.5:5000", .verifiedTLS),
            ("localhost:5000", .plain), ("127.0.0.2:80", .plain),
            ("registry.example:5000", nil), ("sub.registry.example", nil), ("localhost:5001", nil),
            ("169.254.169.254:80", nil), ("127.0.0.1:80", nil),
        ]
        for (text, transport) in expected {
            #expect(policy.transport(to: try #require(RegistryHost(text))) == transport, "\(text)")
        }
    }

    @Test func `a node that was told nothing asks nobody`() throws {
        for text in [
            "localhost", "localhost:5000", "127.0.0.1:5000", "10.1.2.3", "192.168.0.1:443",
            "169.254.169.254", "metadata.internal", "registry.example",
        ] {
            let host = try #require(RegistryHost(text))
            #expect(RegistryPolicy.none.transport(to: host) == nil, "\(text)")
        }
    }

    @Test(arguments: [
        (free: Int64(900), ImageRoom.Standing.enough), (600, .enough), (599, .tooLarge),
        (99, .diskFull),
    ])
    func `a pull is stopped by the disk that it takes, and by what it leaves`(
        free: Int64, standing: ImageRoom.Standing
    ) {
        let isBefore = Mutex(true)
        let room = ImageRoom(limit: 400, reserve: 100, folders: ["/"]) { _ in
            isBefore.withLock { isBefore in
                defer { isBefore = false }
                return isBefore ? 1_000 : free
            }
        }
        #expect(room.standing() == standing)
    }

    @Test func `every reason for a failed start has its sentence`() {
        for code in StartFailure.Code.allCases {
            #expect(Message.startFailures[code.rawValue] != nil, "\(code.rawValue)")
        }
    }
}
