package import Domain

/// `POST /v1/keys`: the operator makes a bearer key; an unknown account is opened.
package struct KeyRequest: Codable, Hashable, Sendable {
    package let account: AccountID
    package let role: Role
    package let label: String

    package init(account: AccountID, role: Role, label: String) {
        self.account = account
        self.role = role
        self.label = label
    }
}

/// A new bearer key. It is shown once and never stored.
package struct KeyDTO: Codable, Hashable, Sendable {
    package let key: String
    package let account: AccountID
    package let role: Role

    package init(key: String, account: AccountID, role: Role) {
        self.key = key
        self.account = account
        self.role = role
    }
}
