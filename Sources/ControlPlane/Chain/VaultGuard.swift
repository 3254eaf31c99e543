import Domain
import Marketplace

/// Ends jobs that their deposit will not pay for: its user is on the way out, or leaves more unsigned than the
/// market's limit.
struct VaultGuard: Sendable {
    private static let mostJobs = 1_000_000
    private let store: any Store
    private let now: Timestamp
    private let limit: Money

    init(_ store: any Store, limit: Money, at now: Timestamp) {
        self.store = store
        self.limit = limit
        self.now = now
    }

    func stop() async throws {
        let open = Read.openJobs(limit: Self.mostJobs)
        var paid: [ChainAddress: [JobID]] = [:]
        for case .job(let job) in try await store.read([open])[open] {
            if case .active = job.life, let payer = job.terms.payer {
                paid[payer, default: []].append(job.id)
            }
        }
        for (payer, jobs) in paid.sorted(by: { $0.key < $1.key }) {
            let rows = try await store.read([.vaultUser(payer), .pairsOf(payer)])
            let isLeaving = rows.vaultUser(payer)?.isLeaving(at: now) ?? false
            guard try isLeaving || rows.unsigned(of: payer) > limit else { continue }
            for job in jobs { try await store.perform(.stop(job)) }
        }
    }
}
