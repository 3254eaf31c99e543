import Domain
import Marketplace

/// Ends jobs that their deposit will not pay for: its user is on the way out, or leaves more unsigned than the
/// market's limit.
struct VaultGuard: Sendable {
    private static let everything = 1_000_000
    let store: any Store
    let limit: Money
    let now: Timestamp

    func stop() async throws {
        let users = try await leaving().union(try await owing())
        guard !users.isEmpty else { return }
        let open = Read.openJobs(limit: Self.everything)
        for case .job(let job) in try await store.read([open])[open] {
            guard case .active = job.life, let payer = job.terms.payer, users.contains(payer)
            else { continue }
            try await store.perform(.stop(job.id))
        }
    }

    private func leaving() async throws -> Set<ChainAddress> {
        let read = Read.leavingUsers(limit: Self.everything)
        let users = try await store.read([read])[read].compactMap { row -> ChainAddress? in
            guard case .vaultUser(let user) = row, user.isLeaving(at: now) else { return nil }
            return user.address
        }
        return Set(users)
    }

    private func owing() async throws -> Set<ChainAddress> {
        let read = Read.unsignedPairs(limit: Self.everything)
        var unsigned: [ChainAddress: Money] = [:]
        for pair in try await store.read([read]).pairs(read) {
            let user = pair.parties.user
            unsigned[user] = try (unsigned[user] ?? .zero).adding(pair.unsigned)
        }
        return Set(unsigned.filter { $0.value > limit }.keys)
    }
}
