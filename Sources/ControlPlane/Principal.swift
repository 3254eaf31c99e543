package import Crypto
package import Domain
import Foundation
package import Marketplace
import Transparency
import Wire

/// Who asks.
package enum Principal: Hashable, Sendable {
    case nobody
    case account(AccountID, Role)
    /// A node, with the bearer token of one live lease.
    case lease(LeaseID)
}

/// Who may use a route. Every route has one; there is no default.
package enum Access: Hashable, Sendable {
    case anyone
    case roles([Role])
    /// The node that holds a lease, or an account with one of the roles.
    case leaseOr([Role])
}

/// Bearer keys of accounts and tokens of leases.
package struct Authenticator: Sendable {
    private let store: any Store
    private let tokenKey: SymmetricKey

    package init(store: any Store, tokenKey: SymmetricKey) {
        self.store = store
        self.tokenKey = tokenKey
    }

    /// A new key: shown once, never stored.
    package static func newKey() -> String {
        "orb_" + Hex.encode(RandomBytes.make(24))
    }

    package static func hash(_ key: String) -> KeyHash {
        KeyHash(hex: Hex.encode(Array(SHA256.hash(data: Array(key.utf8)))))
    }

    /// The bearer of one lease's bytes: `lease_<lease>_<attempt>_<MAC>`.
    package func token(_ lease: LeaseID, _ attempt: Int64) -> String {
        let name = "\(lease.text).\(attempt)"
        let mac = HMAC<SHA256>.authenticationCode(for: Array(name.utf8), using: tokenKey)
        return "lease.\(name).\(Hex.encode(Array(mac)))"
    }

    /// - Throws: `WireError.unauthorized` for a key or token that is not good now.
    package func principal(bearer text: String?) async throws -> Principal {
        guard let text else { return .nobody }
        if text.hasPrefix("lease.") { return try await lease(text) }
        let hash = Self.hash(text)
        let rows = try await store.read([.key(hash)])
        guard let key = rows.key(hash) else { throw WireError.unauthorized }
        return .account(key.account, key.role)
    }

    private func lease(_ text: String) async throws -> Principal {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let id = LeaseID(String(parts[1])), let attempt = Int64(parts[2]),
            let mac = Hex.decode(parts[3]),
            HMAC<SHA256>.isValidAuthenticationCode(
                mac, authenticating: Array("\(parts[1]).\(parts[2])".utf8), using: tokenKey)
        else { throw WireError.unauthorized }
        let rows = try await store.read([.lease(id)])
        guard let lease = rows.lease(id), lease.attempt == attempt, lease.life.isLive else {
            throw WireError.tokenInvalid
        }
        return .lease(id)
    }
}

extension Access {
    /// - Throws: `WireError.unauthorized` or `.forbidden`.
    package func check(_ principal: Principal) throws {
        switch (self, principal) {
        case (.anyone, _): return
        case (_, .nobody): throw WireError.unauthorized
        case (.roles(let roles), .account(_, let role)),
            (.leaseOr(let roles), .account(_, let role)):
            guard roles.contains(role) else {
                throw WireError.forbidden(needs: roles.first ?? .operator)
            }
        case (.leaseOr, .lease): return
        case (.roles(let roles), .lease):
            throw WireError.forbidden(needs: roles.first ?? .operator)
        }
    }
}
