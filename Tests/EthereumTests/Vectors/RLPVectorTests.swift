import Ethereum
import Testing

@Suite(.enabled(if: Vectors.isThere("rlp/rlptest.json"), Comment(rawValue: Vectors.absence)))
struct RLPVectorTests {
    /// Text in ethers' files is bytes in digits.
    private func item(ofDigits json: JSON) throws -> RLP {
        if let items = json.asArray { return .list(try items.map { try item(ofDigits: $0) }) }
        return .bytes(try #require(json.asString.flatMap { Hex.bytes(of: $0) }))
    }

    /// In those of ethereum/tests it is text, a number, or a large number behind `#`.
    private func item(_ json: JSON) throws -> RLP {
        switch json {
        case .array(let items): return .list(try items.map { try item($0) })
        case .number(let text): return .number(try #require(UInt256(decimal: text)))
        case .string(let text) where text.hasPrefix("#"):
            return .bytes(try decimalBytes(text.dropFirst()))
        case .string(let text): return .bytes(Array(text.utf8))
        default: throw RLP.Refusal.unexpected
        }
    }

    /// Of numbers above 256 bits, too, by long division of their digits.
    private func decimalBytes(_ digits: Substring) throws -> [UInt8] {
        var digits = try digits.utf8.map { try #require(Int(String(UnicodeScalar($0)))) }
        var bytes: [UInt8] = []
        while !digits.isEmpty {
            var rest = 0
            var quotient: [Int] = []
            for digit in digits {
                rest = rest * 10 + digit
                if !quotient.isEmpty || rest >= 256 { quotient.append(rest / 256) }
                rest %= 256
            }
            bytes.insert(UInt8(rest), at: 0)
            digits = quotient
        }
        return bytes
    }

    @Test func `items are encoded and decoded as in ethers`() throws {
        let cases = try Vectors.cases("ethers/rlp.json.gz")
        for one in cases {
            let item = try item(ofDigits: try #require(one["decoded"]))
            let bytes = try #require(one.bytesOf("encoded"))
            #expect(item.encoded == bytes, "\(one.text("name"))")
            #expect(try RLP(decoding: bytes) == item, "\(one.text("name"))")
        }
        Vectors.report("ethers rlp", cases.count)
    }

    @Test func `items are encoded and decoded as in ethereum tests`() throws {
        let cases = try #require(try Vectors.json("rlp/rlptest.json").asObject)
        for (name, one) in cases {
            let item = try item(try #require(one["in"]))
            let bytes = try #require(one.bytesOf("out"))
            #expect(item.encoded == bytes, "\(name)")
            #expect(try RLP(decoding: bytes) == item, "\(name)")
        }
        Vectors.report("rlptest", cases.count)
    }

    @Test func `what ethereum tests call invalid is refused`() throws {
        let cases = try #require(try Vectors.json("rlp/invalidRLPTest.json").asObject)
        for (name, one) in cases {
            let text = one.text("out")
            let digits = text.hasPrefix("0x") ? text.utf8.dropFirst(2) : text.utf8[...]
            let bytes = try #require(Hex.bytes(ofDigits: digits), "\(name)")
            #expect(throws: RLP.Refusal.self, "\(name)") { try RLP(decoding: bytes) }
        }
        Vectors.report("invalidRLPTest", cases.count)
    }
}
