import Ethereum
import Foundation
import Testing

/// `api/vectors/vouchers.json`, which `contracts/vectors.py` makes with eth-account, and which the contracts'
/// own tests hold against the contracts.
struct VoucherVectorTests {
    private static let vectors: JSON = {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let data = try! Data(contentsOf: root.appending(path: "api/vectors/vouchers.json"))
        return try! JSON(parsing: Array(data), within: .file)
    }()

    private static func cases(_ name: String) -> [JSON] { vectors[name]?.asArray ?? [] }

    private func number(_ item: JSON, _ name: String) throws -> UInt256 {
        try #require(UInt256(decimal: item.text(name)), "\(name)")
    }

    private func hash(_ item: JSON, _ name: String) throws -> Hash256 {
        try #require(Hash256(item.text(name)), "\(name)")
    }

    private func chain(_ item: JSON) throws -> ChainID {
        ChainID(try #require(item.numberOf("chain_id")?.asUInt64))
    }

    /// That digest, signature and signer are those of the vector, for our own signer too.
    private func check(_ data: TypedData, _ digest: Hash256, _ item: JSON) throws {
        #expect(digest == Hash256(item.text("digest")))
        #expect(try data.digest() == digest)
        let made = key(item.text("private_key")).sign(digest)
        let given = try Signature(strict: hex(item.text("signature")))
        #expect(made == given && made.bytes == hex(item.text("signature")))
        #expect(try given.signer(of: digest) == address(item.text("signer")))
    }

    @Test func `vouchers have the digests and signatures of other code`() throws {
        let cases = Self.cases("vouchers")
        #expect(cases.count == 15)
        for item in cases {
            let vault = Vault(address(item.text("contract")))
            let voucher = Voucher(
                user: address(item.text("user")), payee: address(item.text("payee")),
                token: address(item.text("token")), cumulative: try number(item, "cumulative"),
                commission: try number(item, "commission"),
                usageRoot: try hash(item, "usage_root"))
            let chain = try chain(item)
            let digest = try voucher.digest(for: vault, on: chain)
            try check(try voucher.typedData(for: vault, on: chain), digest, item)
            let signature = try Signature(strict: hex(item.text("signature")))
            let signer = try voucher.signer(of: signature, for: vault, on: chain)
            #expect(signer == address(item.text("signer")))
            // Batches carry the compact form: it ends the call, behind its array's length.
            let signed = SignedVoucher(voucher, signature)
            let call = try vault.redeemBatch([signed])
            #expect(call.data.suffix(64) == hex(item.text("compact"))[...])
            #expect(call.to == vault.address && call.value == .zero)
        }
        Vectors.report("vouchers", cases.count)
    }

    @Test func `terms have the ids of other code`() throws {
        let cases = Self.cases("terms")
        #expect(cases.count == 3)
        for item in cases {
            let terms = LeaseTerms(
                payer: address(item.text("payer")), signer: address(item.text("signer")),
                payee: address(item.text("payee")), token: address(item.text("token")),
                deposit: try number(item, "deposit"), rate: try number(item, "rate"),
                commission: try number(item, "commission"),
                availability: try number(item, "availability"),
                credit: try number(item, "credit"), deadline: try number(item, "deadline"),
                lease: try hash(item, "lease"))
            #expect(try terms.id() == hash(item, "id"))
        }
    }

    @Test func `lease vouchers and claims have the digests and signatures of other code`() throws {
        let (vouchers, claims) = (Self.cases("lease_vouchers"), Self.cases("claims"))
        #expect(vouchers.count == 9 && claims.count == 3)
        for item in vouchers {
            let voucher = LeaseVoucher(
                id: try hash(item, "id"), seconds: try number(item, "seconds"),
                elapsed: try number(item, "elapsed"), usageRoot: try hash(item, "usage_root"))
            let escrow = LeaseEscrow(address(item.text("contract")))
            let (data, digest) = (
                try voucher.typedData(for: escrow, on: try chain(item)),
                try voucher.digest(for: escrow, on: try chain(item))
            )
            try check(data, digest, item)
        }
        for item in claims {
            let claim = LeaseClaim(
                id: try hash(item, "id"), seconds: try number(item, "seconds"),
                evidence: try hash(item, "evidence_hash"))
            let escrow = LeaseEscrow(address(item.text("contract")))
            let digest = try claim.digest(for: escrow, on: try chain(item))
            try check(try claim.typedData(for: escrow, on: try chain(item)), digest, item)
        }
    }

    @Test(arguments: [0, 1, 26, 29] as [UInt8])
    func `a signature with another v is none that contracts take`(v: UInt8) throws {
        let item = try #require(Self.cases("vouchers").first)
        let bytes = hex(item.text("signature"))
        #expect(throws: Signature.Refusal.form) {
            try Signature(strict: Array(bytes.dropLast()) + [v])
        }
        #expect(throws: Signature.Refusal.form) { try Signature(strict: Array(bytes.dropLast())) }
        #expect(throws: Signature.Refusal.form) { try Signature(strict: []) }
    }

    @Test func `no call carries more than a batch`() throws {
        let vault = Vault(.zero)
        let one = SignedVoucher(
            Voucher(
                user: .zero, payee: .zero, token: .zero, cumulative: 1, commission: 0,
                usageRoot: .zero), key(1).sign(.zero))
        _ = try vault.redeemBatch(Array(repeating: one, count: 100))
        #expect(throws: ABIRefusal.self) {
            try vault.redeemBatch(Array(repeating: one, count: 101))
        }
    }
}
