package import Domain
package import Ethereum
import Marketplace

/// A market's dealings with a chain.
package struct ChainConfiguration: Sendable {
    /// JSON-RPC endpoints; what is for money is believed when more than half of them say the same.
    package var endpoints: [String]
    package var chain: ChainID
    package var anchor: UsageAnchor
    package var vault: Vault
    package var escrow: LeaseEscrow
    /// The token that is settled in: six decimals.
    package var dollar: ERC20
    /// The contracts say nothing in earlier blocks.
    package var fromBlock: UInt64 = 0
    /// Sends the market's transactions and publishes its heads. Nobody else may use its account.
    package var key: PrivateKey
    /// Above this for a unit of gas nothing is sent.
    package var mostPerGas: Wei
    /// For the gas of one transaction, at worst.
    package var mostPerTransaction: Wei
    /// For gas in any 24 hours.
    package var mostPerDay: Wei
    /// A head is anchored every so many periods of a minute.
    package var anchorPeriods: Int
    /// Where the log is served for everybody, told with the first head; empty: nowhere.
    package var publicURL: String
    /// Seconds between two looks for vouchers that wait to be redeemed.
    package var redeemSeconds: Int
    /// Seconds for which a place is kept for a lease whose price is not locked yet; as a lock counts once it is
    /// final, more than the chain takes for that.
    package var lockSeconds: Int64
    /// So much of one deposit may be worked for and signed by nobody.
    package var unsignedLimit: Money

    package init(
        endpoints: [String], chain: ChainID, anchor: UsageAnchor, vault: Vault,
        escrow: LeaseEscrow, dollar: ERC20, key: PrivateKey,
        mostPerGas: Wei = Wei(UInt256(200_000_000_000)),
        mostPerTransaction: Wei = Self.coin, mostPerDay: Wei = Self.coin,
        anchorPeriods: Int = 10,
        publicURL: String = "", redeemSeconds: Int = 3_600,
        lockSeconds: Int64 = Market.standardLockWindow,
        unsignedLimit: Money = Market.standardUnsignedLimit
    ) {
        self.lockSeconds = lockSeconds
        self.redeemSeconds = redeemSeconds
        self.unsignedLimit = unsignedLimit
        self.endpoints = endpoints
        self.chain = chain
        self.anchor = anchor
        self.vault = vault
        self.escrow = escrow
        self.dollar = dollar
        self.key = key
        self.mostPerGas = mostPerGas
        self.mostPerTransaction = mostPerTransaction
        self.mostPerDay = mostPerDay
        self.anchorPeriods = anchorPeriods
        self.publicURL = publicURL
    }

    /// Seconds within which a voucher is redeemed: two looks, and ten minutes for the chain.
    var redeemWithin: Int64 { 2 * Int64(redeemSeconds) + 600 }

    /// 10¹⁸ of the smallest unit.
    package static let coin = Wei(UInt256(1_000_000_000_000_000_000))

    /// What the market's key may sign: calls of its contracts, for gas alone.
    var limits: SpendingLimits {
        let ceiling = SpendingLimits.Ceiling(
            perTransaction: mostPerTransaction.amount, perDay: mostPerDay.amount)
        return SpendingLimits(
            chain: chain, allowed: [anchor.address, vault.address, escrow.address],
            ceilings: [.coin: ceiling], creation: .refused)
    }
}
