import Testing

@testable import Ethereum

@Suite struct SigningTests {
    /// EIP-155, "Example".
    @Test func `the transaction of EIP-155 is signed as there`() throws {
        let transaction = Transaction(
            envelope: .legacy(gasPrice: 20_000_000_000, chain: ChainID(1)), nonce: 9,
            gasLimit: 21_000,
            call: .init(
                to: address("0x3535353535353535353535353535353535353535"),
                value: 1_000_000_000_000_000_000, data: []))
        #expect(
            transaction.signingHash.description
                == "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
        let signed = key("0x" + "46".repeated(32)).sign(transaction)
        #expect(
            Hex.text(of: signed.raw)
                == "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000"
                + "8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f76"
                + "1aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")
    }

    @Test func `a high s is refused wherever a signature is read`() throws {
        let signature = key(7).sign(Keccak256.hash([1]))
        let s = try Signature.order.subtracting(signature.s.word)
        #expect(throws: Signature.Refusal.highS) {
            try Signature(r: signature.r, s: Hash256(word: s), parity: signature.parity)
        }
        #expect(throws: Signature.Refusal.highS) {
            try Signature(bytes: signature.r.bytes + s.bytes + [28])
        }
        let signed = key(7).sign(sample(nonce: 1))
        let fields = try RLP(decoding: Array(signed.raw.dropFirst()))
        guard case .list(var items) = fields else { throw RLP.Refusal.unexpected }
        let high = try Signature.order.subtracting(signed.signature.s.word)
        items[11] = .number(high)
        #expect(throws: SignedTransaction.Refusal.signature(.highS)) {
            try SignedTransaction(decoding: [2] + RLP.list(items).encoded)
        }
    }

    @Test func `numbers that are no scalars are refused`() {
        for (r, s) in [
            (UInt256.zero, UInt256.one), (.one, .zero), (Signature.order, .one), (.max, .one),
        ] {
            #expect(throws: Signature.Refusal.range) {
                try Signature(r: Hash256(word: r), s: Hash256(word: s), parity: .even)
            }
        }
        for bytes in [[], [UInt8](repeating: 1, count: 64), [UInt8](repeating: 1, count: 64) + [2]]
        {
            #expect(throws: Signature.Refusal.form) { try Signature(bytes: bytes) }
        }
        for word in [UInt256.zero, Signature.order, .max] {
            var bytes = word.bytes
            #expect(throws: PrivateKey.Refusal.notAKey) { try PrivateKey(wiping: &bytes) }
            #expect(bytes == [UInt8](repeating: 0, count: 32))
        }
    }

    @Test func `a signature names its signer and nobody else`() throws {
        var generator = Seeded(5)
        for number in 1...50 as ClosedRange<UInt64> {
            let key = key(number)
            let digest = Keccak256.hash(generator.bytes(20))
            let signature = key.sign(digest)
            #expect(try signature.signer(of: digest) == key.address)
            #expect(try Signature(bytes: signature.bytes) == signature)
            #expect((try? signature.signer(of: Keccak256.hash(digest.bytes))) != key.address)
        }
    }

    /// EIP-191 as every wallet does it: `personal_sign` of "hello world" (ethers' documentation).
    @Test func `a person's message is told apart from a transaction`() {
        let digest = PersonalMessage.digest(of: Array("hello world".utf8))
        #expect(
            digest.description
                == "0xd9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68")
        #expect(
            digest == Keccak256.hash([0x19] + Array("Ethereum Signed Message:\n11hello world".utf8))
        )
        #expect(
            PersonalMessage.digest(of: [1], for: .zero)
                == Keccak256.hash([0x19, 0] + [UInt8](repeating: 0, count: 20) + [1]))
    }

    @Test func `a key says its address and nothing else`() {
        let key = key(1)
        let address = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
        #expect("\(key)" == "key of \(address)")
        #expect(String(reflecting: key) == "key of \(address)")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(dumped.contains("publicKey") == false && dumped.contains("secret") == false)
    }

    /// EIP-1014, examples 1, 2 and 6.
    @Test(arguments: [
        (
            "0x0000000000000000000000000000000000000000", "00", "0x00",
            "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"
        ),
        (
            "0xdeadbeef00000000000000000000000000000000", "00", "0x00",
            "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"
        ),
        (
            "0x0000000000000000000000000000000000000000", "00", "0x",
            "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"
        ),
    ])
    func `contracts lie where EIP-1014 says`(
        creator: String, salt: String, code: String, result: String
    ) throws {
        let salt = try #require(Hash256("0x" + salt.repeated(32)))
        let made = ContractAddress.created(
            by: address(creator), salt: salt, initCodeHash: Keccak256.hash(hex(code)))
        #expect(made.description == result)
    }

    private func sample(nonce: UInt64) -> Transaction {
        Transaction(
            envelope: .dynamicFee(
                Fees(maxFeePerGas: 100, maxPriorityFeePerGas: 1), chain: ChainID(5), []),
            nonce: nonce, gasLimit: 21_000, call: .init(to: .zero, value: 1, data: []))
    }
}
