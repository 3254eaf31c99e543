import ControlPlane
import Ethereum
import Wire

extension LeafCommand {
    /// `orban redeem`: pays what users signed out of the vault, without any market.
    static let redeem = LeafCommand(
        "redeem", .helpRedeem, operands: [Operand("file", .operandVoucherFile)],
        options: ChainSender.options
    ) { session in
        try await ChainAccess.with(session) { access in
            let file = try VoucherFile.read(
                session.arguments.operands[0], for: access.deployment, in: session.surroundings)
            try await access.check()
            return try await Redemption(session, access).run(file.entries)
        }
    }
}

/// One file's way to the contract.
private struct Redemption {
    let session: Session
    let access: ChainAccess

    init(_ session: Session, _ access: ChainAccess) {
        self.session = session
        self.access = access
    }

    /// Says what each voucher will pay, sends those that pay, and says what became of them.
    ///
    /// - Throws: `WireError.contractRefused` at the end, where not every voucher was redeemed.
    func run(_ entries: [VoucherFile.Entry]) async throws -> Int32 {
        let standing = try await VaultStanding.read(
            entries, of: access.vault, on: access.chain)
        let plan = try RedeemPlan(entries, on: standing)
        let symbol = Table.visible(
            try await access.dollar.symbol(on: access.chain, at: .latest))
        var report = RedeemReport(entries, plan)
        func lines() throws -> [String] {
            try report.lines(session, dollar: access.deployment.dollar, symbol: symbol)
        }
        let sent = entries.indices.filter { place in
            if case .pays = plan.verdicts[place] { true } else { false }
        }
        if !sent.isEmpty {
            for line in try lines() { session.terminal.note(line) }
            try await send(sent, of: entries, &report)
        }
        try session.show(report) { try lines() }
        if let faults = report.faults { throw WireError.contractRefused(faults) }
        return ExitCode.done.rawValue
    }

    /// In calls of as many as the contract takes.
    private func send(
        _ places: [Int], of entries: [VoucherFile.Entry], _ report: inout RedeemReport
    ) async throws {
        let sender = try await ChainSender(access.chain, session)
        for start in stride(from: 0, to: places.count, by: Vault.mostInBatch) {
            let batch = Array(places[start..<min(start + Vault.mostInBatch, places.count)])
            let signed = batch.compactMap { place in
                entries[place].signature.map { SignedVoucher(entries[place].voucher, $0) }
            }
            let transaction = try await sender.send([try access.vault.redeemBatch(signed)])
            report.note(
                batch, skipped: try await skipped(of: batch.count, in: transaction),
                in: transaction)
        }
    }

    /// The contract's words for each that it left, by its place in the batch.
    private func skipped(
        of count: Int, in transaction: Hash256
    ) async throws -> [Int: String] {
        let unreadable = Chain.Refusal.unreadable(method: "eth_getTransactionReceipt")
        guard let receipt = try await access.chain.receipt(of: transaction) else {
            throw unreadable
        }
        var skipped: [Int: String] = [:]
        var redeemed = 0
        for log in receipt.logs where log.address == access.vault.address {
            switch try VaultEvent(log, of: access.vault) {
            case .redeemed: redeemed += 1
            case .skipped(_, _, let index, let reason):
                skipped[Int(clamping: index)] = reason
            case .deposited, .authorised, .revoked, .exitStarted, .exitFinished, .withdrawn: break
            }
        }
        guard redeemed + skipped.count == count, skipped.keys.allSatisfy({ $0 < count }) else {
            throw unreadable
        }
        return skipped
    }
}
