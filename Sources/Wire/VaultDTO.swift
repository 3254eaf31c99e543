package import Domain

/// Binds an address to the account that asks, for whoever holds its key.
package struct LinkRequest: Codable, Hashable, Sendable {
    package let address: ChainAddress
    /// Of `LinkStatement`, as a personal message (EIP-191): `0x` and 130 digits.
    package let signature: String

    package init(address: ChainAddress, signature: String) {
        self.address = address
        self.signature = signature
    }
}

/// What the holder of an address signs to have it pay for an account's jobs: for one account, market, chain and
/// vault.
package struct LinkStatement: Hashable, Sendable {
    package let origin: String
    package let account: AccountID
    package let chainID: UInt64
    package let vault: ChainAddress

    package init(origin: String, account: AccountID, chainID: UInt64, vault: ChainAddress) {
        self.origin = origin
        self.account = account
        self.chainID = chainID
        self.vault = vault
    }

    package var text: String {
        """
        orban link v1
        origin: \(origin)
        account: \(account.text)
        chain: eip155:\(chainID)
        vault: \(vault.text)

        """
    }
}

/// A provider's settlement key, as its node has signed it.
package struct PayeeDTO: Codable, Hashable, Sendable {
    package let address: ChainAddress
    /// Ed25519 by the node's receipt key over the payee statement.
    package let signature: Base64Bytes

    package init(_ payee: SignedPayee) {
        address = payee.address
        signature = Base64Bytes(payee.signature)
    }

    package var signed: SignedPayee { SignedPayee(address: address, signature: signature.bytes) }
}

/// The vault as the market settles through it, and what it knows of the caller's part in it. Amounts are whole
/// micro-units; what came in blocks that are not final is not in them.
package struct VaultDTO: Codable, Hashable, Sendable {
    package let origin: String
    package let chainID: UInt64
    package let vault: ChainAddress
    package let token: ChainAddress
    /// The market's own key: signs for who has authorised it in the vault, and for nobody else.
    package let delegate: ChainAddress
    /// The market's part of each charge from now on, in basis points.
    package let commissionBPS: Int64
    /// Up to which block its news are booked; left out before the first.
    package let block: Int64?
    /// So much may be worked for beyond what a user has signed; then the user's jobs end.
    package let unsignedLimitMicro: Int64
    /// The renter's own deposit, where an address is linked.
    package let deposit: DepositDTO?
    package let pairs: [PairDTO]

    package init(
        origin: String, chainID: UInt64, vault: ChainAddress, token: ChainAddress,
        delegate: ChainAddress, commissionBPS: Int64, block: Int64?, unsignedLimitMicro: Int64,
        deposit: DepositDTO?, pairs: [PairDTO]
    ) {
        self.origin = origin
        self.chainID = chainID
        self.vault = vault
        self.token = token
        self.delegate = delegate
        self.commissionBPS = commissionBPS
        self.block = block
        self.unsignedLimitMicro = unsignedLimitMicro
        self.deposit = deposit
        self.pairs = pairs
    }

    private enum CodingKeys: String, CodingKey {
        case origin, vault, token, delegate, block, deposit, pairs
        case chainID = "chain_id"
        case commissionBPS = "commission_bps"
        case unsignedLimitMicro = "unsigned_limit_micro"
    }
}

/// A renter's deposit.
package struct DepositDTO: Codable, Hashable, Sendable {
    package let address: ChainAddress
    /// What no job holds.
    package let availableMicro: Int64
    package let heldMicro: Int64
    /// Until when an exit that was begun can be finished; left out where there is none.
    package let exitCloses: TimeDTO?
    /// What the market may sign for; left out where it may not.
    package let custody: CustodyDTO?

    package init(
        address: ChainAddress, availableMicro: Int64, heldMicro: Int64, exitCloses: TimeDTO?,
        custody: CustodyDTO?
    ) {
        self.custody = custody
        self.address = address
        self.availableMicro = availableMicro
        self.heldMicro = heldMicro
        self.exitCloses = exitCloses
    }

    private enum CodingKeys: String, CodingKey {
        case address, custody
        case availableMicro = "available_micro"
        case heldMicro = "held_micro"
        case exitCloses = "exit_closes"
    }
}

/// What a user lets the market's own key sign.
package struct CustodyDTO: Codable, Hashable, Sendable {
    package let capMicro: Int64
    package let spentMicro: Int64
    package let expires: TimeDTO

    package init(capMicro: Int64, spentMicro: Int64, expires: TimeDTO) {
        self.capMicro = capMicro
        self.spentMicro = spentMicro
        self.expires = expires
    }

    private enum CodingKeys: String, CodingKey {
        case expires
        case capMicro = "cap_micro"
        case spentMicro = "spent_micro"
    }
}

/// One user and one settlement key: sums that only grow.
package struct PairDTO: Codable, Hashable, Sendable {
    package let user: ChainAddress
    package let payee: ChainAddress
    /// By the receipts that are settled, commission included.
    package let owedMicro: Int64
    package let commissionMicro: Int64
    /// Of that, signed by the user.
    package let signedMicro: Int64
    /// Of that, paid by the vault in blocks that are final.
    package let redeemedMicro: Int64

    package init(
        user: ChainAddress, payee: ChainAddress, owedMicro: Int64, commissionMicro: Int64,
        signedMicro: Int64, redeemedMicro: Int64
    ) {
        self.user = user
        self.payee = payee
        self.owedMicro = owedMicro
        self.commissionMicro = commissionMicro
        self.signedMicro = signedMicro
        self.redeemedMicro = redeemedMicro
    }

    private enum CodingKeys: String, CodingKey {
        case user, payee
        case owedMicro = "owed_micro"
        case commissionMicro = "commission_micro"
        case signedMicro = "signed_micro"
        case redeemedMicro = "redeemed_micro"
    }
}

/// Signed vouchers for one vault (`docs/formats.md`, "Voucher file"): what `orban redeem` reads. Nothing of it is
/// checked here.
package struct VoucherFileDTO: Codable, Hashable, Sendable {
    package let chainID: UInt64
    package let vault: String
    package let vouchers: [VoucherDTO]

    package init(chainID: UInt64, vault: String, vouchers: [VoucherDTO]) {
        self.chainID = chainID
        self.vault = vault
        self.vouchers = vouchers
    }

    private enum CodingKeys: String, CodingKey {
        case chainID = "chain_id"
        case vault, vouchers
    }
}

/// One of them: addresses, decimal numbers, `0x` and digits.
package struct VoucherDTO: Codable, Hashable, Sendable {
    package let user, payee, token, cumulative, commission, usageRoot, signature: String

    package init(
        user: String, payee: String, token: String, cumulative: String, commission: String,
        usageRoot: String, signature: String
    ) {
        self.user = user
        self.payee = payee
        self.token = token
        self.cumulative = cumulative
        self.commission = commission
        self.usageRoot = usageRoot
        self.signature = signature
    }

    private enum CodingKeys: String, CodingKey {
        case user, payee, token, cumulative, commission, signature
        case usageRoot = "usage_root"
    }
}
