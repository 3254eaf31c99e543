import Domain
import Synchronization
import Wire

/// The connections that one listener holds, so that it can end them all.
final class ChannelConnections: Sendable {
    private struct State {
        var exchanges: [Int: FrameExchange<MarketFrame>] = [:]
        var count = 0
        var isEnded = false
    }

    private let state = Mutex(State())

    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// - Returns: its number, or nil when no connection is taken any more.
    func add(_ exchange: FrameExchange<MarketFrame>) -> Int? {
        state.withLock { state in
            guard !state.isEnded else { return nil }
            state.count += 1
            state.exchanges[state.count] = exchange
            return state.count
        }
    }

    func remove(_ number: Int) {
        state.withLock { $0.exchanges[number] = nil }
    }

    /// Says goodbye on each and closes it; none is taken from here on.
    func end(code: String) {
        let ending = state.withLock { state in
            state.isEnded = true
            return state.exchanges.sorted { $0.key < $1.key }.map(\.value)
        }
        for exchange in ending {
            exchange.send(.goodbye(code: code))
            exchange.close()
        }
    }
}
