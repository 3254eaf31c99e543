import ControlPlane
import Crypto
import Domain
import Ethereum
import Wire

/// What anybody does with a locked lease, from a file and with a wallet: no market is asked.
extension LeafCommand {
    private static let lockFile = Operand("file", .operandLockFile)
    private static let lease = Operand("lease", .operandLockedLease)

    /// `orban escrow show`: the caller's locked leases, as a file for the commands beside it.
    static let escrowShow = LeafCommand("escrow show", .helpEscrowShow) { session in
        let file: LockFileDTO = try await session.withMarket([.renter, .provider]) {
            try await $0.get("/v1/locks")
        }
        try session.show(file) {
            guard !file.locks.isEmpty else { return [session.told(.escrowNone)] }
            return Table.aligned(
                try file.locks.map { lock in
                    let standing: Message =
                        lock.bill != nil
                        ? .escrowBilled : lock.id != nil ? .escrowLocked : .escrowWanted
                    return [
                        lock.lease.text,
                        Quantity.money(try Money(micro: lock.depositMicro)),
                        session.told(standing),
                    ]
                })
        }
        return ExitCode.done.rawValue
    }

    /// `orban escrow settle`: every lease of the file whose payer has signed more than is settled.
    static let escrowSettle = LeafCommand(
        "escrow settle", .helpEscrowSettle, operands: [lockFile], options: ChainSender.options
    ) { session in
        let file = try LockFile.read(session)
        return try await act(session, .escrowSettled) { access, account in
            var calls: [Transaction.Call] = []
            for lock in file.locks {
                guard let settlement = try file.settlement(lock) else { continue }
                let isLast = settlement.voucher.elapsed > .zero
                guard
                    !isLast || settlement.agreement != nil
                        || ChainAddress(account) == lock.payee.address
                else { continue }
                let known = try await access.escrow.lease(
                    settlement.voucher.id, on: access.chain, at: .latest)
                let paid = UInt256(known.paidSeconds)
                guard known.state == .open, isLast || settlement.voucher.seconds > paid else {
                    continue
                }
                calls.append(try access.escrow.settle(settlement))
            }
            guard !calls.isEmpty else { throw WireError.chainWrong(.escrowNothing, [:]) }
            return calls
        }
    }

    /// `orban escrow claim`: what the node's receipt says, where the payer is silent.
    static let escrowClaim = LeafCommand(
        "escrow claim", .helpEscrowClaim, operands: [lockFile, lease],
        options: ChainSender.options
    ) { session in
        let file = try LockFile.read(session)
        let lock = try file.lock(session.arguments.operands[1])
        let key = try await Wallet(session).open(session)
        guard let receipt = lock.receipt else {
            throw WireError.parameterInvalid(name: "receipt")
        }
        let digest = Array(SHA256.hash(data: receipt.bytes.bytes))
        guard let read = try? Receipt(bytes: receipt.bytes.bytes), read.lease == lock.lease,
            let evidence = Hash256(bytes: digest)
        else { throw WireError.parameterInvalid(name: "receipt") }
        let terms = try file.terms(lock)
        let seconds = UInt256(UInt64(max(read.seconds, 0)))
        let claim = LeaseClaim(id: try terms.id(), seconds: seconds, evidence: evidence)
        let signature = key.sign(try claim.digest(for: file.escrow, on: file.deployment.chain))
        let call = try file.escrow.claimUnsigned(
            terms, seconds: seconds, evidence: evidence, signature.bytes)
        return try await act(session, .escrowClaimed, by: key) { _, _ in [call] }
    }

    /// `orban escrow stop`: ends the time that can be billed.
    static let escrowStop = ofLease("escrow stop", .helpEscrowStop, .escrowStopped) {
        try $0.stop($1)
    }

    /// `orban escrow dispute`: strikes a claim out, as its payer.
    static let escrowDispute = ofLease("escrow dispute", .helpEscrowDispute, .escrowDisputed) {
        try $0.dispute($1)
    }

    /// `orban escrow refund`: closes a lease without a last word of both.
    static let escrowRefund = ofLease("escrow refund", .helpEscrowRefund, .escrowRefunded) {
        try $0.refund($1)
    }

    private static func ofLease(
        _ name: String, _ help: Message, _ done: Message,
        _ call: @escaping @Sendable (LeaseEscrow, LeaseTerms) throws -> Transaction.Call
    ) -> LeafCommand {
        LeafCommand(
            name, help, operands: [lockFile, lease], options: ChainSender.options
        ) { session in
            let file = try LockFile.read(session)
            let terms = try file.terms(try file.lock(session.arguments.operands[1]))
            let made = try call(file.escrow, terms)
            return try await act(session, done) { _, _ in [made] }
        }
    }

    /// `orban escrow withdraw`: sends what the escrow owes to the wallet's account.
    static let escrowWithdraw = LeafCommand(
        "escrow withdraw", .helpEscrowWithdraw,
        options: ChainSender.options + [Option.receiver.form]
    ) { session in
        let receiver = try session.arguments.value(Option.receiver)
        return try await act(session, .escrowWithdrawn) { access, account in
            [try access.escrow.withdraw(access.dollar, to: receiver ?? account)]
        }
    }
}
