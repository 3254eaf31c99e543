import Ethereum
import Testing

@Suite(.enabled(if: Vectors.isThere("ethers/abi.json.gz"), Comment(rawValue: Vectors.absence)))
struct ABIVectorTests {
    private func value(_ json: JSON, _ type: ABIType) throws -> ABIValue {
        let content = try #require(json["value"])
        switch (type, content) {
        case (.array(let element), .array(let items)),
            (.fixedArray(let element, _), .array(let items)):
            return .array(try items.map { try value($0, element) })
        case (.tuple(let members), .array(let items)):
            try #require(members.count == items.count)
            return .tuple(try zip(items, members).map { try value($0, $1) })
        case (.bool, .string(let text)):
            return .bool(text == "true")
        default:
            return try #require(ABIValue(content, as: type), "\(type) \(content)")
        }
    }

    @Test func `values are encoded and decoded as in ethers`() throws {
        let cases = try Vectors.cases("ethers/abi.json.gz")
        for one in cases {
            let type = try ABIType(one.text("type"))
            let value = try value(try #require(one["verbose"]), type)
            let bytes = try #require(one.bytesOf("encoded"))
            #expect(try ABIEncoding.encode(value, as: type) == bytes, "\(one.text("name"))")
            #expect(try ABIDecoding.decode(bytes, as: type) == value, "\(one.text("name"))")
        }
        Vectors.report("abi", cases.count)
    }
}
