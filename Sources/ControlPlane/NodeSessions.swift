package import Domain
package import Logging
package import Marketplace
import ServiceLifecycle

/// One node's open channel, as the market writes to it.
package struct NodeChannel: Sendable {
    /// Queues a frame for the node.
    ///
    /// - Returns: false when the channel is closed or its queue is full.
    package let send: @Sendable (MarketFrame) -> Bool
    /// Ends the channel.
    package let close: @Sendable () -> Void

    package init(
        send: @escaping @Sendable (MarketFrame) -> Bool, close: @escaping @Sendable () -> Void
    ) {
        self.send = send
        self.close = close
    }
}

/// Pumps `Sessions`: hands it what happens, and does what it says, in its order.
///
/// Each event is one synchronous step: the machine decides, and what it sends is queued before
/// anything is awaited. Its works wait in one line, which `run` has performed, as many as wait in
/// one transaction; they come back as events of their own. Whoever brought an event waits for its
/// works, so nobody fills the line, and its end takes back nothing that others wait for. Nothing
/// is decided here.
package actor NodeSessions: Service {
    private let store: any Store
    private let feed: Feed
    private let clock: MarketClock
    private let faults: Faults
    private let log: Logger
    private var machine: Sessions
    private var channels: [Int: (node: NodeID, channel: NodeChannel)] = [:]
    private var channelCount = 0
    private let wakes: AsyncStream<Int64>
    private let wake: AsyncStream<Int64>.Continuation
    private var line = WorkLine()
    private let news: AsyncStream<Void>
    private let tellNews: AsyncStream<Void>.Continuation

    package init(
        _ machine: Sessions, store: any Store, feed: Feed, clock: MarketClock, faults: Faults,
        log: Logger
    ) {
        self.machine = machine
        self.store = store
        self.feed = feed
        self.clock = clock
        self.faults = faults
        self.log = log
        // The machine asks for one waking at a time.
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (news, tellNews) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Follows commits, wakes the machine when it asks for it, and has its works performed.
    ///
    /// - Throws: the store's failure when the market cannot even note that it lives.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.performWorks() }
            group.addTask { try await self.followCommits() }
            group.addTask { try await self.wakeForever() }
            defer { group.cancelAll() }
            try await group.next()
        }
        // The offers of this run are taken down by the next one's start.
        _ = step(.stopping)
    }

    private func followCommits() async throws {
        for await event in feed.follow().cancelOnGracefulShutdown() {
            switch event {
            case .rebuild: await handle(.rebuilt(try await store.read(Sessions.reads)))
            case .commit(let commit):
                await handle(
                    .committed(rows: commit.rows, effects: commit.effects, done: commit.done))
            case .tick: break
            }
        }
    }

    private func wakeForever() async throws {
        for await milliseconds in wakes.cancelOnGracefulShutdown() {
            try await MarketClock.pause(milliseconds: milliseconds)
            await handle(.woke)
        }
    }

    // MARK: What happens

    /// Opens a session for an authenticated node.
    ///
    /// - Returns: its number, or nil when it was refused and told why.
    package func open(_ node: Node, _ channel: NodeChannel) async -> Int? {
        channelCount += 1
        let number = channelCount
        channels[number] = (node.id, channel)
        await handle(.opened(node, number: number))
        guard channels[number] != nil else { return nil }
        log.info("node connected", metadata: ["node.id": "\(node.id)"])
        return number
    }

    /// The channel of session `number` ended.
    package func closed(_ node: NodeID, _ number: Int) async {
        channels[number] = nil
        log.info("node disconnected", metadata: ["node.id": "\(node)"])
        await handle(.closed(node, number: number))
    }

    /// Returns when everything that follows at once is done; refusals are answered to the node.
    package func take(_ frame: NodeFrame, from node: NodeID, session number: Int) async {
        await handle(.frame(frame, from: node, number: number))
    }

    /// Ends the session of a node; it may connect again.
    package func drop(_ node: NodeID) async {
        await handle(.hangUp(node, code: "silent"))
    }

    /// A second is over.
    package func tick() async { await handle(.tick) }

    // MARK: What is asked

    package func health(of node: NodeID) -> Liveness.Health {
        machine.health(of: node, at: clock.now())
    }

    package func isContested(_ node: NodeID) -> Bool {
        machine.isContested(node, at: clock.now())
    }

    package var connectedCount: Int { machine.connectedCount }
    package var liveLeaseCount: Int { machine.liveLeaseCount }
    package func liveLeases(on node: NodeID) -> Int { machine.liveLeases(on: node).count }
}

