import Ethereum
import Testing

@Suite(
    .enabled(if: Vectors.isThere("ethers/transactions.json.gz"), Comment(rawValue: Vectors.absence))
)
struct TransactionVectorTests {
    private static let kinds = ["Legacy", "Eip155", "Berlin", "London", "Cancun"]

    private func envelope(_ kind: String, _ json: JSON) throws -> Transaction.Envelope {
        let chain = ChainID(try #require(json.numberOf("chainId")?.asUInt64))
        let price = Wei(try #require(json.numberOf("gasPrice")))
        let fees = Fees(
            maxFeePerGas: Wei(try #require(json.numberOf("maxFeePerGas"))),
            maxPriorityFeePerGas: Wei(try #require(json.numberOf("maxPriorityFeePerGas"))))
        let list = try (json["accessList"]?.asArray ?? []).map { item in
            AccessListItem(
                address: try Address(item.text("address")),
                storageKeys: try (item["storageKeys"]?.asArray ?? []).map {
                    try #require(Hash256($0.asString ?? ""))
                })
        }
        switch kind {
        case "Legacy": return .legacy(gasPrice: price, chain: nil)
        case "Eip155": return .legacy(gasPrice: price, chain: chain)
        case "Berlin": return .accessList(gasPrice: price, chain: chain, list)
        case "London": return .dynamicFee(fees, chain: chain, list)
        default:
            let blobs = Transaction.BlobFields(
                maxFeePerBlobGas: Wei(try #require(json.numberOf("maxFeePerBlobGas"))),
                hashes: try (json["blobVersionedHashes"]?.asArray ?? []).map {
                    try #require(Hash256($0.asString ?? ""))
                })
            return .blob(fees, chain: chain, list, blobs)
        }
    }

    private func transaction(_ kind: String, _ json: JSON) throws -> Transaction {
        let to = json["to"]?.asString
        return Transaction(
            envelope: try envelope(kind, json),
            nonce: try #require(json.numberOf("nonce")?.asUInt64),
            gasLimit: try #require(json.numberOf("gasLimit")?.asUInt64),
            call: Transaction.Call(
                to: try to.map { try Address($0) },
                value: Wei(try #require(json.numberOf("value"))),
                data: json.bytesOf("data") ?? []))
    }

    @Test func `transactions are encoded, signed and read as in ethers`() throws {
        let cases = try Vectors.cases("ethers/transactions.json.gz")
        var signed = 0
        for one in cases {
            let name = one.text("name")
            let json = try #require(one["transaction"])
            let key = key(one.text("privateKey"))
            for kind in Self.kinds where !one.text("unsigned\(kind)").isEmpty {
                let transaction = try transaction(kind, json)
                #expect(
                    Hex.text(of: transaction.unsignedBytes) == one.text("unsigned\(kind)"),
                    "\(name) \(kind)")
                let result = key.sign(transaction)
                #expect(Hex.text(of: result.raw) == one.text("signed\(kind)"), "\(name) \(kind)")
                let signature = try #require(one["signature\(kind)"])
                #expect(signature.numberOf("r") == result.signature.r.word)
                #expect(signature.numberOf("s") == result.signature.s.word)
                #expect(signature.numberOf("v") == transaction.v(result.signature.parity))
                #expect(try SignedTransaction(decoding: result.raw) == result, "\(name) \(kind)")
                #expect(try result.sender() == key.address)
                signed += 1
            }
        }
        Vectors.report("transactions", cases.count)
        Vectors.report("transactions, envelopes", signed)
    }
}
