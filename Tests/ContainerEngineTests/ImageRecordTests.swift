import Foundation
import Testing

@testable import ContainerEngine

@Suite struct ImageRecordTests {
    private static func digest(_ digit: Character) -> String {
        "sha256:" + String(repeating: digit, count: 64)
    }

    @Test func `an image is pinned by its manifests alone, whatever it is called`() throws {
        let json = """
            {"Id": "\(String(repeating: "a", count: 64))", "Digest": "\(Self.digest("b"))", "Size": 1,
             "RepoTags": ["registry.example/x@\(Self.digest("d"))"],
             "RepoDigests": ["registry.example/x@\(Self.digest("b"))",
                             "registry.example/x@\(Self.digest("c"))"]}
            """
        let record = try JSONDecoder().decode(ImageRecord.self, from: Data(json.utf8))
        #expect(record.isPinned(by: Self.digest("b")))
        #expect(record.isPinned(by: Self.digest("c")))
        #expect(!record.isPinned(by: Self.digest("d")))
        #expect(!record.isPinned(by: "sha256:" + String(repeating: "a", count: 64)))
        #expect(!record.isPinned(by: ""))
    }
}
