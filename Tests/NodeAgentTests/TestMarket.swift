import Crypto
import Domain
import Foundation
import NodeAgent
import Synchronization

/// The market's side of an in-process link: welcomes, renews, checks and keeps every receipt.
final class TestMarket: Sendable {
    private struct State {
        var received: [NodeFrame] = []
        var receipts: [Receipt] = []
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextListener = 0
        var link: AsyncThrowingStream<MarketFrame, any Error>.Continuation?
        var renewed: [Renewal] = []
        /// Sent on every new connection until it is acknowledged.
        var effects: [(id: EffectID, frame: MarketFrame)] = []
        var isReachable = true
        var isRenewing = true
    }

    private let state = Mutex(State())
    let key: Curve25519.Signing.PublicKey

    init(key: Curve25519.Signing.PublicKey) { self.key = key }

    struct Unreachable: Error {}
    struct TimedOut: Error, CustomStringConvertible { let description: String }

    func connect() throws -> NodeLink {
        let (frames, link) = AsyncThrowingStream<MarketFrame, any Error>.makeStream()
        try state.withLock { state in
            guard state.isReachable else { throw Unreachable() }
            state.link = link
        }
        return NodeLink(send: { try self.take($0) }, frames: frames)
    }

    private func take(_ frame: NodeFrame) throws {
        let (answers, link, listeners) = try state.withLock { state in
            guard state.isReachable, let link = state.link else { throw Unreachable() }
            state.received.append(frame)
            let answers = Self.answers(to: frame, key, &state)
            return (answers, link, Array(state.listeners.values))
        }
        for answer in answers { link.yield(answer) }
        for listener in listeners { listener.yield() }
    }

    private static func answers(
        to frame: NodeFrame, _ key: Curve25519.Signing.PublicKey, _ state: inout State
    ) -> [MarketFrame] {
        switch frame {
        case .hello: return [.welcome] + state.effects.map(\.frame)
        case .heartbeat(let number, _):
            guard state.isRenewing else { return [] }
            return [.renewal(number: number, leases: state.renewed)]
        case .receipt(let signed):
            guard key.isValidSignature(signed.signature, for: signed.bytes),
                let receipt = try? Receipt(bytes: signed.bytes)
            else { return [] }
            state.receipts.append(receipt)
            return [.receiptAccepted(receipt.lease, sequence: receipt.sequence)]
        case .acknowledged(let effect):
            state.effects.removeAll { $0.id == effect }
            return []
        case .terms, .wished: return []
        case .drain: return [.drained]
        case .scrubbed(let signed):
            guard key.isValidSignature(signed.signature, for: signed.bytes),
                let receipt = try? ScrubReceipt(bytes: signed.bytes)
            else { return [] }
            return [.scrubAnswered(receipt.device, scrub: receipt.scrub, refusal: nil)]
        }
    }

    // MARK: What a test does to the node

    func dispatch(_ dispatch: Dispatch) {
        let id = EffectID("dispatch-\(dispatch.lease)")
        let renewal = Renewal(lease: dispatch.lease, attempt: dispatch.attempt)
        state.withLock { $0.renewed.append(renewal) }
        effect(id, .dispatch(id, dispatch))
    }

    func stop(_ lease: LeaseID, _ reason: EndReason) {
        let id = EffectID("stop-\(lease)")
        effect(id, .stop(id, lease, reason))
    }

    func wish(number: Int64, _ wish: OwnerWish<Int64>) {
        state.withLock { state in _ = state.link?.yield(.wish(number: number, wish)) }
    }

    private func effect(_ id: EffectID, _ frame: MarketFrame) {
        state.withLock { state in
            state.effects.append((id, frame))
            state.link?.yield(frame)
        }
    }

    enum Answering { case renewals, nothing }

    func answer(heartbeats: Answering) {
        state.withLock { $0.isRenewing = heartbeats == .renewals }
    }

    /// Ends the connection and refuses a new one until `comeBack`.
    func goAway() {
        state.withLock { state in
            state.isReachable = false
            state.link?.finish()
            state.link = nil
        }
    }

    func comeBack() { state.withLock { $0.isReachable = true } }

    // MARK: What the node did

    var receipts: [Receipt] { state.withLock { $0.receipts } }
    var frames: [NodeFrame] { state.withLock { $0.received } }

    func receipts(of lease: LeaseID) -> [Receipt] { receipts.filter { $0.lease == lease } }

    /// Waits until `pick` finds something in what the node has said.
    func wait<Found: Sendable>(
        for what: String, within limit: Duration = .seconds(30),
        _ pick: @escaping @Sendable (TestMarket) -> Found?
    ) async throws -> Found {
        let (changes, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = listener
            return state.nextListener
        }
        defer { state.withLock { $0.listeners[number] = nil } }
        listener.yield()
        return try await withThrowingTaskGroup(of: Found.self) { group in
            group.addTask {
                for await _ in changes { if let found = pick(self) { return found } }
                throw CancellationError()
            }
            group.addTask {
                try await ContinuousClock().sleep(for: limit)
                throw TimedOut(description: "\(what): not within \(limit)")
            }
            defer { group.cancelAll() }
            guard let found = try await group.next() else { throw CancellationError() }
            return found
        }
    }

    /// The last receipt of a lease.
    func end(of lease: LeaseID, within limit: Duration = .seconds(60)) async throws -> Receipt {
        try await wait(for: "the end of \(lease)", within: limit) { market in
            market.receipts(of: lease).first { receipt in
                if case .ended = receipt.status { true } else { false }
            }
        }
    }
}
