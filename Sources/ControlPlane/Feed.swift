package import Domain
package import Marketplace
import Synchronization

/// What one commit changed, for the loops that follow commits.
package struct Commit: Sendable {
    package let rows: [Row]
    package let effects: [OutboxEntry]
    /// Effects that waited and are done.
    package let done: [EffectID]
    package let newEntries: Int

    package init(rows: [Row], effects: [OutboxEntry], done: [EffectID], newEntries: Int) {
        self.rows = rows
        self.effects = effects
        self.done = done
        self.newEntries = newEntries
    }
}

/// Hands every commit, in order, to every follower.
///
/// A follower that falls behind by more than `bound` commits is told to rebuild from the store
/// instead: its stream carries `.rebuild`, and nothing grows without bound.
package final class Feed: Sendable {
    package enum Event: Sendable {
        case commit(Commit)
        case rebuild
        /// A second has passed.
        case tick
    }

    private struct Follower {
        let continuation: AsyncStream<Event>.Continuation
        var overflowed = false
    }

    private static let bound = 10_000
    private let followers = Mutex<[Follower]>([])

    package init() {}

    /// The commits from now on, beginning with `.rebuild`.
    package func follow() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(Self.bound))
        continuation.yield(.rebuild)
        followers.withLock { $0.append(Follower(continuation: continuation)) }
        return stream
    }

    package func publish(_ commit: Commit) { publish(.commit(commit)) }

    /// Tells that time passes; who falls behind misses nothing by it.
    package func tick() { publish(.tick) }

    private func publish(_ event: Event) {
        followers.withLock { followers in
            for index in followers.indices {
                if case .dropped = followers[index].continuation.yield(event) {
                    followers[index].overflowed = true
                }
                if followers[index].overflowed,
                    case .enqueued(let remaining) = followers[index].continuation.yield(.rebuild),
                    remaining > 0
                {
                    followers[index].overflowed = false
                }
            }
        }
    }

    /// Ends every follower's stream: the program stops.
    package func close() {
        followers.withLock { followers in
            for follower in followers { follower.continuation.finish() }
            followers = []
        }
    }
}

/// Wakes whoever waits for news of a topic (a job's id), without carrying the news.
package final class Signals: Sendable {
    private struct State {
        var next = 0
        var waiting: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// A wake-up at once, then one for each `ring`; several may fold into one.
    package func listen(to topic: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.waiting[topic, default: [:]][state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.leave(topic, number) }
        continuation.yield()
        return stream
    }

    package func ring(_ topic: String) {
        state.withLock { state in
            for continuation in (state.waiting[topic] ?? [:]).values { continuation.yield() }
        }
    }

    /// Wakes every listener, so that each can send its sign of life.
    package func ringAll() {
        state.withLock { state in
            for listeners in state.waiting.values {
                for continuation in listeners.values { continuation.yield() }
            }
        }
    }

    package func close() {
        let all = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values.flatMap { Array($0.values) }
        }
        for continuation in all { continuation.finish() }
    }

    private func leave(_ topic: String, _ number: Int) {
        state.withLock { state in
            state.waiting[topic]?[number] = nil
            if state.waiting[topic]?.isEmpty == true { state.waiting[topic] = nil }
        }
    }
}
