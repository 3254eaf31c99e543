package import Domain
package import Ethereum
import Marketplace
package import Wire

/// A voucher as its contract knows it.
package struct ReadVoucher: Hashable, Sendable {
    package let voucher: Voucher
    /// Nil for bytes that no contract takes for a signature.
    package let signature: Signature?
    /// Who made it; nil where nobody can have.
    package let signer: Address?

    package init(voucher: Voucher, signature: Signature?, signer: Address?) {
        self.voucher = voucher
        self.signature = signature
        self.signer = signer
    }
}

/// A field of a voucher that is not in form.
package struct WrongField: Error { package let name: String }

extension VoucherDTO {
    /// - Throws: `WrongField`.
    package func read(for vault: Vault, on chain: ChainID) throws -> ReadVoucher {
        let voucher = Voucher(
            user: try field("user") { try? Address(user) },
            payee: try field("payee") { try? Address(payee) },
            token: try field("token") { try? Address(token) },
            cumulative: try field("cumulative") { UInt256(decimal: cumulative) },
            commission: try field("commission") { UInt256(decimal: commission) },
            usageRoot: try field("usage_root") { Hash256(usageRoot) })
        let bytes = try field("signature") {
            Hex.bytes(of: signature).flatMap { $0.count == 65 ? $0 : nil }
        }
        guard let signature = try? Signature(strict: bytes) else {
            return ReadVoucher(voucher: voucher, signature: nil, signer: nil)
        }
        // Of a digest that is sound there may still be no key that signed it so.
        let digest = try voucher.digest(for: vault, on: chain)
        return ReadVoucher(
            voucher: voucher, signature: signature, signer: try? signature.signer(of: digest))
    }

    private func field<Value>(_ name: String, _ read: () -> Value?) throws -> Value {
        guard let value = read() else { throw WrongField(name: name) }
        return value
    }

    package init(_ voucher: Voucher, _ signature: [UInt8]) {
        self.init(
            user: "\(voucher.user)", payee: "\(voucher.payee)", token: "\(voucher.token)",
            cumulative: "\(voucher.cumulative)", commission: "\(voucher.commission)",
            usageRoot: "\(voucher.usageRoot)", signature: Hex.text(of: signature))
    }
}

extension HeldVoucher {
    /// - Throws: `StoreFailure` for parts of another size: a row that nobody of us wrote.
    func voucher(in token: Address) throws -> Voucher {
        guard let root = Hash256(bytes: usageRoot) else {
            throw StoreFailure(doing: "read a voucher", cause: "a part has another size")
        }
        return Voucher(
            user: Address(parties.user), payee: Address(parties.payee), token: token,
            cumulative: sums.cumulative.units, commission: sums.commission.units,
            usageRoot: root)
    }

    /// As the vault takes it.
    func signed(in token: Address) throws -> SignedVoucher {
        SignedVoucher(try voucher(in: token), try Signature(strict: signature))
    }

    /// - Throws: `Refusal.voucherWrong` for another token, sums that no ledger has, or no signer.
    init(_ read: ReadVoucher, in token: Address) throws {
        let voucher = read.voucher
        guard voucher.token == token, let signer = read.signer, let signature = read.signature,
            let cumulative = Money(units: voucher.cumulative),
            let commission = Money(units: voucher.commission)
        else { throw Refusal.voucherWrong }
        self.init(
            parties: VoucherParties(
                user: ChainAddress(voucher.user), payee: ChainAddress(voucher.payee)),
            sums: VoucherSums(cumulative: cumulative, commission: commission),
            usageRoot: voucher.usageRoot.bytes, signer: ChainAddress(signer),
            signature: signature.bytes)
    }
}

extension Money {
    /// Never negative.
    package var units: UInt256 { UInt256(UInt64(max(micro, 0))) }

    /// Nil for what no ledger has.
    package init?(units: UInt256) {
        guard let number = units.asUInt64.flatMap(Int64.init(exactly:)),
            let money = try? Money(micro: number)
        else { return nil }
        self = money
    }
}
