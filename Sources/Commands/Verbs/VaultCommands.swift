import ControlPlane
import Domain
import Ethereum
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

extension Option where Value == String {
    static let expiry = Option("expiry", "24h", .optionExpiry)
}

extension Flag {
    static let finish = Flag("finish", .optionFinish)
    static let delegateToMarket = Flag("delegate-to-market", .optionDelegate)
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
                    .chainTooLittle,
                    [
                        "has": TokenAmount.text("\(has)", symbol),
                        "needed": TokenAmount.text("\(units)", symbol),
                    ])
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
        "vault authorise", .helpVaultAuthorise,
        operands: [Operand("key", .optional, .operandEVMKey)],
        options: ChainSender.options + [
            Option.cap.form, Option<String>.expiry.form, Flag.delegateToMarket.form,
        ]
    ) { session in
        let key = try await sessionKey(session)
        guard let cap = try session.arguments.value(Option.cap) else {
            throw UsageFault.valueMissing("--cap")
        }
        guard let moment = try session.moment(.expiry) else {
            throw UsageFault.valueMissing("--expiry")
        }
        return try await act(session, .vaultAuthorised) { access, _ in
            [
                try access.vault.authorise(
                    key, cap: cap.units, expiry: UInt64(moment.milliseconds / 1_000))
            ]
        }
    }

    /// The one that is named, or the market's own.
    private static func sessionKey(_ session: Session) async throws -> Address {
        guard session.arguments.has(.delegateToMarket) else {
            guard let text = session.arguments.operands.first else {
                throw UsageFault.valueMissing("key")
            }
            return try ValueForm.address.value(text, of: "key")
        }
        guard session.arguments.operands.isEmpty else {
            throw UsageFault.valueRefused(
                option: "--delegate-to-market", session.arguments.operands[0],
                ExpectedValue(.expectNoKeyBeside))
        }
        let deployment = try session.deployment()
        let delegate = try await session.withMarket([.renter]) {
            try await $0.vault(of: deployment).delegate
        }
        session.terminal.note("! " + session.told(.delegated, ["key": delegate.text]))
        return Address(delegate)
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
}
