import Foundation
import Testing
import Transparency

@Suite struct LogHashTests {
    @Test func `the empty tree is the hash of nothing`() {
        #expect(
            LogHash.emptyTree.hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `an entry that spells a node does not hash like it`() {
        let (left, right) = (LogHash.leaf([1]), LogHash.leaf([2]))
        #expect(LogHash.leaf(left.bytes + right.bytes) != .node(left, right))
        #expect(LogHash.leaf([0x01] + left.bytes + right.bytes) != .node(left, right))
        #expect(LogHash.node(left, right) != .node(right, left))
    }

    @Test func `only 32 bytes make a hash`() {
        for count in [0, 31, 33, 64] {
            let bytes = [UInt8](repeating: 7, count: count)
            #expect(LogHash(bytes) == nil)
            #expect(LogHash(hex: Hex.encode(bytes)) == nil)
            #expect(LogHash(base64: Base64.encode(bytes)) == nil)
        }
        let bytes = (0..<32).map { UInt8($0 * 7) }
        #expect(LogHash(bytes)?.bytes == bytes)
    }

    @Test func `a hash is coded as its base64 text`() throws {
        let hash = LogHash.leaf([1, 2, 3])
        let coded = try JSONEncoder().encode([hash])
        #expect(try JSONDecoder().decode([String].self, from: coded) == [hash.base64])
        #expect(try JSONDecoder().decode([LogHash].self, from: coded) == [hash])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([LogHash].self, from: Data(#"["AAAA"]"#.utf8))
        }
    }
}
