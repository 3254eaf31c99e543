import Domain
import Marketplace

/// What one commit changed, on its way to the sessions.
struct CommitNews {
    let rows: [Row]
    let effects: [OutboxEntry]
    let done: [EffectID]
}

// The market's side of the node channel: pumps the product's own `Sessions`.
extension World {
    /// A lease that runs by its node's heartbeats but sends no receipt is given up after this;
    /// shorter than in the product, as every span here is.
    static let quietSeconds: Int64 = 240

    /// Hands an event to the sessions and does what they ask.
    func tell(_ event: SessionEvent) throws(MarketCrash) {
        let actions = market?.sessions.handle(event, at: now.timestamp) ?? []
        for action in actions {
            switch action {
            case .send(let frame, let number): try send(frame, on: number)
            case .close(let number): closeFromMarket(number)
            case .wake(let milliseconds):
                schedule(.wakingDue(run: marketRun), at: now.after(milliseconds: milliseconds))
            case .perform(let work): try begin(work)
            }
        }
    }

    /// Tells them later, if they live then.
    func tell(_ event: SessionEvent, run: Int) {
        guard marketRun == run else { return }
        inMarket { () throws(MarketCrash) in try tell(event) }
    }

    // MARK: Frames in

    func take(_ frame: NodeFrame, from place: Int, _ connection: Int) {
        inMarket { () throws(MarketCrash) in
            let id = nodes[place].id
            switch frame {
            case .heartbeat(let number, _):
                if !pendingSilences.contains(id) {
                    auditor.heard(id, heartbeat: number, on: connection, at: now.timestamp)
                }
            case .receipt(let signed):
                if try takeWrongly(signed, from: place) { return }
            case .hello:
                if market?.sessions.number(of: id) == connection {
                    auditor.saidHello(id, on: connection, at: now.timestamp)
                }
            case .terms, .acknowledged, .drain, .scrubbed, .wished: break
            }
            try tell(.frame(frame, from: id, number: connection))
        }
    }

    func marketHeardOpen(_ place: Int, _ connection: Int) {
        guard market != nil else { return closeFromMarket(connection) }
        inMarket { () throws(MarketCrash) in
            let node = nodes[place]
            let id = node.id
            if options.planted == .secondSessionAccepted,
                let old = market?.sessions.number(of: id)
            {
                try tell(.closed(id, number: old))
            }
            try tell(
                .opened(
                    Node(
                        id: id, provider: node.provider, name: "node",
                        receiptKey: node.publicKey),
                    number: connection))
            if market?.sessions.number(of: id) == connection {
                auditor.accepted(id, on: connection, at: now.timestamp)
            }
        }
    }

    // MARK: Frames out

    private func send(_ frame: MarketFrame, on connection: Int) throws(MarketCrash) {
        guard let place = placeOfConnection[connection] else { return }
        switch frame {
        case .dispatch(let effect, _), .stop(let effect, _, _), .leave(let effect, _, _):
            if options.planted == .effectSentOnce, !sentEffects.insert(effect).inserted { return }
            try faultPoint()
            sendDown(frame, on: connection)
            return try faultPoint()
        case .renewal(let number, let leases):
            let renewed = renewals(leases, on: place)
            auditor.answered(
                nodes[place].id, heartbeat: number, on: connection, renewing: renewed)
            return sendDown(.renewal(number: number, leases: renewed), on: connection)
        case .goodbye(let code):
            auditor.sessionEnded(nodes[place].id, connection)
            if code == "second_session" { report.reached.count(.secondSessionRefused) }
        case .receiptRefused(_, _, Refusal.wrongNode.code): report.reached.count(.wrongNodeRefused)
        case .receiptRefused(_, _, Refusal.badSignature.code):
            report.reached.count(.badSignatureRefused)
        case .drained: report.reached.count(.nodeDrained)
        case .welcome: auditor.welcomed(nodes[place].id, connection)
        case .scrubAnswered(_, _, nil): report.reached.count(.scrubTaken)
        case .receiptAccepted, .receiptRefused, .scrubAnswered, .wish: break
        }
        sendDown(frame, on: connection)
    }

    func forget(_ place: Int, _ connection: Int) {
        auditor.sessionEnded(nodes[place].id, connection)
        inMarket { () throws(MarketCrash) in
            try tell(.closed(nodes[place].id, number: connection))
        }
    }
}
