import Ethereum
import Testing

@Suite(
    .enabled(if: Vectors.isThere("ethers/typed-data.json.gz"), Comment(rawValue: Vectors.absence)))
struct TypedDataVectorTests {
    @Test func `typed data is encoded, hashed and signed as in ethers`() throws {
        let cases = try Vectors.cases("ethers/typed-data.json.gz")
        for one in cases {
            let name = one.text("name")
            let data = try TypedData(
                types: try #require(one["types"]), primaryType: one.text("primaryType"),
                domain: try #require(one["domain"]), message: try #require(one["data"]))
            #expect(try Hex.text(of: data.encodedMessage()) == one.text("encoded"), "\(name)")
            #expect(try data.digest().description == one.text("digest"), "\(name)")
            guard one["privateKey"] != nil else { continue }
            let signature = key(one.text("privateKey")).sign(try data.digest())
            #expect(Hex.text(of: signature.bytes) == one.text("signature"), "\(name)")
        }
        Vectors.report("typed-data", cases.count)
    }
}
