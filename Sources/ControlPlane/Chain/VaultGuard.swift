import Domain
import Marketplace

/// Ends jobs that their deposit will not pay for: its user is on the way out, has spent it elsewhere, or leaves more
/// unsigned than the market's limit for longer than a client takes to sign.
struct VaultGuard: Sendable {
    private static let everything = 1_000_000
    private static let graceSeconds: Int64 = 20
    let store: any Store
    let limit: Money
    /// Since when users are above the limit.
    private var owingSince: [ChainAddress: Timestamp] = [:]

    init(store: any Store, limit: Money) {
        self.store = store
        self.limit = limit
    }

    mutating func stop(at now: Timestamp) async throws {
        let users = try await atRisk(now).union(try await owing(now))
        guard !users.isEmpty else { return }
        let open = Read.openJobs(limit: Self.everything)
        for case .job(let job) in try await store.read([open])[open] {
            guard case .active = job.life, !job.terms.isLocked, let payer = job.terms.payer,
                users.contains(payer)
            else { continue }
            try await store.perform(.stop(job.id))
        }
    }

    private func atRisk(_ now: Timestamp) async throws -> Set<ChainAddress> {
        let read = Read.usersAtRisk(limit: Self.everything)
        let users = try await store.read([read])[read].compactMap { row -> ChainAddress? in
            guard case .vaultUser(let user) = row, user.isBlocked(at: now) else { return nil }
            return user.address
        }
        return Set(users)
    }

    private mutating func owing(_ now: Timestamp) async throws -> Set<ChainAddress> {
        let read = Read.unsignedPairs(limit: Self.everything)
        var unsigned: [ChainAddress: Money] = [:]
        for pair in try await store.read([read]).pairs(read) {
            let user = pair.parties.user
            unsigned[user] = try (unsigned[user] ?? .zero).adding(pair.unsigned)
        }
        let over = unsigned.filter { $0.value > limit }
        owingSince = owingSince.filter { over[$0.key] != nil }
        for user in over.keys where owingSince[user] == nil { owingSince[user] = now }
        return Set(
            owingSince.filter { $0.value.advanced(seconds: Self.graceSeconds) <= now }.keys)
    }
}
