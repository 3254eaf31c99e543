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
                    [
                        lock.lease.text,
                        Quantity.money(try Money(micro: lock.depositMicro)),
                        session.told(lock.standing),
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
            let settling = Settling(session: session, file: file, access: access, by: account)
            let settlements = try await settling.settlements()
            guard !settlements.isEmpty else { throw WireError.chainWrong(.escrowNothing, [:]) }
            return try stride(from: 0, to: settlements.count, by: LeaseEscrow.mostInBatch).map {
                let batch = settlements[$0...].prefix(LeaseEscrow.mostInBatch)
                return try access.escrow.settleBatch(Array(batch))
            }
        }
    }

    /// `orban escrow claim`: what the node's receipt says, where the payer is silent.
    static let escrowClaim = LeafCommand(
        "escrow claim", .helpEscrowClaim, operands: [lockFile, lease],
        options: ChainSender.options + [Option<String>.stateFolder.form]
    ) { session in
        let file = try LockFile.read(session)
        let lock = try file.lock(session.arguments.operands[1])
        let key = try await Wallet(session).open(session)
        // What the node has kept itself is better than what a market has shown of it.
        let own = try KeptReceipts(session)?[lock.lease]
        guard let bytes = own?.bytes ?? lock.receipt?.bytes.bytes else {
            throw WireError.parameterInvalid(name: "receipt")
        }
        guard let read = try? Receipt(bytes: bytes), read.lease == lock.lease,
            let evidence = Hash256(bytes: Array(SHA256.hash(data: bytes)))
        else { throw WireError.parameterInvalid(name: "receipt") }
        let terms = try file.terms(lock)
        let id = try terms.id()
        return try await act(session, .escrowClaimed, by: key) { access, _ in
            let metered = UInt64(max(read.seconds, 0))
            let most = try await access.billable(of: id) ?? metered
            let seconds = UInt256(min(metered, most))
            let claim = LeaseClaim(id: id, seconds: seconds, evidence: evidence)
            let signature = key.sign(try claim.digest(for: file.escrow, on: access.chain.id))
            return [
                try file.escrow.claimUnsigned(
                    terms, seconds: seconds, evidence: evidence, signature.bytes)
            ]
        }
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

extension LockDTO {
    /// Who is waited for.
    fileprivate var standing: Message {
        guard bill != nil else { return id == nil ? .escrowWanted : .escrowLocked }
        guard progress?.elapsed ?? 0 > 0 else { return .escrowUnsigned }
        return agreement == nil ? .escrowUnagreed : .escrowBilled
    }
}

extension ChainAccess {
    /// Seconds that the escrow bills of a lease that was stopped there at most; nil: it was not.
    fileprivate func billable(of id: Hash256) async throws -> UInt64? {
        let lease = try await escrow.lease(id, on: chain, at: .latest)
        return lease.stopped > 0 ? lease.stopped - min(lease.opened, lease.stopped) : nil
    }
}

/// What of a file can be settled by one account; of the rest is told why not.
private struct Settling {
    let session: Session
    let file: LockFile
    let access: ChainAccess
    let by: Address

    func settlements() async throws -> [LeaseEscrow.Settlement] {
        var found: [LeaseEscrow.Settlement] = []
        for lock in file.locks {
            do {
                guard let settlement = try await settlement(lock) else { continue }
                let call = try access.escrow.settle(settlement)
                _ = try await access.chain.gas(of: call, from: by)
                found.append(settlement)
            } catch let error as WireError {
                guard case .parameterInvalid(let name) = error else { throw error }
                skip(lock, name)
            } catch Chain.Refusal.reverted(let reason) {
                skip(lock, reason.words)
            }
        }
        return found
    }

    private func skip(_ lock: LockDTO, _ reason: String) {
        let values = ["lease": lock.lease.text, "reason": reason]
        session.terminal.note("! " + session.told(.escrowSkipped, values))
    }

    /// Nil where nothing is signed beyond what is settled, or not by all who must.
    private func settlement(_ lock: LockDTO) async throws -> LeaseEscrow.Settlement? {
        guard let settlement = try file.settlement(lock) else { return nil }
        let isLast = settlement.voucher.elapsed > .zero
        guard
            !isLast || settlement.agreement != nil || ChainAddress(by) == lock.payee.address
        else { return nil }
        let known = try await access.escrow.lease(
            settlement.voucher.id, on: access.chain, at: .latest)
        guard known.state == .open,
            isLast || settlement.voucher.seconds > UInt256(known.paidSeconds)
        else { return nil }
        return settlement
    }
}
