import Domain
import Hosting
import Logging
import Synchronization

/// Carries out the slow orders for one lease, one after the other; a removal breaks off what is
/// under way, is tried until it succeeds, and ends the worker.
final class LeaseWorker: Sendable {
    enum Order: Sendable {
        case prepare(Dispatch)
        case start(Dispatch)
        case save(Dispatch)
        case remove
    }

    let lease: LeaseID
    private let orders: AsyncStream<Order>
    private let queue: AsyncStream<Order>.Continuation
    private let abort = Abort()
    private let isRemoving = Mutex(false)

    init(lease: LeaseID) {
        self.lease = lease
        (orders, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(8))
    }

    func give(_ order: Order) { queue.yield(order) }

    func removeNow() {
        let isFirst = isRemoving.withLock { flag in
            defer { flag = true }
            return !flag
        }
        guard isFirst else { return }
        abort()
        queue.yield(.remove)
        queue.finish()
    }

    func run(for agent: NodeAgent) async {
        for await order in orders {
            if case .remove = order { return await remove(for: agent) }
            if isRemoving.withLock({ $0 }) { continue }
            await abort.guarding { await self.carryOut(order, for: agent) }
        }
    }

    private func carryOut(_ order: Order, for agent: NodeAgent) async {
        do {
            guard let event = try await result(of: order, for: agent) else { return }
            agent.parts.logger.debug("lease order done", metadata: ["event": "\(event)"])
            try await agent.take(event)
        } catch {
            agent.parts.logger.error(
                "cannot go on with a lease",
                metadata: ["lease.id": "\(lease)", "error": "\(error)"])
        }
    }

    /// What became of the order; nil when it was broken off.
    private func result(of order: Order, for agent: NodeAgent) async throws -> HostEvent? {
        let runtime = agent.parts.runtime
        do {
            switch order {
            case .prepare(let dispatch):
                try await runtime.prepare(dispatch)
                return .prepared(lease)
            case .start(let dispatch):
                return .started(lease, at: try await runtime.start(dispatch))
            case .save(let dispatch):
                async let told: Void = agent.sendLast(of: lease)
                let result = try await runtime.save(dispatch)
                await told
                return .saved(lease, result)
            case .remove: return nil
            }
        } catch is CancellationError {
            return nil
        } catch {
            return failed(order, error, for: agent)
        }
    }

    private func failed(_ order: Order, _ error: any Error, for agent: NodeAgent) -> HostEvent? {
        let failure = StartFailure(of: error)
        agent.parts.logger.warning(
            "lease failed",
            metadata: [
                "lease.id": "\(lease)", "code": "\(failure.code.rawValue)",
                "error": "\(failure.detail)",
            ])
        switch order {
        case .prepare, .start: return .startFailed(lease, code: failure.text)
        case .save: return .saved(lease, .outputsLost)
        case .remove: return nil
        }
    }

    private func remove(for agent: NodeAgent) async {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do {
                try await agent.parts.runtime.remove(lease)
                agent.log("lease removed", lease)
                return try await agent.take(.removed(lease))
            } catch {
                agent.parts.logger.warning(
                    "cannot remove a lease yet",
                    metadata: ["lease.id": "\(lease)", "error": "\(error)"])
            }
            do { try await agent.parts.clock.sleep(for: backoff.next(using: &generator)) } catch {
                return
            }
        }
    }
}
