import Ethereum
import Testing

@Suite(.enabled(if: Vectors.isThere("ethers/hashes.json.gz"), Comment(rawValue: Vectors.absence)))
struct WordVectorTests {
    @Test func `hashes are those of ethers`() throws {
        let cases = try Vectors.cases("ethers/hashes.json.gz")
        for one in cases {
            let data = try #require(one.bytesOf("data"))
            #expect(
                Keccak256.hash(data).description == one.text("keccak256"), "\(one.text("name"))")
            // In pieces of every size, too.
            var hash = Keccak256()
            var rest = data[...]
            while !rest.isEmpty {
                hash.update(rest.prefix(7))
                rest = rest.dropFirst(7)
            }
            #expect(hash.finalized().description == one.text("keccak256"))
        }
        Vectors.report("hashes", cases.count)
    }

    @Test func `addresses of keys and their checksums are those of ethers`() throws {
        let cases = try Vectors.cases("ethers/accounts.json.gz")
        for one in cases {
            let key = key(one.text("privateKey"))
            #expect(key.address.description == one.text("address"), "\(one.text("name"))")
            #expect(try Address(one.text("address")) == key.address)
            #expect(try Address(one.text("address").lowercased()) == key.address)
            #expect(key.description == "key of \(one.text("address"))")
        }
        Vectors.report("accounts", cases.count)
    }

    @Test func `contracts lie where ethers says`() throws {
        var count = 0
        for one in try Vectors.cases("ethers/create.json.gz") {
            let sender = try Address(one.text("sender"))
            for made in one["creates"]?.asArray ?? [] {
                let nonce = try #require(made.numberOf("nonce")?.asUInt64)
                #expect(
                    ContractAddress.created(by: sender, nonce: nonce).description
                        == made.text("address"))
                count += 1
            }
        }
        Vectors.report("create", count)
    }

    @Test func `contracts with a salt lie where ethers says`() throws {
        var count = 0
        for one in try Vectors.cases("ethers/create2.json.gz") {
            let sender = try Address(one.text("sender"))
            for made in one["creates"]?.asArray ?? [] {
                let hash = try #require(Hash256(made.text("initCodeHash")))
                if let code = made.bytesOf("initCode") { #expect(Keccak256.hash(code) == hash) }
                let salt = try #require(Hash256(made.text("salt")))
                #expect(
                    ContractAddress.created(by: sender, salt: salt, initCodeHash: hash).description
                        == made.text("address"))
                count += 1
            }
        }
        Vectors.report("create2", count)
    }
}
