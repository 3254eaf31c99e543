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
/// anything is awaited. Its works are performed by the task that brought the event, and come back
/// as events of their own. Nothing is decided here.
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
    }

    /// Follows commits, and wakes the machine when it asks for it.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
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
            case .rebuild: try await handle(.rebuilt(store.read(Sessions.reads)))
            case .commit(let commit):
                try await handle(
                    .committed(rows: commit.rows, effects: commit.effects, done: commit.done))
            }
        }
    }

    private func wakeForever() async throws {
        for await milliseconds in wakes.cancelOnGracefulShutdown() {
            try await MarketClock.pause(milliseconds: milliseconds)
            try await handle(.woke)
        }
    }

    // MARK: What happens

    /// Opens a session for an authenticated node.
    ///
    /// - Returns: its number, or nil when it was refused and told why.
    package func open(_ node: Node, _ channel: NodeChannel) async throws -> Int? {
        channelCount += 1
        let number = channelCount
        channels[number] = (node.id, channel)
        try await handle(.opened(node, number: number))
        guard channels[number] != nil else { return nil }
        log.info("node connected", metadata: ["node.id": "\(node.id)"])
        return number
    }

    /// The channel of session `number` ended.
    package func closed(_ node: NodeID, _ number: Int) async throws {
        channels[number] = nil
        log.info("node disconnected", metadata: ["node.id": "\(node)"])
        try await handle(.closed(node, number: number))
    }

    /// - Throws: a failure of the store; refusals are answered to the node.
    package func take(_ frame: NodeFrame, from node: NodeID, session number: Int) async throws {
        try await handle(.frame(frame, from: node, number: number))
    }

    /// Ends the session of a node; it may connect again.
    package func drop(_ node: NodeID) async throws {
        try await handle(.hangUp(node, code: "silent"))
    }

    /// A second is over.
    package func tick() async throws { try await handle(.tick) }

    // MARK: What is asked

    package func health(of node: NodeID) -> Liveness.Health {
        machine.health(of: node, at: clock.now())
    }

    package var connectedCount: Int { machine.connectedCount }
    package var liveLeaseCount: Int { machine.liveLeaseCount }
    package func liveLeases(on node: NodeID) -> Int { machine.liveLeases(on: node).count }
}

// MARK: - The pump

extension NodeSessions {
    /// Performs everything that follows from an event, also after one part of it has failed: the
    /// machine counts on hearing of each work again.
    private func handle(_ event: SessionEvent) async throws {
        var works = step(event)
        var failure: (any Error)?
        while !works.isEmpty {
            let work = works.removeFirst()
            do {
                let outcomes = try await store.perform(work.commands)
                note(work.commands, outcomes)
                works += step(.performed(work, outcomes))
            } catch {
                works += step(.failed(work))
                if work.isRepeated {
                    log.error("receipts not written", metadata: ["cause": "\(error)"])
                } else {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
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
        case .goodbye(let code):
            let node = channels[number]?.node.text ?? ""
            log.warning(
                "goodbye to a session", metadata: ["node.id": "\(node)", "code": "\(code)"])
            effect = nil
        case .welcome, .renewal, .receiptAccepted, .receiptRefused, .drained: effect = nil
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
