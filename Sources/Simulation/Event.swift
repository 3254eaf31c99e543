import Domain
import Hosting
import Marketplace

/// Everything that can be scheduled. A node is named by its place in `World.nodes`.
///
/// `run` is the number of the program's run (market or agent) that scheduled the event; what an
/// earlier run waited for never reaches a later one.
enum Event {
    // Market
    case marketStarts
    case marketTick(run: Int)
    case verdictDue(LeaseID, run: Int)
    case wakingDue(run: Int)
    case storeAnswers(SessionWork, run: Int)
    case storeFails(SessionWork, run: Int)
    case commitHeard(CommitNews, run: Int)

    // Network
    case dial(node: Int, run: Int)
    case opened(node: Int, connection: Int)
    case closed(node: Int, connection: Int)
    case marketHeardOpen(node: Int, connection: Int)
    case marketHeardClose(node: Int, connection: Int)
    case toMarket(node: Int, connection: Int, NodeFrame)
    case toNode(node: Int, connection: Int, MarketFrame)

    // Node
    case powerReturns(node: Int)
    case agentStarts(node: Int, run: Int)
    case sample(node: Int)
    case watch(node: Int)
    case prepared(node: Int, run: Int, LeaseID, failure: String?)
    case containerStarts(node: Int, boot: Int, run: Int, Dispatch)
    case containerDies(node: Int, boot: Int, LeaseID)
    case workEnds(node: Int, boot: Int, LeaseID, stretch: Int)
    case fenceEnds(node: Int, boot: Int, LeaseID)
    case pauseEnds(node: Int, boot: Int, LeaseID)
    case deviceReturns(node: Int, DeviceID)
    case saved(node: Int, run: Int, LeaseID)
    case removed(node: Int, run: Int, LeaseID)
    case quarantineLifted(node: Int, DeviceID)
    case scrubEnds(node: Int, run: Int, ScrubOrder, ScrubFault?)

    // Chain
    case block
    case depositorActs(Int)
    case vaultTick(run: Int)

    // World
    case renterActs(Int)
    case fault
    case flap(node: Int, timesLeft: Int)
    case undrain(node: Int)
    case everySecond
    case heal
}