// MARK: - The pump

extension NodeSessions {
    /// Most commands of one transaction.
    private static let batch = 1000

    /// One step of the machine, and its works.
    private func handle(_ event: SessionEvent) async {
        let works = step(event)
        guard !works.isEmpty else { return }
        await withCheckedContinuation { done in
            line.add(works, then: done)
            tellNews.yield()
        }
    }

    private func performWorks() async throws {
        defer { line.end() }
        for await _ in news.cancelOnGracefulShutdown() {
            while let next = line.next(atMost: Self.batch) { try await perform(next) }
        }
    }

    /// - Throws: the store's failure under a work that the market cannot be without.
    private func perform(_ asked: [WorkLine.Asked]) async throws {
        defer { for asked in asked { asked.done?.resume() } }
        let commands = asked.flatMap(\.work.commands)
        do {
            var outcomes = try await store.perform(commands)[...]
            note(commands, Array(outcomes))
            for work in asked.map(\.work) {
                let own = Array(outcomes.prefix(work.commands.count))
                outcomes = outcomes.dropFirst(own.count)
                line.add(step(.performed(work, own)), then: nil)
            }
        } catch {
            if !(error is CancellationError) {
                log.error("works of sessions not written", metadata: ["cause": "\(error)"])
            }
            for work in asked.map(\.work) { line.add(step(.failed(work)), then: nil) }
            // What does not even take the sign of life takes nothing: better to end than to guess.
            if commands.contains(.keepAlive) { throw error }
        }
    }

    /// One step of the machine; all but its works is done when this returns.
    private func step(_ event: SessionEvent) -> [SessionWork] {
        var works: [SessionWork] = []
        for action in machine.handle(event, at: clock.now()) {
            switch action {
            case .send(let frame, let number): send(frame, on: number)
            case .close(let number): channels.removeValue(forKey: number)?.channel.close()
            case .wake(let milliseconds): wake.yield(milliseconds)
            case .perform(let work): works.append(work)
            }
        }
        return works
    }

    private func send(_ frame: MarketFrame, on number: Int) {
        let effect: FaultPoint.EffectKind?
        switch frame {
        case .dispatch: effect = .dispatch
        case .stop: effect = .stop
        case .leave: effect = .leave
        case .goodbye(let code):
            let node = channels[number]?.node.text ?? ""
            log.warning(
                "goodbye to a session", metadata: ["node.id": "\(node)", "code": "\(code)"])
            effect = nil
        case .welcome, .renewal, .receiptAccepted, .receiptRefused, .drained, .scrubAnswered, .wish:
            effect = nil
        }
        if let effect { faults.reach(.beforeEffect(effect)) }
        // A full or closed channel ends; what must arrive is sent again on the next one.
        _ = channels[number]?.channel.send(frame)
        if let effect { faults.reach(.afterEffect(effect)) }
    }

    private func note(_ commands: [Command], _ outcomes: [Outcome]) {
        for (command, outcome) in zip(commands, outcomes) {
            if case .endLease(let lease, let reason) = command {
                log.warning(
                    reason == .nodeLost ? "lease lost" : "lease not started in time",
                    metadata: ["lease.id": "\(lease)", "why": "\(reason.text)"])
            }
            guard case .failure(let refusal) = outcome else { continue }
            // A claim that is refused is repeated, as often as it is refused.
            log.log(
                level: command.verb == .meter ? .debug : .warning, "command refused",
                metadata: ["verb": "\(command.verb.rawValue)", "code": "\(refusal.code)"])
        }
    }
}
