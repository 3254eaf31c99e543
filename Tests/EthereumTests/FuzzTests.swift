import Ethereum
import Testing

/// Whatever comes in, a decoder refuses it or reads it: it never ends the process, takes no more than a moment,
/// and what it reads it writes again.
@Suite struct FuzzTests {
    private static let rounds = 4_000

    /// Mutations of each sample, and bytes of nothing.
    private func fuzz(_ name: String, _ samples: [[UInt8]], _ body: ([UInt8]) throws -> Void)
        rethrows
    {
        var generator = Seeded(seed("fuzz \(name)"))
        let clock = ContinuousClock()
        var slowest = Duration.zero
        for round in 0..<Self.rounds {
            let sample = samples[round % samples.count]
            let bytes =
                round % 8 == 7
                ? generator.bytes(Int.random(in: 0...300, using: &generator))
                : generator.mutated(sample)
            let start = clock.now
            try body(bytes)
            slowest = max(slowest, clock.now - start)
        }
        // Quadratic work on inputs of a few kilobytes would be seconds.
        #expect(slowest < .seconds(5), "\(name)")
    }

    private static let transaction = Transaction(
        envelope: .dynamicFee(
            Fees(maxFeePerGas: 1_000, maxPriorityFeePerGas: 7), chain: ChainID(1),
            [AccessListItem(address: .zero, storageKeys: [.zero])]),
        nonce: 3, gasLimit: 21_000, call: .init(to: .zero, value: 5, data: [1, 2, 3]))

    @Test func `RLP in any form`() {
        let samples: [RLP] = [
            .list([
                .bytes([1, 2, 3]), .list([.list([]), .bytes([UInt8](repeating: 7, count: 90))]),
            ]),
            .bytes([UInt8](repeating: 1, count: 300)),
            .list([RLP](repeating: .list([]), count: 70)),
        ]
        fuzz("RLP", samples.map(\.encoded)) { bytes in
            guard let item = try? RLP(decoding: bytes) else { return }
            #expect(item.encoded == bytes, "one item, one spelling")
        }
    }

    @Test func `transactions in any form`() {
        var samples: [[UInt8]] = []
        for envelope in [
            Self.transaction.envelope, .legacy(gasPrice: 7, chain: ChainID(9)),
            .legacy(gasPrice: 7, chain: nil), .accessList(gasPrice: 1, chain: ChainID(2), []),
            .blob(
                Fees(maxFeePerGas: 1, maxPriorityFeePerGas: 1), chain: ChainID(1), [],
                .init(maxFeePerBlobGas: 1, hashes: [.zero])),
        ] {
            var transaction = Self.transaction
            transaction.envelope = envelope
            samples.append(key(5).sign(transaction).raw)
        }
        fuzz("transactions", samples) { bytes in
            guard let transaction = try? SignedTransaction(decoding: bytes) else { return }
            #expect(transaction.raw == bytes, "one transaction, one spelling")
            _ = try? transaction.sender()
        }
    }

