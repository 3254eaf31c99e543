import Ethereum
import Testing

@Suite struct RLPTests {
    @Test(
        arguments: [
            ("0x", .ended), ("0x8100", .notCanonical), ("0x817f", .notCanonical),
            ("0xb801ff", .notCanonical), ("0xb8370000", .notCanonical), ("0xb90038", .notCanonical),
            ("0xbf8000000000000000", .ended), ("0xffffffffffffffffff", .ended),
            ("0x83dog0".replacing("dog0", with: "0102"), .ended), ("0xc0c0", .trailing),
            ("0x0000", .trailing), ("0xc180ff", .trailing), ("0xc281", .ended),
        ] as [(String, RLP.Refusal)])
    func `every other spelling is refused`(text: String, refusal: RLP.Refusal) {
        #expect(throws: refusal) { try RLP(decoding: hex(text)) }
    }

    @Test func `lists within lists are bounded`() throws {
        var item = RLP.list([])
        for _ in 1..<RLP.mostDepth { item = .list([item]) }
        #expect(try RLP(decoding: item.encoded) == item)
        #expect(throws: RLP.Refusal.tooDeep) { try RLP(decoding: RLP.list([item]).encoded) }
        #expect(throws: RLP.Refusal.tooLong) {
            try RLP(decoding: [UInt8](repeating: 0, count: RLP.mostBytes + 1))
        }
    }

    /// Ethereum Wiki, "RLP", examples.
    @Test func `the examples of the specification come out`() {
        let dog = RLP.bytes(Array("dog".utf8))
        let cat = RLP.bytes(Array("cat".utf8))
        #expect(Hex.text(of: RLP.list([cat, dog]).encoded) == "0xc88363617483646f67")
        let three = RLP.list([
            .list([]), .list([.list([])]), .list([.list([]), .list([.list([])])]),
        ])
        #expect(Hex.text(of: three.encoded) == "0xc7c0c1c0c3c0c1c0")
        #expect(RLP.number(1_024 as UInt64).encoded == [0x82, 0x04, 0x00])
    }
}
