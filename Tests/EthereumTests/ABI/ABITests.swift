import Ethereum
import Testing

@Suite struct ABITests {
    /// "Contract ABI Specification", examples.
    @Test func `the calls of the specification come out`() throws {
        let baz = try ABIFunction(signature: "baz(uint32,bool)")
        #expect(
            Hex.text(of: try baz.call([.uint(69), .bool(true)]))
                == "0xcdcd77c0" + word(0x45) + word(1))
        let sam = try ABIFunction(signature: "sam(bytes,bool,uint[])")
        #expect(sam.signature == "sam(bytes,bool,uint256[])")
        let call = try sam.call([
            .bytes(Array("dave".utf8)), .bool(true), .array([.uint(1), .uint(2), .uint(3)]),
        ])
        #expect(
            Hex.text(of: call) == "0xa5643bf2" + word(0x60) + word(1) + word(0xA0) + word(4)
                + "64617665" + "0".repeated(56) + word(3) + word(1) + word(2) + word(3))
        let nested = try ABIFunction(signature: "g(uint256[][],string[])")
        #expect(Hex.text(of: nested.selector) == "0x2289b18c")
    }

    @Test func `an event's topic and fields are read`() throws {
        let transfer = ABIEvent(
            "Transfer",
            [
                .init(.address, in: .topic), .init(.address, in: .topic),
                .init(.uint256, in: .data),
            ])
        #expect(
            transfer.topic.description
                == "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
        let from = key(1).address
        let to = key(2).address
        let topics = try [
            transfer.topic, ABIEvent.topic(of: .address(from), as: .address),
            ABIEvent.topic(of: .address(to), as: .address),
        ]
        let data = try ABIEncoding.encode(.uint(7), as: .uint256)
        #expect(
            try transfer.values(topics: topics, data: data)
                == [.address(from), .address(to), .uint(7)])
        #expect(throws: ABIRefusal.form) {
            try transfer.values(topics: Array(topics.dropLast()), data: data)
        }
        #expect(throws: ABIRefusal.ended) { try transfer.values(topics: topics, data: []) }
    }

    @Test func `why a contract refused is read`() throws {
        let error = try ABIFunction(signature: "Error(string)")
        #expect(RevertReason(try error.call([.string("no funds")])) == .text("no funds"))
        let panic = try ABIFunction(signature: "Panic(uint256)")
        #expect(RevertReason(try panic.call([.uint(0x11)])) == .panic(code: 0x11))
        #expect(RevertReason.meaning(ofPanic: 0x11) == "a number overflows")
        let custom = try ABIFunction(signature: "TooLate(uint64)")
        #expect(
            RevertReason(try custom.call([.uint(9)]), among: [custom])
                == .custom(custom, [.uint(9)]))
        #expect(RevertReason([]) == .none)
        #expect(RevertReason([1, 2, 3]) == .unknown([1, 2, 3]))
        #expect(RevertReason(error.selector + [1]) == .unknown(error.selector + [1]))
    }

    @Test(
        arguments: [
            "", "uint7", "uint264", "uint0", "uint08", "int", "bytes33", "bytes0", "uint256[",
            "uint256]",
            "uint256[-1]", "uint256[01]", "(uint256", "uint256)", "(uint256,)", "(,)", "uint 256",
            "foo",
            "uint256[4294967296]", "uint256[4294967295][4294967295]", "tuple", "[]",
            "address payable",
            "(".repeated(40) + ")".repeated(40), "uint8" + "[]".repeated(40),
        ].filter { $0 != "int" })
    func `what is no type is refused`(text: String) {
        #expect(throws: ABIType.ParseRefusal.self) { try ABIType(text) }
    }

    @Test func `values that their type has no room for are refused`() throws {
        let cases: [(ABIValue, String)] = [
            (.uint(256), "uint8"), (.int(Int256(128)), "int8"), (.fixedBytes([1]), "bytes2"),
            (.array([.uint(1)]), "uint8[2]"), (.tuple([]), "(uint8)"), (.bool(true), "uint8"),
            (.uint(1), "int8"), (.bytes([]), "string"), (.array([.bool(true)]), "uint8[]"),
        ]
        for (value, text) in cases {
            let type = try ABIType(text)
            #expect(throws: ABIRefusal.self) { try ABIEncoding.encode(value, as: type) }
        }
    }

    private func word(_ value: UInt64) -> String {
        String(Hex.text(of: UInt256(value).bytes).dropFirst(2))
    }
}
