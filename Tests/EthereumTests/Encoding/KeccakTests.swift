import Ethereum
import Testing

@Suite struct KeccakTests {
    /// Of the Keccak team's submission; the first two are in every client.
    @Test func `known hashes come out`() {
        #expect(
            Keccak256.hash([]).description
                == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        #expect(
            Keccak256.hash("abc".utf8).description
                == "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")
    }

    @Test(arguments: [0, 1, 135, 136, 137, 271, 272, 273, 1_000])
    func `a hash does not depend on the pieces that it is taken of`(count: Int) {
        var generator = Seeded(UInt64(count))
        let bytes = generator.bytes(count)
        let whole = Keccak256.hash(bytes)
        for size in [1, 3, 64, 135, 136, 137] {
            var hash = Keccak256()
            var rest = bytes[...]
            while !rest.isEmpty {
                hash.update(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(hash.finalized() == whole, "in pieces of \(size)")
        }
    }
}
