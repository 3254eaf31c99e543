import Ethereum
import Testing

@Suite struct TypedDataTests {
    private static let domain = TypedDomain(
        name: "Ether Mail", version: "1", chain: ChainID(1),
        verifyingContract: address("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"))
    private static let person = TypedStruct(
        "Person", [.init("name", .string), .init("wallet", .address)])
    private static let mail = TypedStruct(
        "Mail",
        [
            .init("from", .structure(person)), .init("to", .structure(person)),
            .init("contents", .string),
        ])

    private static func person(_ name: String, _ wallet: String) -> TypedValue {
        .structure(["name": .atom(.string(name)), "wallet": .atom(.address(address(wallet)))])
    }

    private static let json = """
        {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},
        {"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
        "Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
        "Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},
        {"name":"contents","type":"string"}]},"primaryType":"Mail","domain":{"name":"Ether Mail",
        "version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
        "message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents":"Hello, Bob!"}}
        """

    /// EIP-712, "Example".
    @Test func `the mail of EIP-712 has its digest, from Swift and from JSON`() throws {
        let values: [TypedValue] = [
            Self.person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
            Self.person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"),
            .atom(.string("Hello, Bob!")),
        ]
        let typed = try TypedData(Self.mail, values, in: Self.domain)
        let digest = "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
        #expect(try typed.digest().description == digest)
        #expect(try TypedData(json: Array(Self.json.utf8)).digest().description == digest)
        #expect(
            try typed.domainSeparator().description
                == "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f")
    }

    @Test func `a struct's type names those it is made of once and in order`() throws {
        let schema = try TypedSchema([
            "Z": [("a", "B[2][]"), ("b", "A"), ("c", "B")], "A": [("z", "B")],
            "B": [("x", "uint8")],
        ])
        #expect(schema.encodedType(of: "Z") == "Z(B[2][] a,A b,B c)A(B z)B(uint8 x)")
        #expect(schema.encodedType(of: "Y") == nil)
    }

    @Test(arguments: [
        ["A": [("x", "B")]], ["A": [("x", "uint")]], ["A": [("x", "uint8[")]],
        ["A": [("x", "uint8[01]")]], ["A": [("x", "uint8[][x]")]], ["A": [("x", "(uint8)")]],
        ["A": [("x", "uint8"), ("x", "uint8")]], ["uint8": [("x", "bool")]], ["A b": []],
        ["A": [("x y", "bool")]], ["A": [("x", "bool" + "[]".repeated(17))]],
    ])
    func `types that cannot be are refused`(types: [String: [(String, String)]]) {
        #expect(throws: TypedSchema.Refusal.self) {
            try TypedSchema(types.mapValues { $0.map { (name: $0.0, type: $0.1) } })
        }
    }

    @Test(arguments: [
        ("\"contents\":\"Hello, Bob!\"", "\"contents\":7"),
        ("\"contents\":\"Hello, Bob!\"", "\"content\":\"\""),
        ("\"contents\":\"Hello, Bob!\"", "\"contents\":\"\",\"more\":1"),
        ("\"chainId\":1", "\"chainId\":-1"), ("\"chainId\":1", "\"chainId\":1.0"),
        ("826\"", "827\""), ("\"primaryType\":\"Mail\"", "\"primaryType\":\"Male\""),
        ("\"domain\":{", "\"domain\":{\"x\":1,"), ("\"message\":{", "\"message\":[{"),
    ])
    func `values that do not fit their types are refused`(old: String, new: String) {
        let json = Self.json.replacing(old, with: new)
        #expect(json != Self.json)
        #expect(throws: TypedData.JSONRefusal.self) { try TypedData(json: Array(json.utf8)) }
    }

    @Test func `a struct within itself ends`() throws {
        let json = """
            {"types":{"A":[{"name":"a","type":"A[]"}]},"primaryType":"A","domain":{},
            "message":{"a":[{"a":[]}]}}
            """
        let data = try TypedData(json: Array(json.utf8))
        #expect(try data.encodedMessage().count == 64)
        var deep = "{\"a\":[]}"
        for _ in 0..<40 { deep = "{\"a\":[\(deep)]}" }
        let text = json.replacing("{\"a\":[{\"a\":[]}]}", with: deep)
        #expect(throws: TypedData.JSONRefusal.self) { try TypedData(json: Array(text.utf8)) }
    }
}
