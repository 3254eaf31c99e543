package import Domain
package import Logging
package import Marketplace
package import Matching
import ServiceLifecycle

/// Pumps the placing of orders: commits go in, and what comes out is committed.
package actor MatchLoop: Service {
    private let store: any Store
    private let feed: Feed
    private let clock: @Sendable () -> Timestamp
    private let newLease: @Sendable () -> LeaseID
    private let log: Logger
    private var placing = Placing()

    package init(
        store: any Store, feed: Feed, clock: @escaping @Sendable () -> Timestamp,
        newLease: @escaping @Sendable () -> LeaseID, log: Logger
    ) {
        self.store = store
        self.feed = feed
        self.clock = clock
        self.newLease = newLease
        self.log = log
    }

    package func run() async throws {
        for await event in feed.follow().cancelOnGracefulShutdown() {
            switch event {
            case .rebuild: placing = Placing(rows: try await store.read(Placing.reads))
            case .commit(let commit): placing.take(commit.rows)
            case .tick: guard placing.isDue(at: clock()) else { continue }
            }
            try await place()
        }
    }

    /// News comes only between placings.
    private func place() async throws {
        var fruitless = 0
        while fruitless < Placing.mostFruitless {
            let steps = placing.round(at: clock(), newLease: newLease)
            guard !steps.isEmpty else { return }
            let outcomes = try await store.perform(steps.map(\.command))
            let isFruitless = outcomes.allSatisfy { if case .failure = $0 { true } else { false } }
            fruitless = isFruitless ? fruitless + 1 : 0
            for (step, outcome) in zip(steps, outcomes) {
                guard case .failure(let refusal) = outcome else { continue }
                log.debug("placing refused", metadata: ["code": "\(refusal.code)"])
                placing.refused(step, refusal)
            }
        }
    }
}

// What people ask.
extension MatchLoop {
    package func explain(_ needs: Needs, of job: Job? = nil) -> Explanation {
        placing.explain(needs, of: job, at: clock())
    }

    package func fit(_ needs: Needs, _ formation: Formation?) -> GangFit? {
        placing.fit(needs, formation, at: clock())
    }

    package func rate(of needs: Needs) -> Rate? { placing.rate(of: needs, at: clock()) }

    package func expectedStart(
        of needs: Needs, as task: TaskID?
    ) -> ExpectedStart? { placing.expectedStart(of: needs, as: task, at: clock()) }
}
