/// What a key lets its bearer do.
package enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    case renter, provider, `operator`
}

/// Somebody with money in the market.
package struct Account: Hashable, Sendable, Codable {
    package let id: AccountID
    package let name: String
    package let createdAt: Timestamp

    package init(id: AccountID, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}

/// SHA-256 of a bearer key; the key itself is never stored.
package struct KeyHash: Hashable, Sendable, Codable {
    package let hex: String

    package init(hex: String) { self.hex = hex }
}

/// A bearer key: one account, one role.
package struct APIKey: Hashable, Sendable, Codable {
    package let hash: KeyHash
    package let account: AccountID
    package let role: Role
    package let label: String

    package init(hash: KeyHash, account: AccountID, role: Role, label: String) {
        self.hash = hash
        self.account = account
        self.role = role
        self.label = label
    }
}

/// A provider's machine as the market knows it.
package struct Node: Hashable, Sendable, Codable {
    package let id: NodeID
    package let provider: AccountID
    package let name: String
    /// Raw 32-byte Ed25519 key that signs receipts.
    package let receiptKey: [UInt8]

    package init(id: NodeID, provider: AccountID, name: String, receiptKey: [UInt8]) {
        self.id = id
        self.provider = provider
        self.name = name
        self.receiptKey = receiptKey
    }
}
