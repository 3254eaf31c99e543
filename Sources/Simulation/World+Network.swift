import Domain
import Hosting
import Marketplace

// Connections and frames. Within one connection frames keep their order, unless the link is poor;
// a cut link drops them or holds them back until it heals, as a retransmitting transport does.
extension World {
    /// Without a frame for so long, either side gives a connection up.
    static let keepAliveMilliseconds: Int64 = 10_000

    // MARK: Connections

    func dialLater(_ place: Int, milliseconds: Int64) {
        let wait = milliseconds + random.network.within(0...900)
        schedule(.dial(node: place, run: nodes[place].run), at: now.after(milliseconds: wait))
    }

    func dial(_ place: Int, run: Int) {
        guard nodes[place].run == run, nodes[place].host != nil, nodes[place].connection == nil
        else { return }
        let link = nodes[place].link
        guard market != nil, link.upCutUntil <= now, link.downCutUntil <= now else {
            return dialLater(place, milliseconds: 1000)
        }
        connections += 1
        placeOfConnection[connections] = place
        nodes[place].connection = connections
        nodes[place].lastFrameAt = now
        let arrival = now.after(milliseconds: link.latencyMilliseconds)
        schedule(.marketHeardOpen(node: place, connection: connections), at: arrival)
        schedule(.opened(node: place, connection: connections), at: arrival)
    }

    func opened(_ place: Int, _ connection: Int) {
        guard nodes[place].connection == connection else { return }
        tell(place, .connected)
    }

    /// The node gives its connection up and dials anew; the market hears of it if it can.
    func disconnect(_ place: Int) {
        guard nodes[place].connection != nil else { return }
        loseConnection(place)
        tell(place, .disconnected)
        dialLater(place, milliseconds: 200)
    }

    /// The node's end of its connection is gone.
    func loseConnection(_ place: Int) {
        guard let connection = nodes[place].connection else { return }
        nodes[place].connection = nil
        let link = nodes[place].link
        guard link.upCutUntil <= now else { return }
        schedule(
            .marketHeardClose(node: place, connection: connection),
            at: max(link.lastUp, now).after(milliseconds: link.latencyMilliseconds))
    }

    /// The market's end is gone: the node hears of it if it can.
    func closeFromMarket(_ connection: Int) {
        guard let place = placeOfConnection[connection] else { return }
        let link = nodes[place].link
        guard link.downCutUntil <= now else { return }
        schedule(
            .closed(node: place, connection: connection),
            at: max(link.lastDown, now).after(milliseconds: link.latencyMilliseconds))
    }

    func closed(_ place: Int, _ connection: Int) {
        guard nodes[place].connection == connection else { return }
        nodes[place].connection = nil
        tell(place, .disconnected)
        dialLater(place, milliseconds: 200)
    }

    // MARK: Frames

    func sendUp(_ place: Int, _ frame: NodeFrame) {
        guard let connection = nodes[place].connection else { return }
        let event = Event.toMarket(node: place, connection: connection, frame)
        var link = nodes[place].link
        transmit(
            event, isOrderFree: frame.isOrderFree, cutUntil: link.upCutUntil, link,
            last: &link.lastUp)
        nodes[place].link.lastUp = link.lastUp
    }

    func sendDown(_ frame: MarketFrame, on connection: Int) {
        guard let place = placeOfConnection[connection] else { return }
        let event = Event.toNode(node: place, connection: connection, frame)
        var link = nodes[place].link
        transmit(
            event, isOrderFree: frame.isOrderFree, cutUntil: link.downCutUntil, link,
            last: &link.lastDown)
        nodes[place].link.lastDown = link.lastDown
    }

    private func transmit(
        _ event: Event, isOrderFree: Bool, cutUntil: Moment, _ link: Link, last: inout Moment
    ) {
        let isPoor = link.isPoorUntil > now
        if cutUntil > now, link.cut == .drops || isPoor {
            return report.faults.count(.frameLost)
        }
        if isPoor, random.network.happens(percent: 15) { return report.faults.count(.frameLost) }
        let departure = max(now, cutUntil)
        if cutUntil > now { report.faults.count(.frameHeldBack) }
        let jitter = random.network.within(0...link.latencyMilliseconds)
        let spike = isPoor ? random.network.within(0...1500) : 0
        let arrival = departure.after(milliseconds: link.latencyMilliseconds + jitter + spike)
        if isPoor, isOrderFree, random.network.happens(percent: 15) {
            report.faults.count(.frameReordered)
            schedule(event, at: arrival.after(milliseconds: random.network.within(0...3000)))
        } else {
            last = max(last.after(nanoseconds: 1), arrival)
            schedule(event, at: last)
        }
        if isPoor, isOrderFree, random.network.happens(percent: 15) {
            report.faults.count(.frameDuplicated)
            schedule(event, at: arrival.after(milliseconds: random.network.within(0...6000)))
        }
    }

    func deliver(_ frame: MarketFrame, to place: Int, _ connection: Int) {
        guard nodes[place].connection == connection, nodes[place].host != nil else { return }
        nodes[place].lastFrameAt = now
        if case .goodbye = frame { nodes[place].connection = nil }
        tell(place, .frame(shortened(frame)))
        if case .goodbye = frame, nodes[place].host != nil { dialLater(place, milliseconds: 500) }
    }
}

extension NodeFrame {
    /// Whether it may overtake and be repeated; a stream never reorders what opens it.
    var isOrderFree: Bool {
        switch self {
        case .hello, .terms, .drain: false
        case .heartbeat, .receipt, .acknowledged, .scrubbed, .wished: true
        }
    }
}

extension MarketFrame {
    /// A dispatch is counted from the renewal before it: a stream never lets it fall behind.
    var isOrderFree: Bool {
        switch self {
        case .renewal, .stop, .leave, .receiptAccepted, .receiptRefused, .scrubAnswered: true
        case .welcome, .dispatch, .drained, .wish, .goodbye: false
        }
    }
}
