import Domain
import Marketplace

/// Ends jobs that nobody will pay for: their user's deposit is on the way out, or was spent elsewhere, or more of what
/// their user has bought is unsigned than the market's limit for longer than a client takes to sign.
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
        let owing = try await owing(now)
        // What is locked is there, whatever becomes of the deposit.
        let deposits = try await atRisk(now).union(owing)
        guard !deposits.isEmpty else { return }
        let open = Read.openJobs(limit: Self.everything)
        for case .job(let job) in try await store.read([open])[open] {
            guard case .active = job.life, let payer = job.terms.payer,
                (job.terms.isLocked ? owing : deposits).contains(payer)
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
        var unsigned = try await unsignedLocks()
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

    private func unsignedLocks() async throws -> [ChainAddress: Money] {
        let read = Read.openLocks(limit: Self.everything)
        let locks = try await store.read([read]).locks(read)
        let rows = try await store.read(locks.map { .lease($0.lease) })
        var unsigned: [ChainAddress: Money] = [:]
        for lock in locks {
            let logged = rows.lease(lock.lease)?.loggedSeconds ?? 0
            let user = lock.terms.payer
            unsigned[user] = try (unsigned[user] ?? .zero).adding(lock.unsigned(logged: logged))
        }
        return unsigned
    }
}
