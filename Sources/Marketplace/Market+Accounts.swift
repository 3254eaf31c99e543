import Accounting
import Domain

extension Market {
    func openAccount(_ account: Account, _ keys: [APIKey], _ rows: Rows) throws -> Decision {
        guard rows.account(account.id) == nil else { throw Refusal.accountExists(account.id) }
        guard keys.allSatisfy({ $0.account == account.id }) else {
            throw Refusal.accountUnknown(account.id)
        }
        var decision = Decision()
        decision.rows = [.account(account)] + keys.map(Row.key)
        return decision
    }

    func addKey(_ key: APIKey, _ rows: Rows) throws -> Decision {
        guard rows.account(key.account) != nil else { throw Refusal.accountUnknown(key.account) }
        var decision = Decision()
        decision.rows = [.key(key)]
        return decision
    }

    /// Books operator-granted credit. Once per idempotency key.
    func credit(
        _ account: AccountID, _ amount: Money, reason: String, _ once: Idempotency, _ rows: Rows,
        _ now: Timestamp
    ) throws -> Decision {
        if let replayed = try replayed(once, rows) { return replayed }
        guard rows.account(account) != nil else { throw Refusal.accountUnknown(account) }
        guard amount > .zero else { throw Refusal.amountOutOfRange }
        var ledger = Ledger(balances([.available(account), .operatorGranted], rows))
        try ledger.post(
            Transfer(
                kind: .credit, from: .operatorGranted, to: .available(account), amount: amount,
                job: nil, lease: nil, reason: reason, at: now))
        var decision = Decision()
        decision.apply(ledger)
        remember(.done, for: once, in: &decision)
        return decision
    }

    /// The stored answer when this key was used before.
    ///
    /// - Throws: `Refusal.duplicateKeyOtherBody` when it was used with another body.
    func replayed(_ once: Idempotency, _ rows: Rows) throws -> Decision? {
        guard let replay = rows.replay(once.key) else { return nil }
        guard replay.bodyHash == once.bodyHash else { throw Refusal.duplicateKeyOtherBody }
        return Decision(answer: .replayed(replay.answer))
    }

    func remember(_ answer: Answer, for once: Idempotency, in decision: inout Decision) {
        decision.answer = answer
        decision.rows.append(
            .replay(Replay(key: once.key, bodyHash: once.bodyHash, answer: answer)))
    }

    func balances(_ accounts: [LedgerAccount], _ rows: Rows) -> [Balance] {
        accounts.map { Balance(account: $0, amount: rows.balance($0)) }
    }
}
