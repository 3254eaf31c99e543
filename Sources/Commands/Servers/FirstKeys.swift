import ControlPlane
import Domain
import Wire

/// The keys of a market's first start: made once, kept in the credentials of a context.
struct FirstKeys {
    let settings: Settings
    let context: String

    static func account(of role: Role) -> AccountID {
        switch role {
        case .operator: AccountID(bytes: Array("operator".utf8))
        case .renter: AccountID(bytes: Array("renter".utf8))
        case .provider: AccountID(bytes: Array("provider".utf8))
        }
    }

    /// Makes a key for each of `roles` that has none, or one that this market does not know.
    ///
    /// - Returns: whether any was made.
    func ensure(_ roles: [Role], in market: MarketServices) async throws -> Bool {
        let known = try settings.keys(of: context)
        var made: [Role: String] = [:]
        for role in roles where !(await isGood(known[role], role, in: market)) {
            made[role] = try await market.makeKey(
                for: Self.account(of: role), role: role, label: "first \(role.rawValue) key")
        }
        guard !made.isEmpty else { return false }
        try settings.save(made, of: context)
        return true
    }

    private func isGood(_ key: String?, _ role: Role, in market: MarketServices) async -> Bool {
        guard let key,
            case .account(_, role)? = try? await market.authenticator.principal(bearer: key)
        else { return false }
        return true
    }
}
