import ControlPlane
import Ethereum

/// What a vault knows, in one block, of all that a file of vouchers is about.
struct VaultStanding: Hashable, Sendable {
    /// Whose sums a voucher carries on.
    struct Pair: Hashable, Sendable {
        let user, payee, token: Address

        init(_ voucher: Voucher) {
            (user, payee, token) = (voucher.user, voucher.payee, voucher.token)
        }
    }

    struct Deposit: Hashable, Sendable {
        let user, token: Address

        init(_ voucher: Voucher) { (user, token) = (voucher.user, voucher.token) }
    }

    struct Session: Hashable, Sendable {
        let user, key: Address
    }

    var redeemed: [Pair: Vault.Redeemed] = [:]
    var unspent: [Deposit: UInt256] = [:]
    var sessions: [Session: Vault.SessionKey] = [:]
    /// Users that are contracts and decide themselves what they signed (EIP-1271).
    var wallets: Set<Address> = []
    /// In basis points.
    let ceiling: UInt256
    /// Of the block, since 1970.
    let second: UInt64

    init(ceiling: UInt256, second: UInt64) {
        self.ceiling = ceiling
        self.second = second
    }

    /// Each thing is asked once.
    static func read(
        _ entries: [VoucherFile.Entry], of vault: Vault, on chain: Chain
    ) async throws -> VaultStanding {
        let head = try await chain.latest()
        let at = BlockTag.number(head.number)
        var standing = VaultStanding(
            ceiling: try await vault.commissionCeiling(on: chain, at: at), second: head.second)
        for entry in entries {
            let (voucher, token) = (entry.voucher, ERC20(entry.voucher.token))
            if standing.redeemed[Pair(voucher)] == nil {
                standing.redeemed[Pair(voucher)] = try await vault.redeemed(
                    from: voucher.user, to: voucher.payee, in: token, on: chain, at: at)
            }
            if standing.unspent[Deposit(voucher)] == nil {
                standing.unspent[Deposit(voucher)] = try await vault.unspent(
                    of: voucher.user, in: token, on: chain, at: at)
            }
            try await standing.ask(about: entry, of: vault, on: chain, at: at)
        }
        return standing
    }

    /// About who signed it, where that is not the user.
    private mutating func ask(
        about entry: VoucherFile.Entry, of vault: Vault, on chain: Chain, at block: BlockTag
    ) async throws {
        let user = entry.voucher.user
        guard let signer = entry.signer, signer != user else { return }
        let session = Session(user: user, key: signer)
        guard sessions[session] == nil else { return }
        let found = try await vault.session(of: user, key: signer, on: chain, at: block)
        sessions[session] = found
        guard found.cap == .zero, !wallets.contains(user) else { return }
        do {
            _ = try await chain.code(of: user, at: block)
            wallets.insert(user)
        } catch Chain.Refusal.noCode {
            // A key like any other, which did not sign this.
        }
    }
}
