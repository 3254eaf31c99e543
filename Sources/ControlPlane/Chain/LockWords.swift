package import Domain
package import Ethereum
import Marketplace
package import Wire

// A locked lease in the core's words, and in those that the escrow takes.

extension Lock {
    func terms(in token: Address) -> LeaseTerms { LeaseTerms(terms, of: lease, in: token) }
}

extension LeaseTerms {
    /// As payer and escrow take them: the payer signs itself.
    package init(_ terms: LockTerms, of lease: LeaseID, in token: Address) {
        self.init(
            payer: Address(terms.payer), signer: Address(terms.payer),
            payee: Address(terms.payee), token: token, deposit: terms.deposit.units,
            rate: UInt256(UInt64(max(terms.rate.microPerHour, 0))),
            commission: terms.commission.units,
            availability: terms.serviceLevel?.availability.units ?? .zero,
            credit: terms.serviceLevel?.credit.units ?? .zero,
            deadline: UInt256(UInt64(max(terms.deadline, 0))),
            lease: Keccak256.hash(Array(lease.text.utf8)))
    }
}

extension BasisPoints {
    fileprivate var units: UInt256 { UInt256(UInt64(max(value, 0))) }
}

extension HeldProgress {
    /// - Throws: `WireError.parameterInvalid` for what is not in form.
    package init(_ dto: ProgressDTO) throws {
        guard let root = Ethereum.Hex.bytes(of: dto.usageRoot), root.count == 32,
            let signature = Ethereum.Hex.bytes(of: dto.signature), dto.seconds >= 0,
            dto.elapsed >= 0
        else { throw WireError.parameterInvalid(name: "progress") }
        self.init(
            seconds: dto.seconds, elapsed: dto.elapsed, usageRoot: root, signature: signature)
    }

    /// - Throws: `StoreFailure` for a root of another size: a row that nobody of us wrote.
    package func voucher(of id: Hash256) throws -> LeaseVoucher {
        guard let root = Hash256(bytes: usageRoot) else {
            throw StoreFailure(doing: "read a lease's voucher", cause: "a part has another size")
        }
        return LeaseVoucher(
            id: id, seconds: UInt256(UInt64(max(seconds, 0))),
            elapsed: UInt256(UInt64(max(elapsed, 0))), usageRoot: root)
    }

    /// Who made a signature of this, of the lease with these terms; nil: nobody.
    package func signer(
        _ signature: [UInt8], of terms: LeaseTerms, in escrow: LeaseEscrow, on chain: ChainID
    ) throws -> ChainAddress? {
        let digest = try voucher(of: try terms.id()).digest(for: escrow, on: chain)
        guard signature.count == 65, let read = try? Signature(strict: signature) else {
            return nil
        }
        return (try? read.signer(of: digest)).map { ChainAddress($0) }
    }
}

extension ProgressDTO {
    package init(_ progress: HeldProgress) {
        self.init(
            seconds: progress.seconds, elapsed: progress.elapsed,
            usageRoot: Ethereum.Hex.text(of: progress.usageRoot),
            signature: Ethereum.Hex.text(of: progress.signature))
    }
}

extension AgreedProgress {
    func settlement(in token: Address) throws -> LeaseEscrow.Settlement {
        let terms = LeaseTerms(terms, of: lease, in: token)
        return LeaseEscrow.Settlement(
            terms, try progress.voucher(of: try terms.id()),
            try Signature(strict: progress.signature),
            agreement: try Signature(strict: agreement))
    }
}
