import ControlPlane
import Domain
import Ethereum
import NodeAgent
import Wire

/// A file of locked leases (`docs/formats.md`, "Lock file"): for this chain, escrow and token, and in form.
struct LockFile: Sendable {
    private static let mostBytes = 16 << 20

    let deployment: Deployment
    let locks: [LockDTO]
    /// Nil where a market sent it.
    private let path: String?

    var escrow: LeaseEscrow { LeaseEscrow(deployment.escrow) }

    /// - Throws: `WireError.fileNotFound`, `.fileUnusable`; `.chainWrong` where the leases are in another escrow.
    static func read(_ session: Session) throws -> LockFile {
        let path = session.surroundings.absolute(session.arguments.operands[0])
        let bytes = try LocalFile(reading: path).read(mostBytes + 1, at: 0)
        guard bytes.count <= mostBytes,
            let file = try? WireJSON.decode(LockFileDTO.self, from: bytes)
        else { throw WireError.fileUnusable(path: path, .lockFileUnreadable, [:]) }
        return try LockFile(file, for: try session.deployment(), path: path)
    }

    init(_ file: LockFileDTO, for deployment: Deployment, path: String? = nil) throws {
        guard file.chainID == deployment.chain.number else {
            throw WireError.chainWrong(
                .escrowChainOther,
                ["chain": "\(file.chainID)", "wanted": "\(deployment.chain.number)"])
        }
        guard file.escrow == ChainAddress(deployment.escrow),
            file.token == ChainAddress(deployment.dollar)
        else {
            throw WireError.chainWrong(
                .escrowOther,
                ["escrow": file.escrow.text, "wanted": "\(deployment.escrow)"])
        }
        self.path = path
        self.deployment = deployment
        locks = file.locks
    }

    /// - Throws: `WireError.fileUnusable` where it names no such lease.
    func lock(_ lease: String) throws -> LockDTO {
        guard let lock = locks.first(where: { $0.lease.text == lease }) else {
            throw WireError.fileUnusable(
                path: path ?? "/v1/locks", .lockFileLease, ["lease": lease])
        }
        return lock
    }

    /// - Throws: `WireError.parameterInvalid` for numbers that no terms have.
    func terms(_ lock: LockDTO) throws -> LeaseTerms {
        do {
            return LeaseTerms(try lock.terms, of: lock.lease, in: deployment.dollar)
        } catch is MoneyOverflow {
            throw WireError.parameterInvalid(name: "lock \(lock.lease)")
        }
    }

    /// What its payer has signed last; nil: nothing.
    ///
    /// - Throws: for what is not in form, or signed by somebody else.
    func signed(_ lock: LockDTO) throws -> (voucher: LeaseVoucher, signature: Signature)? {
        guard let progress = try lock.progress.map({ try HeldProgress($0) }) else { return nil }
        let terms = try terms(lock)
        guard
            try progress.signer(progress.signature, of: terms, in: escrow, on: deployment.chain)
                == lock.payer
        else { throw WireError.parameterInvalid(name: "signature") }
        return (
            try progress.voucher(of: try terms.id()), try Signature(strict: progress.signature)
        )
    }

    /// Nil where there is nothing to settle.
    func settlement(_ lock: LockDTO) throws -> LeaseEscrow.Settlement? {
        guard let (voucher, signature) = try signed(lock) else { return nil }
        return LeaseEscrow.Settlement(
            try terms(lock), voucher, signature,
            agreement: try lock.agreement.map(self.signature))
    }

    private func signature(_ text: String) throws -> Signature {
        guard let bytes = Ethereum.Hex.bytes(of: text), bytes.count == 65 else {
            throw WireError.parameterInvalid(name: "signature")
        }
        do {
            return try Signature(strict: bytes)
        } catch {
            throw WireError.parameterInvalid(name: "signature")
        }
    }
}
