import Ethereum
import Wire

/// What a vault holds and for whom, added up from its own events and compared with what it says of each, in one
/// block that is final: nobody is asked but the chain.
struct VaultAudit: Hashable, Sendable {
    /// Micro-units of one token.
    private(set) var unspent: [Address: UInt256] = [:]
    private(set) var owed: [Address: UInt256] = [:]
    private var redeemed: [VaultStanding.Pair: Vault.Redeemed] = [:]
    private let token: Address
    private let treasury: Address

    init(of token: Address, treasury: Address) {
        self.token = token
        self.treasury = treasury
    }

    /// - Throws: `UInt256.Refusal` for events that take away what is not there: no such vault is ours.
    mutating func take(_ event: VaultEvent) throws {
        switch event {
        case .deposited(let user, token, let amount):
            unspent[user] = try (unspent[user] ?? .zero).adding(amount)
        case .redeemed(let voucher) where voucher.token == token: try take(voucher)
        case .exitFinished(let user, token, let amount):
            unspent[user] = try (unspent[user] ?? .zero).subtracting(amount)
            owed[user] = try (owed[user] ?? .zero).adding(amount)
        case .withdrawn(let account, token, _, let amount):
            owed[account] = try (owed[account] ?? .zero).subtracting(amount)
        case .deposited, .redeemed, .exitFinished, .withdrawn, .authorised, .revoked, .skipped,
            .exitStarted:
            break
        }
    }

    private mutating func take(_ voucher: Voucher) throws {
        let pair = VaultStanding.Pair(voucher)
        let before = redeemed[pair] ?? Vault.Redeemed(cumulative: .zero, commission: .zero)
        let growth = try voucher.cumulative.subtracting(before.cumulative)
        let commission = try voucher.commission.subtracting(before.commission)
        redeemed[pair] = Vault.Redeemed(
            cumulative: voucher.cumulative, commission: voucher.commission)
        unspent[voucher.user] = try (unspent[voucher.user] ?? .zero).subtracting(growth)
        owed[voucher.payee] = try (owed[voucher.payee] ?? .zero)
            .adding(growth.subtracting(commission))
        owed[treasury] = try (owed[treasury] ?? .zero).adding(commission)
    }

    func total(_ part: [Address: UInt256]) throws -> UInt256 {
        try part.values.reduce(UInt256.zero) { try $0.adding($1) }
    }
}

/// What an audit found; whole micro-units.
struct VaultFindings: Encodable, Sendable {
    let block: UInt64
    let vault: String
    let token: String
    let balanceMicro: String
    let unspentMicro: String
    let owedMicro: String
    /// Tokens that somebody sent there without depositing them: nobody's.
    let surplusMicro: String
    let users: Int
    let accounts: Int

    private enum CodingKeys: String, CodingKey {
        case block, vault, token, users, accounts
        case balanceMicro = "balance_micro"
        case unspentMicro = "unspent_micro"
        case owedMicro = "owed_micro"
        case surplusMicro = "surplus_micro"
    }
}

extension ChainAccess {
    /// - Throws: `WireError.chainWrong` where the vault has less than it owes, or says otherwise of somebody than its
    ///   events do.
    func auditVault() async throws -> VaultFindings {
        let last = try await chain.finalized().number
        let at = BlockTag.number(last)
        // What no other contract answers: not of an address that was mistaken for the vault's.
        _ = try await vault.exitDelay(on: chain, at: at)
        var audit = VaultAudit(
            of: dollar.address, treasury: try await vault.treasury(on: chain, at: at))
        let first = min(deployment.fromBlock, last)
        try await chain.logs(vault.filter, over: first...last) { logs in
            for log in logs {
                do {
                    try audit.take(try VaultEvent(log, of: vault))
                } catch {
                    throw WireError.chainWrong(.vaultUnsound, ["what": "\(log.transaction)"])
                }
            }
        }
        try await compare(audit, at: at)
        let balance = try await dollar.balance(of: vault.address, on: chain, at: at)
        let (unspent, owed) = (try audit.total(audit.unspent), try audit.total(audit.owed))
        let due = try unspent.adding(owed)
        guard balance >= due else {
            throw WireError.chainWrong(.vaultUnsound, ["what": "\(balance) < \(due)"])
        }
        return VaultFindings(
            block: last, vault: "\(vault.address)", token: "\(dollar.address)",
            balanceMicro: "\(balance)", unspentMicro: "\(unspent)", owedMicro: "\(owed)",
            surplusMicro: "\(try balance.subtracting(due))", users: audit.unspent.count,
            accounts: audit.owed.count)
    }

    private func compare(_ audit: VaultAudit, at block: BlockTag) async throws {
        for (user, amount) in audit.unspent.sorted(by: { $0.key < $1.key }) {
            guard try await vault.unspent(of: user, in: dollar, on: chain, at: block) == amount
            else { throw WireError.chainWrong(.vaultUnsound, ["what": "\(user)"]) }
        }
        for (account, amount) in audit.owed.sorted(by: { $0.key < $1.key }) {
            guard try await vault.owed(to: account, in: dollar, on: chain, at: block) == amount
            else { throw WireError.chainWrong(.vaultUnsound, ["what": "\(account)"]) }
        }
    }
}
