import Marketplace

/// What the market's program holds in memory; a crash loses all of it.
struct MarketMemory {
    var sessions: Sessions
    var placing = Placing()
    var ticks = 0

    init(sessions: Sessions) { self.sessions = sessions }
}