    @Test(arguments: [
        "uint8", "(bytes,string,uint256[])[]", "(address,(bool,bytes4)[2],int64)[3]", "string[][]",
        "bytes[2][]", "(uint256[][],(string,bytes)[])",
    ])
    func `ABI values in any form`(text: String) throws {
        let type = try ABIType(text)
        var generator = Seeded(7)
        let samples = try (0..<20).map { _ in
            try ABIEncoding.encode(Samples.value(of: type, &generator), as: type)
        }
        for (sample, round) in zip(samples, 0...) {
            #expect(
                try ABIEncoding.encode(ABIDecoding.decode(sample, as: type), as: type) == sample,
                "\(round)")
        }
        try fuzz("ABI \(text)", samples) { bytes in
            guard let value = try? ABIDecoding.decode(bytes, as: type) else { return }
            let again = try ABIEncoding.encode(value, as: type)
            #expect(try ABIDecoding.decode(again, as: type) == value)
            #expect(again.count <= bytes.count, "more came out than went in")
        }
    }

    @Test func `ABI types in any form`() {
        let samples = [
            "(uint256,(bytes32,string)[2][],function)[7]", "tuple(int8[3],bool)", "uint",
        ]
        fuzz("ABI types", samples.map { Array($0.utf8) }) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let type = try? ABIType(text) else { return }
            #expect((try? ABIType(type.description)) == type)
            _ = try? ABIDecoding.decode([UInt8](repeating: 0, count: 320), as: type)
        }
    }

    @Test func `JSON in any form`() {
        let text = #"{"a":[1,-2.5e3,null,true,"\u00e9\n🚀"],"b":{"c":"0x1f"},"d":[[[]]]}"#
        fuzz("JSON", [Array(text.utf8)]) { bytes in
            guard let json = try? JSON(parsing: bytes, within: .file) else { return }
            #expect((try? JSON(parsing: json.bytes, within: .file)) == json)
        }
    }

    @Test func `answers in any form`() {
        let receipt =
            #"{"transactionHash":"0x\#("11".repeated(32))","blockNumber":"0x1","blockHash":"0x\#("22".repeated(32))","#
            + #""status":"0x1","gasUsed":"0x5208","effectiveGasPrice":"0x7","contractAddress":null,"logs":[{"#
            + #""address":"0x\#("33".repeated(20))","topics":["0x\#("44".repeated(32))"],"data":"0x","#
            + #""blockNumber":"0x1","blockHash":"0x\#("22".repeated(32))","transactionHash":"0x\#("11".repeated(32))","#
            + #""logIndex":"0x0"}]}"#
        let header =
            #"{"number":"0x1","hash":"0x\#("22".repeated(32))","timestamp":"0x1","#
            + #""parentHash":"0x\#("21".repeated(32))"}"#
        let fees = #"{"baseFeePerGas":["0x1","0x2"],"gasUsedRatio":[0.5],"reward":[["0x1"]]}"#
        fuzz("answers", [receipt, header, fees].map { Array($0.utf8) }) { bytes in
            guard let json = try? JSON(parsing: bytes, within: .answer) else { return }
            _ = try? Receipt(json)
            _ = try? BlockHeader(json)
            _ = try? FeeHistory(json)
        }
    }

    @Test func `keystores in any form`() throws {
        var generator = Seeded(3)
        let samples = try [Keystore.Derivation.scrypt(n: 2, r: 1, p: 1), .pbkdf2(rounds: 1)].map {
            try Keystore(sealing: key(1), [1], $0, using: &generator).json
        }
        fuzz("keystores", samples) { bytes in
            guard let store = try? Keystore(json: bytes) else { return }
            #expect((try? Keystore(json: store.json)) == store)
        }
    }

    @Test func `typed data in any form`() {
        let text = #"""
            {"types":{"EIP712Domain":[{"name":"name","type":"string"}],"A":[{"name":"x","type":"B[2][]"},
            {"name":"y","type":"int64"}],"B":[{"name":"z","type":"bytes3"},{"name":"a","type":"A[]"}]},
            "primaryType":"A","domain":{"name":"d"},"message":{"x":[[{"z":"0x010203","a":[]},
            {"z":"0x010203","a":[]}]],"y":"-7"}}
            """#
        fuzz("typed data", [Array(text.utf8)]) { bytes in
            guard let data = try? TypedData(json: bytes) else { return }
            _ = try? data.digest()
        }
    }
}

/// Random values of a type.
enum Samples {
    static func value(of type: ABIType, _ generator: inout Seeded) -> ABIValue {
        switch type {
        case .uint(let width):
            return .uint(UInt256(bytes: generator.bytes(width.bits / 8))!)
        case .int(let width):
            let magnitude = UInt256(bytes: generator.bytes(width.bits / 8 - 1))!
            return .int(
                Int256(decimal: (Bool.random(using: &generator) ? "-" : "") + magnitude.decimal)!)
        case .address: return .address(Address(bytes: generator.bytes(20))!)
        case .bool: return .bool(Bool.random(using: &generator))
        case .fixedBytes(let width): return .fixedBytes(generator.bytes(width.bytes))
        case .bytes: return .bytes(generator.bytes(Int.random(in: 0...70, using: &generator)))
        case .string:
            return .string("é🚀a".repeated(Int.random(in: 0...9, using: &generator)))
        case .array(let element):
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    value(of: element, &generator)
                })
        case .fixedArray(let element, let count):
            return .array((0..<count).map { _ in value(of: element, &generator) })
        case .tuple(let members):
            return .tuple(members.map { value(of: $0, &generator) })
        }
    }
}
