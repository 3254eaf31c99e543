/// What one user owes to one settlement key, cumulative: both sums only grow.
package struct VoucherSums: Hashable, Sendable, Codable {
    package static let nothing = VoucherSums(cumulative: .zero, commission: .zero)

    /// All that the user has to pay.
    package let cumulative: Money
    /// The market's part of it.
    package let commission: Money

    package init(cumulative: Money, commission: Money) {
        self.cumulative = cumulative
        self.commission = commission
    }

    package func adding(
        charge: Money, commission more: Money
    ) throws(MoneyOverflow) -> VoucherSums {
        VoucherSums(
            cumulative: try cumulative.adding(charge), commission: try commission.adding(more))
    }
}

/// Who pays and who is paid: what a vault keeps one pair of sums for, in its one token.
package struct VoucherParties: Hashable, Sendable, Codable {
    package let user: ChainAddress
    /// The provider's settlement key.
    package let payee: ChainAddress

    package init(user: ChainAddress, payee: ChainAddress) {
        self.user = user
        self.payee = payee
    }

    /// `0x…/0x…`.
    package var text: String { user.text + "/" + payee.text }
}

extension VoucherParties: Comparable {
    package static func < (left: VoucherParties, right: VoucherParties) -> Bool {
        (left.user, left.payee) < (right.user, right.payee)
    }
}

/// A payment that its user has signed, as the market holds it: whoever has it can have it redeemed, with nobody's
/// leave.
package struct HeldVoucher: Hashable, Sendable, Codable {
    package let parties: VoucherParties
    package let sums: VoucherSums
    /// The leaf hash of the pair's last usage record, 32 bytes.
    package let usageRoot: [UInt8]
    /// The user, or a session key that the user has authorised.
    package let signer: ChainAddress
    /// r ‖ s ‖ v, 65 bytes.
    package let signature: [UInt8]

    package init(
        parties: VoucherParties, sums: VoucherSums, usageRoot: [UInt8], signer: ChainAddress,
        signature: [UInt8]
    ) {
        self.parties = parties
        self.sums = sums
        self.usageRoot = usageRoot
        self.signer = signer
        self.signature = signature
    }
}

/// How an order is paid for, where not by the renter's balance with the market.
package enum Settlement: String, Hashable, Sendable, Codable {
    /// By vouchers on the renter's deposit in the vault.
    case vouchers
    /// By what the renter's wallet locks in the escrow for each lease, before it starts.
    case lock
}

/// A provider's settlement key, in the words of its node: signed by the node's receipt key, so that whoever signs a
/// voucher knows for whom, whatever the market says.
package struct SignedPayee: Hashable, Sendable, Codable {
    package static let signatureBytes = 64

    package let address: ChainAddress
    /// Ed25519 by the node's receipt key, over `message(node:address:)`.
    package let signature: [UInt8]

    package init(address: ChainAddress, signature: [UInt8]) {
        self.address = address
        self.signature = signature
    }

    /// `orban payee v1`, a zero byte, the node's text, a zero byte, the address' 20 bytes.
    package static func message(node: NodeID, address: ChainAddress) -> [UInt8] {
        Array("orban payee v1".utf8) + [0] + Array(node.text.utf8) + [0] + address.bytes
    }
}
