import Domain
import Foundation
import Testing

@Suite struct ImageReferenceTests {
    static let digest = "sha256:" + String(repeating: "ab", count: 32)

    @Test(arguments: [
        ("registry.example/team/base", "registry.example", "team/base"),
        ("registry.example:5000/a", "registry.example:5000", "a"),
        ("localhost:1/a-b--c/d_e__f.g", "localhost:1", "a-b--c/d_e__f.g"),
        ("localhost/a", "localhost", "a"), ("10.0.0.1/a/b/c", "10.0.0.1", "a/b/c"),
    ])
    func `an image of a registry is its host, its path and its digest`(
        name: String, host: String, repository: String
    ) throws {
        let image = try #require(RegistryImage("\(name)@\(Self.digest)"))
        #expect(image.host.text == host)
        #expect(image.repository == repository)
        #expect(image.digest.text == Self.digest)
        #expect(image.description == "\(name)@\(Self.digest)")
        #expect(ImageReference.registry(image).name == name)
        #expect(ImageReference.registry(image).blob == nil)
    }

    @Test(arguments: [
        "base", "library/base", "registry.example/", "registry.example", "/a", "a.b//c", "a.b/c/",
        "Registry.example/a", "a.b/C", "a.b/-c", "a.b/c-", "a.b/c..d", "a.b/c___d", "a.b/c._d",
        "a.b/c:1", "a.b:0/c", "a.b:65536/c", "a.b:/c", "a.b:1:2/c", "-a.b/c", "a..b/c", "a_b.c/d",
        "user@a.b/c", "[::1]:5000/c", "https://a.b/c", "a.b/c d", "a.b/c?x", "a.b/../c", "a.b/%2e",
    ])
    func `what is no host and path is no image of a registry`(name: String) {
        #expect(RegistryImage("\(name)@\(Self.digest)") == nil)
    }

    @Test func `an image of a registry needs a whole digest and no more`() {
        for ending in [
            "", "@", "@\(Self.digest.dropLast())", "@\(Self.digest)0", "@sha512:00",
            "@\(Self.digest.uppercased())", "@\(Self.digest)@\(Self.digest)", ":1@\(Self.digest)",
        ] {
            #expect(RegistryImage("registry.example/a" + ending) == nil, "\(ending)")
        }
        let long = "registry.example/" + String(repeating: "a", count: 255)
        #expect(RegistryImage("\(long)@\(Self.digest)") != nil)
        #expect(RegistryImage("\(long)a@\(Self.digest)") == nil)
    }

    @Test func `who writes a host or a digest means a registry`() {
        for text in ["a.b/c:1", "a.b:5/c", "localhost:5/c", "c@sha256:1"] {
            #expect(RegistryImage.isMeant(by: text), "\(text)")
        }
        for text in ["c", "c:1", "library/c", "localhost/orban-base:1"] {
            #expect(!RegistryImage.isMeant(by: text), "\(text)")
        }
    }

    @Test(arguments: [
        ("localhost", true), ("localhost:5000", true), ("127.0.0.1", true), ("127.9.9.9:1", true),
        ("128.0.0.1", false), ("127.0.0.1.example", false), ("127.0.0", false), ("127.1", false),
        ("127.0.0.256", false), ("localhost.example", false),
    ])
    func `only names of this machine are loopback`(text: String, isLoopback: Bool) throws {
        #expect(try #require(RegistryHost(text)).isLoopback == isLoopback)
    }

    @Test func `both forms are kept, and archives as they always were`() throws {
        let blob = try #require(BlobDigest(Self.digest))
        let image = try #require(RegistryImage("registry.example/a@\(Self.digest)"))
        let forms: [(ImageReference, String)] = [
            (.archive(name: "n", digest: blob), #"{"digest":"\#(Self.digest)","name":"n"}"#),
            (.registry(image), #"{"registry":"registry.example\/a@\#(Self.digest)"}"#),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for (reference, text) in forms {
            #expect(String(decoding: try encoder.encode(reference), as: UTF8.self) == text)
            let read = try JSONDecoder().decode(ImageReference.self, from: Data(text.utf8))
            #expect(read == reference)
        }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(
                ImageReference.self, from: Data(#"{"registry":"registry.example/a:1"}"#.utf8))
        }
    }
}
