import ContainerEngine
import Domain
import Foundation
import Testing

@testable import NodeAgent

/// Archives that call their image as another one is called: the node's own, or another renter's.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct ImageNameTests {
    @Test func `an archive that calls itself like the node's own image takes nothing from it`()
        async throws
    {
        try await Rig.run { rig in
            let name = rig.configuration.selfTestImage
            let client = rig.engine.client
            let own = try await client.inspectImage(name)
            let hostile = try HostileArchive(rig, named: name)
            defer { hostile.remove() }
            let dispatch = try rig.dispatch("true", image: hostile.digest)
            try await rig.running({ $0.imagesPath = rig.folder + "/images" }) {
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                // It was taken for what it is, a job's image without a shell.
                #expect(end.status == .ended(.startFailed(code: "container")))
                try await rig.gone(dispatch.lease)
            }
            #expect(try rig.noted(hostile.digest) == hostile.image)
            let after = try await client.inspectImage(name)
            #expect(after.id == own.id && after.references.contains(name))
            #expect(try await client.inspectImage(hostile.image).references == [])
            try await client.removeImage(hostile.image)
        }
    }

    @Test func `an archive that calls itself like another image takes no name and no job from it`()
        async throws
    {
        try await Rig.run { rig in
            let name = "localhost/orban-test-\(UUID().uuidString.prefix(8).lowercased()):1"
            let archives = try (0..<4).map { _ in try HostileArchive(rig, named: name) }
            defer { for archive in archives { archive.remove() } }
            let client = rig.engine.client
            // The owner's own, under the same name.
            let owners = try await client.load(archive: archives[0].path)
            #expect(owners == [name])
            let dispatches = try archives.dropFirst().enumerated().map {
                try rig.dispatch("true", lease: "l\($0)", image: $1.digest)
            }
            var configuration = rig.configuration
            configuration.imagesPath = rig.folder + "/images"
            let runtime = try await LibpodRuntime.open(
                configuration, engineHTTP: rig.http, marketHTTP: rig.http,
                clock: ContinuousClock(), logger: rig.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for dispatch in dispatches {
                    group.addTask { try await runtime.prepare(dispatch) }
                }
                try await group.waitForAll()
            }
            for archive in archives.dropFirst() {
                #expect(try rig.noted(archive.digest) == archive.image)
            }
            #expect(try await client.inspectImage(name).id == archives[0].image)
            for archive in archives { try await client.removeImage(archive.image) }
        }
    }

    @Test func `the node's own image is known by its id, whoever has its name`() async throws {
        try await Rig.run { rig in
            let client = rig.engine.client
            let name = "localhost/orban-test-\(UUID().uuidString.prefix(8).lowercased()):1"
            var configuration = rig.configuration
            configuration.imagesPath = rig.folder + "/images"
            configuration.selfTestImage = name
            let own = SelfTestImage(configuration)
            #expect(try await own.id(in: client) == nil)
            let archives = try (0..<3).map { _ in try HostileArchive(rig, named: name) }
            defer { for archive in archives { archive.remove() } }
            _ = try await client.load(archive: archives[0].path)
            #expect(try await own.id(in: client) == archives[0].image)
            // As a crash between a load and what follows it leaves it.
            _ = try await client.load(archive: archives[1].path)
            #expect(try await client.inspectImage(name).id == archives[1].image)
            #expect(try await own.id(in: client) == archives[0].image)
            // Gone, while a job's image has its name: nobody's word is taken for it.
            let note = configuration.imagesPath + "/job.id"
            try Data(archives[1].image.utf8).write(to: URL(fileURLWithPath: note))
            try await client.removeImage(archives[0].image)
            #expect(try await own.id(in: client) == nil)
            // The owner loads another one.
            _ = try await client.load(archive: archives[2].path)
            #expect(try await own.id(in: client) == archives[2].image)
            for archive in archives { try await client.removeImage(archive.image) }
        }
    }
}

/// An archive of a random file, under a name of its own choice.
private struct HostileArchive {
    let path: String
    let digest: BlobDigest
    /// The id that the engine gives it.
    let image: String

    init(_ rig: Rig, named name: String) throws {
        let folder = "\(rig.folder)/archive-\(UUID().uuidString)"
        image = shell(
            """
            set -e; mkdir "$1"; cd "$1"; mkdir root; echo "$1" >root/mark; tar -C root -cf layer.tar .
            diff=$(sha256sum <layer.tar | cut -d" " -f1)
            printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers",%s}}' \\
                "\\"diff_ids\\":[\\"sha256:$diff\\"]" >config
            id=$(sha256sum <config | cut -d" " -f1); mv config "$id.json"
            printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$id" "$2" \\
                >manifest.json
            tar -cf image.tar manifest.json "$id.json" layer.tar; printf %s "$id"
            """, folder, name)
        path = folder + "/image.tar"
        digest = try PlainFile(reading: path).digest()
        rig.bytes.offer(file: path, as: digest.text)
    }

    func remove() { shell(#"rm -rf "$(dirname "$1")""#, path) }
}

extension Rig {
    /// Which image of the engine's store a digest is noted to be.
    fileprivate func noted(_ digest: BlobDigest) throws -> String? {
        try StateFile.read("\(folder)/images/\(digest.hexadecimal).id").map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
