import Domain
import Logging
package import Marketplace
import ServiceLifecycle
import Transparency

/// Calls `reach` at each named moment; a test kills the process there.
package struct Faults: Sendable {
    package let reach: @Sendable (FaultPoint) -> Void
    package init(reach: @escaping @Sendable (FaultPoint) -> Void) { self.reach = reach }
}

/// Carries out the effects that stay inside the market: verdicts.
struct OutboxWorker: Service {
    private static let everything = 1_000_000
    let store: any Store
    let feed: Feed
    let faults: Faults
    let log: Logger

    func run() async throws {
        for await event in feed.follow().cancelOnGracefulShutdown() {
            switch event {
            case .rebuild:
                let read = Read.outbox(limit: Self.everything)
                let rows = try await store.read([read])
                try await verify(
                    rows[read].compactMap { if case .outbox(let entry) = $0 { entry } else { nil } }
                )
            case .commit(let commit): try await verify(commit.effects)
            case .tick: break
            }
        }
    }

    private func verify(_ entries: [OutboxEntry]) async throws {
        let commands = entries.compactMap { entry -> Command? in
            if case .verify(let lease) = entry.effect { .verify(lease) } else { nil }
        }
        guard !commands.isEmpty else { return }
        faults.reach(.beforeEffect(.verify))
        let outcomes = try await store.perform(commands)
        faults.reach(.afterEffect(.verify))
        for case .failure(let refusal) in outcomes {
            log.error("verdict refused", metadata: ["code": "\(refusal.code)"])
        }
    }
}

/// The one sequencer: numbers waiting log entries, grows the tree, signs and publishes its head.
struct Sequencer: Service {
    private static let batch = 1000
    let store: any Store
    let feed: Feed
    let signer: NoteSigner
    let faults: Faults

    func run() async throws {
        for await event in feed.follow().cancelOnGracefulShutdown() {
            switch event {
            case .rebuild: try await publishAll()
            case .commit(let commit): if commit.newEntries > 0 { try await publishAll() }
            case .tick: break
            }
        }
    }

    private func publishAll() async throws {
        var waiting = true
        while waiting {
            try await store.perform(.sequence(limit: Self.batch))
            let rows = try await store.read([.pending(limit: 1), .tree, .head])
            waiting = !rows[.pending(limit: 1)].isEmpty
            try await publish(rows)
        }
    }

    private func publish(_ rows: Rows) async throws {
        let tree = rows.tree
        if let head = rows.head, head.size >= tree.size { return }
        guard let root = tree.root else {
            throw StoreFailure(doing: "sign the log's head", cause: "its peaks are incomplete")
        }
        let head = try Head(origin: signer.name, size: tree.size, root: root)
        let signed = try SignedHead(signing: head, by: signer)
        faults.reach(.beforeEffect(.publishHead))
        try await store.perform(
            .publishHead(PublishedHead(size: tree.size, root: root, note: signed.bytes)))
        faults.reach(.afterEffect(.publishHead))
    }
}

/// Tells the sessions, the loops and the streams of news that time passes, gives up abandoned uploads, and
/// removes series that are too old.
struct Timekeeper: Service {
    private static let newsTicks = 15
    private static let uploadTicks = 600
    let sessions: NodeSessions
    let feed: Feed
    let signals: Signals
    let uploads: UploadKeeper
    let series: SeriesStore
    let clock: MarketClock

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var tick = 0
            while !Task.isCancelled {
                tick += 1
                await sessions.tick()
                feed.tick()
                if tick.isMultiple(of: Self.newsTicks) { signals.ringAll() }
                if tick.isMultiple(of: Self.uploadTicks) {
                    try await uploads.removeAbandoned(at: clock.now())
                    await series.removeOld(at: clock.now())
                }
                do { try await MarketClock.pause(milliseconds: 1000) } catch { return }
            }
        }
    }
}
