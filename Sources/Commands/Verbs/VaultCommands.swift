import Domain
import Ethereum
import NodeAgent
import Wire

extension ValueForm where Value == Address {
    static let address = ValueForm(.expectEVMAddress) { try? Address($0) }
}

extension Option where Value == Address {
    static let receiver = Option("to", "0x…", .optionReceiver, .address)
}

extension Option where Value == Money {
    static let cap = Option("cap", "5", .optionCap, .amount)
}

extension Option where Value == MomentText {
    static let expiry = Option(
        "expiry", "24h", .optionExpiry, ValueForm(.expectMoment) { MomentText($0) })
}

extension Flag {
    static let finish = Flag("finish", .optionFinish)
}

/// What was done, and the transaction that did it.
private struct ChainDeed: Codable {
    let transaction: String
    let account: String
}

extension LeafCommand {
    /// `orban vault deposit`: approves exactly what is missing, then deposits.
    static let vaultDeposit = LeafCommand(
        "vault deposit", .helpVaultDeposit, operands: [Operand("amount", .operandAmount)],
        options: ChainSender.options
    ) { session in
        let amount = try ValueForm.amount.value(session.arguments.operands[0], of: "amount")
        return try await act(session, .vaultDeposited) { access, account in
            let units = amount.units
            let has = try await access.dollar.balance(
                of: account, on: access.chain, at: .latest)
            guard has >= units else {
                let symbol = try await access.dollar.symbol(on: access.chain, at: .latest)
                throw WireError.chainWrong(
                    .chainTooLittle, ["has": TokenAmount.text("\(has)", symbol)])
            }
            let allowed = try await access.dollar.allowance(
                of: account, for: access.vault.address, on: access.chain, at: .latest)
            let approval = try access.dollar.approve(access.vault.address, units)
            return (allowed < units ? [approval] : []) + [
                try access.vault.deposit(access.dollar, units)
            ]
        }
    }

    /// `orban vault authorise`: a session key, up to a cap and a moment.
    static let vaultAuthorise = LeafCommand(
        "vault authorise", .helpVaultAuthorise, operands: [Operand("key", .operandEVMKey)],
        options: ChainSender.options + [Option.cap.form, Option.expiry.form]
    ) { session in
        let key = try ValueForm.address.value(session.arguments.operands[0], of: "key")
        guard let cap = try session.arguments.value(Option.cap) else {
            throw UsageFault.valueMissing("--cap")
        }
        guard let expiry = try session.arguments.value(Option.expiry),
            let moment = expiry.moment(after: session.now, in: .ofMachine)
        else { throw UsageFault.valueMissing("--expiry") }
        return try await act(session, .vaultAuthorised) { access, _ in
            [
                try access.vault.authorise(
                    key, cap: cap.units, expiry: UInt64(moment.milliseconds / 1_000))
            ]
        }
    }

    /// `orban vault revoke`: takes a session key's right away.
    static let vaultRevoke = LeafCommand(
        "vault revoke", .helpVaultRevoke, operands: [Operand("key", .operandEVMKey)],
        options: ChainSender.options
    ) { session in
        let key = try ValueForm.address.value(session.arguments.operands[0], of: "key")
        return try await act(session, .vaultRevoked) { access, _ in [try access.vault.revoke(key)] }
    }

    /// `orban vault exit`: starts to take the deposit out, or finishes that; no market is asked.
    static let vaultExit = LeafCommand(
        "vault exit", .helpVaultExit, options: ChainSender.options + [Flag.finish.form]
    ) { session in
        let isFinish = session.arguments.has(Flag.finish)
        return try await act(session, isFinish ? .vaultExitFinished : .vaultExitStarted) {
            access, _ in
            let (vault, dollar) = (access.vault, access.dollar)
            return [isFinish ? try vault.finishExit(dollar) : try vault.startExit(dollar)]
        }
    }

    /// `orban vault withdraw`: sends what the vault owes to the wallet's account.
    static let vaultWithdraw = LeafCommand(
        "vault withdraw", .helpVaultWithdraw, options: ChainSender.options + [Option.receiver.form]
    ) { session in
        let receiver = try session.arguments.value(Option.receiver)
        return try await act(session, .vaultWithdrawn) { access, account in
            [
                try access.vault.withdraw(access.dollar, to: receiver ?? account)
            ]
        }
    }

    /// `orban chain mint`: test dollars, which a development chain gives to anybody.
    static let chainMint = LeafCommand(
        "chain mint", .helpChainMint, operands: [Operand("amount", .operandAmount)],
        options: ChainSender.options
    ) { session in
        let amount = try ValueForm.amount.value(session.arguments.operands[0], of: "amount")
        return try await act(session, .chainMinted) { access, account in
            [
                try TestDollar(access.dollar.address).mint(amount.units, for: account)
            ]
        }
    }

    private static func act(
        _ session: Session, _ done: Message,
        _ calls: (ChainAccess, _ account: Address) async throws -> [Transaction.Call]
    ) async throws -> Int32 {
        let deed = try await ChainAccess.with(session) { access in
            try await access.check()
            let sender = try await ChainSender(access.chain, session)
            let transaction = try await sender.send(try await calls(access, sender.key.address))
            return ChainDeed(
                transaction: "\(transaction)", account: "\(sender.key.address)")
        }
        try session.show(deed) { ["✓ " + session.told(done), "  \(deed.transaction)"] }
        return ExitCode.done.rawValue
    }

    /// `orban chain status`: whether the endpoints agree, and the contracts are there.
    static let chainStatus = LeafCommand(
        "chain status", .helpChainStatus, options: ChainAccess.options
    ) { session in
        let status = try await ChainAccess.with(session) { access in
            try await access.check()
            return try await ChainStanding(access)
        }
        try session.show(status) { status.lines(session) }
        return ExitCode.done.rawValue
    }
}

private struct ChainStanding: Encodable {
    let chain: UInt64
    let head: UInt64
    let finalized: UInt64
    let token: String
    let contracts: Deployment

    private enum CodingKeys: String, CodingKey {
        case chain = "chain_id"
        case head, finalized, token, contracts
    }

    init(_ access: ChainAccess) async throws {
        chain = access.chain.id.number
        head = try await access.chain.latest().number
        finalized = try await access.chain.finalized().number
        token = try await access.dollar.symbol(on: access.chain, at: .latest)
        contracts = access.deployment
    }

    func lines(_ session: Session) -> [String] {
        Table.aligned([
            [session.told(.chainNumber), "\(chain)"],
            [session.told(.chainHead), "\(head) (\(session.told(.chainFinal)) \(finalized))"],
            ["Vault", "\(contracts.vault)"], ["LeaseEscrow", "\(contracts.escrow)"],
            ["UsageAnchor", "\(contracts.anchor)"], [token, "\(contracts.dollar)"],
        ])
    }
}
