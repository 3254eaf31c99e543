import ControlPlane
import Ethereum

/// Why a voucher is not redeemed, in the contract's words (`docs/formats.md`, "Why something was skipped").
enum VoucherFault: String, Hashable, Sendable, CaseIterable {
    case stale
    case unspent
    case overCeiling = "over ceiling"
    case payee
    case signature
    case keyExpired = "key expired"
    case overCap = "over cap"
}

/// Which vouchers of a file are worth sending: the contract's own rules on what it knew in one block, so
/// that no gas is burnt on what it would skip. It decides again itself.
struct RedeemPlan: Hashable, Sendable {
    enum Verdict: Hashable, Sendable {
        /// `share` to the payee, `commission` to the treasury.
        case pays(share: UInt256, commission: UInt256)
        /// Redeemed already, or part of what a later voucher of the same pair pays.
        case settled
        case refused(VoucherFault)
    }

    /// One for each voucher, in order.
    let verdicts: [Verdict]

    /// Of each pair the highest voucher that can be redeemed is sent: sums are cumulative.
    init(_ entries: [VoucherFile.Entry], on standing: VaultStanding) throws {
        var verdicts = [Verdict](repeating: .settled, count: entries.count)
        var later = standing
        let highestFirst = entries.indices.sorted { left, right in
            let (first, second) = (entries[left].voucher, entries[right].voucher)
            return first.cumulative == second.cumulative
                ? left < right : first.cumulative > second.cumulative
        }
        for place in highestFirst {
            verdicts[place] = try Self.verdict(on: entries[place], after: standing, &later)
        }
        self.verdicts = verdicts
    }

    private static func verdict(
        on entry: VoucherFile.Entry, after standing: VaultStanding, _ later: inout VaultStanding
    ) throws -> Verdict {
        let voucher = entry.voucher
        let pair = VaultStanding.Pair(voucher)
        let none = Vault.Redeemed(cumulative: .zero, commission: .zero)
        let first = standing.redeemed[pair] ?? none
        let paid = later.redeemed[pair] ?? none
        guard voucher.cumulative >= first.cumulative else { return .refused(.stale) }
        guard voucher.cumulative > paid.cumulative else { return .settled }
        guard voucher.commission >= paid.commission else { return .refused(.stale) }
        let growth = try voucher.cumulative.subtracting(paid.cumulative)
        let commission = try voucher.commission.subtracting(paid.commission)
        let deposit = VaultStanding.Deposit(voucher)
        let unspent = later.unspent[deposit] ?? .zero
        guard growth <= unspent else { return .refused(.unspent) }
        // A vault holds less than 2^96 for a user: these products fit.
        guard commission <= growth,
            try commission.multiplied(by: 10_000) <= growth.multiplied(by: standing.ceiling)
        else { return .refused(.overCeiling) }
        guard voucher.payee != .zero else { return .refused(.payee) }
        if let fault = try fault(of: entry, growth, &later) { return .refused(fault) }
        later.redeemed[pair] = Vault.Redeemed(
            cumulative: voucher.cumulative, commission: voucher.commission)
        later.unspent[deposit] = try unspent.subtracting(growth)
        return .pays(share: try growth.subtracting(commission), commission: commission)
    }

    /// What is wrong with who signed; counts what a session key spends.
    private static func fault(
        of entry: VoucherFile.Entry, _ growth: UInt256, _ later: inout VaultStanding
    ) throws -> VoucherFault? {
        let user = entry.voucher.user
        guard entry.signature != nil, let signer = entry.signer else { return .signature }
        guard signer != user else { return nil }
        let session = VaultStanding.Session(user: user, key: signer)
        guard let key = later.sessions[session], key.cap > .zero else {
            return later.wallets.contains(user) ? nil : .signature
        }
        guard UInt256(later.second) < key.expiry else { return .keyExpired }
        let spent = try key.spent.adding(growth)
        guard spent <= key.cap else { return .overCap }
        later.sessions[session] = Vault.SessionKey(
            cap: key.cap, spent: spent, expiry: key.expiry)
        return nil
    }
}
