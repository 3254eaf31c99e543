import Domain
import Foundation
import Testing

@Suite struct ChainAddressTests {
    private static let seed =
        ProcessInfo.processInfo.environment["ORBAN_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: .min ... .max)

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    @Test func `an address has one text, and is read back from it`() throws {
        var generator = Generator(state: Self.seed | 1)
        for _ in 0..<500 {
            let bytes = (0..<20).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let address = try #require(ChainAddress(bytes: bytes))
            #expect(address.bytes == bytes, "seed \(Self.seed)")
            #expect(ChainAddress(address.text) == address, "seed \(Self.seed)")
            #expect(ChainAddress(Substring(address.text)) == address)
            #expect(address.text.utf8.count == 42 && address.description == address.text)
            let coded = try JSONEncoder().encode([address])
            #expect(try JSONDecoder().decode([ChainAddress].self, from: coded) == [address])
            #expect(String(decoding: coded, as: UTF8.self) == "[\"\(address.text)\"]")
        }
        let text = "0x00000000000000000000000000000000000a0bff"
        #expect(ChainAddress(text)?.bytes.suffix(3) == [0x0a, 0x0b, 0xff])
        #expect(ChainAddress(text)?.text == text)
    }

    @Test(arguments: [
        "", "0x", "0", "0x0", "00000000000000000000000000000000000a0bff00",
        "0x00000000000000000000000000000000000a0bf", "0x00000000000000000000000000000000000a0bff0",
        "0x00000000000000000000000000000000000a0bff00",
        "0x00000000000000000000000000000000000a0bfF",
        "0x00000000000000000000000000000000000A0BFF",
        "0X00000000000000000000000000000000000a0bff",
        "0x00000000000000000000000000000000000a0bfg",
        "0x00000000000000000000000000000000000a0bf/",
        "0x00000000000000000000000000000000000a0bf:",
        "0x00000000000000000000000000000000000a0bf`",
        " 0x0000000000000000000000000000000000a0bff",
        "0x00000000000000000000000000000000000a0bf\n",
        "1x00000000000000000000000000000000000a0bff",
        "0x0000000000000000000000000000000000a0bff\u{0}",
        "0x00000000000000000000000000000000000a0b０",
        "0x00000000000000000000000000000000000a0bff\u{301}",
    ])
    func `any other text is no address`(text: String) {
        #expect(ChainAddress(text) == nil)
        #expect(throws: (any Error).self) {
            let coded = try JSONEncoder().encode([text])
            _ = try JSONDecoder().decode([ChainAddress].self, from: coded)
        }
    }

    @Test func `an address has 20 bytes, and a smaller one comes first`() throws {
        for count in [0, 1, 19, 21, 32] {
            #expect(ChainAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
        let low = try #require(ChainAddress(bytes: [UInt8](repeating: 0, count: 19) + [255]))
        let high = try #require(ChainAddress(bytes: [1] + [UInt8](repeating: 0, count: 19)))
        #expect(low < high && !(high < low) && !(low < low))
    }
}
