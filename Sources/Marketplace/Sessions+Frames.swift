import Domain
import Verification

// One session: opened, greeted, heard, closed.
extension Sessions {
    mutating func open(_ node: Node, _ number: Int, at now: Timestamp) {
        let old = sessions[node.id]?.number
        guard liveness.connect(node.id, at: now) else {
            send(.goodbye(code: "second_session"), on: number)
            close(number)
            noteRefused(node.id, at: now)
            if let old { send(.goodbye(code: MarketFrame.secondSessionTried), on: old) }
            return
        }
        if let old { close(old) }
        refused[node.id] = nil
        sessions[node.id] = Session(number: number, node: node)
    }

    private mutating func noteRefused(_ node: NodeID, at now: Timestamp) {
        var note = refused[node] ?? Refused(since: now, last: now)
        if now.millisecondsSince(note.last) >= Self.contestPause { note.since = now }
        note.last = now
        refused[node] = note
    }

    mutating func closed(_ node: NodeID, _ number: Int) {
        guard sessions[node]?.number == number else { return }
        forget(node)
    }

    mutating func hangUp(_ node: NodeID, code: String) {
        guard let session = sessions[node] else { return }
        send(.goodbye(code: code), on: session.number)
        close(session.number)
        forget(node)
    }

    /// Nothing new is placed on a node without a session; what runs there has its fence.
    private mutating func forget(_ node: NodeID) {
        sessions[node] = nil
        liveness.disconnect(node)
        settleOffer(of: node)
    }

    mutating func take(_ frame: NodeFrame, _ node: NodeID, _ number: Int, at now: Timestamp) {
        guard let session = sessions[node], session.number == number else { return }
        switch frame {
        case .hello(let terms, _, let closesIn), .terms(let terms, let closesIn):
            let key = session.node.receiptKey
            guard terms.payee?.isSigned(by: node, key: key) ?? true else {
                return hangUp(node, code: Refusal.badSignature.code)
            }
            var terms = terms
            terms.openUntil = closesIn.map { now.advanced(milliseconds: $0) }
            sessions[node]?.saidTerms = terms
            settleOffer(of: node)
        case .heartbeat(let beat, let leaving):
            note(leaving, from: node, at: now)
            hear(beat, session, at: now)
        case .receipt(let signed): take(signed, session, at: now)
        case .acknowledged(let effect): perform([.effectDone(effect)], for: .acknowledge)
        case .wished(let number):
            sessions[node]?.knownWish = max(session.knownWish, number)
        case .drain:
            perform([.changeAvailability(node, .drained)], for: .drain(node, number: number))
        case .scrubbed(let signed): takeScrub(signed, session)
        }
    }

    /// The market remembers that a device is clean, or refuses to for good.
    private mutating func takeScrub(_ signed: SignedReceipt, _ session: Session) {
        let node = session.node
        do throws(Refusal) {
            let verified = try VerifiedScrub(signed, from: node.id, key: node.receiptKey)
            perform(
                [.scrubbed(verified)],
                for: .scrub(
                    node.id, number: session.number, verified.receipt.device,
                    scrub: verified.receipt.scrub))
        } catch {
            guard let receipt = try? ScrubReceipt(bytes: signed.bytes) else { return }
            send(
                .scrubAnswered(receipt.device, scrub: receipt.scrub, refusal: error.code),
                on: session.number)
        }
    }

    // MARK: Offers

    /// Asks the store for what the node's offer should be, if that is not what it was asked last.
    mutating func settleOffer(of node: NodeID) {
        guard !offering.contains(node), !lostOffers.contains(node) else { return }
        if let session = sessions[node] {
            guard let terms = session.saidTerms else { return }
            sessions[node]?.saidTerms = nil
            offering.insert(node)
            perform(
                [.advertise(node, terms)], for: .advertise(node, number: session.number))
        } else if advertised.contains(node) {
            offering.insert(node)
            perform([.changeAvailability(node, .disconnected)], for: .disconnect(node))
        }
    }

    mutating func greet(_ node: NodeID, _ number: Int, _ outcome: Outcome, at now: Timestamp) {
        offering.remove(node)
        switch outcome {
        case .success:
            advertised.insert(node)
            if let session = sessions[node], session.number == number, !session.isGreeted {
                welcome(node, number, at: now)
            }
        case .failure(let refusal):
            if sessions[node]?.number == number { hangUp(node, code: refusal.code) }
        }
        settleOffer(of: node)
    }

    /// From here on effects may be sent: all that the node has not acknowledged.
    private mutating func welcome(_ node: NodeID, _ number: Int, at now: Timestamp) {
        sessions[node]?.isGreeted = true
        send(.welcome, on: number)
        view.forgetSendings(to: node)
        deliver(to: node, at: now)
    }

    /// Asks the store to note who is asked to leave, where that is not what is committed. A
    /// heartbeat says it again, so what the store loses comes with the next one.
    private mutating func note(
        _ leaving: [LeaveCall<Int64>], from node: NodeID, at now: Timestamp
    ) {
        let live = view.live(on: node)
        guard !noticing.contains(node),
            !leaving.isEmpty || live.contains(where: { $0.standingNotice != nil })
        else { return }
        let calls = leaving.map { call in call.map { now.advanced(milliseconds: $0) } }
        let named = Dictionary(calls.map { ($0.lease, $0) }) { first, _ in first }
        guard live.contains(where: { $0.notice(after: named[$0.id]) != nil }) else { return }
        noticing.insert(node)
        perform([.notice(node, calls)], for: .notice(node))
    }

    // MARK: Heartbeats

    /// Answers a heartbeat, at once or when the silence before it is booked.
    private mutating func hear(_ beat: Int64, _ session: Session, at now: Timestamp) {
        let node = session.node.id
        // One that comes meanwhile is not answered; the node sends another in a second.
        guard !booking.contains(node), liveness.answers(at: now) else { return }
        let away = liveness.awaySince(node)
        let quiet = max(
            liveness.silence(of: node, at: now), away.map { now.millisecondsSince($0) } ?? 0)
        guard quiet > Liveness.shortestFenceMilliseconds else {
            liveness.hear(node, at: now)
            return renew(node, session.number, beat)
        }
        // What arrived before the silence was noticed is metered before it is booked.
        flushReceipts()
        booking.insert(node)
        perform(
            [
                .silence(node, from: liveness.lastHeard(node), until: now, excusedFrom: away)
            ],
            for: .silence(node, number: session.number, beat: beat, at: now))
    }

    mutating func silenceBooked(
        _ node: NodeID, _ number: Int, _ beat: Int64, heardAt: Timestamp, at now: Timestamp
    ) {
        booking.remove(node)
        // If it may not be answered nothing is renewed, and the silence goes on: the next heartbeat
        // books the rest of it.
        guard sessions[node]?.number == number, liveness.answers(at: now) else { return }
        liveness.hear(node, at: heardAt)
        renew(node, number, beat)
    }

    /// Every live lease of the node may run on for its fence, unless it is to end.
    private mutating func renew(_ node: NodeID, _ number: Int, _ beat: Int64) {
        let renewals = view.live(on: node).filter { unrenewed[$0.id] == nil }
            .map { Renewal(lease: $0.id, attempt: $0.attempt) }
        send(.renewal(number: beat, leases: renewals), on: number)
    }
}

// MARK: - What the store answers

extension Sessions {
    mutating func finish(_ work: SessionWork, _ outcomes: [Outcome], at now: Timestamp) {
        switch work.purpose {
        case .advertise(let node, let number):
            if let outcome = outcomes.first { greet(node, number, outcome, at: now) }
        case .disconnect(let node):
            // A refusal says that there is no offer: it is not taken orders on either.
            offering.remove(node)
            advertised.remove(node)
            settleOffer(of: node)
        case .silence(let node, let number, let beat, let heardAt):
            silenceBooked(node, number, beat, heardAt: heardAt, at: now)
        case .meter(let batch): metered(batch, outcomes)
        case .notice(let node): noticing.remove(node)
        case .drain(let node, let number):
            // Refused before its first hello: then it has no offer, and asks again.
            if case .success? = outcomes.first { answer(.drained, to: node, number) }
        case .scrub(let node, let number, let device, let scrub):
            // Refused before its first hello: then it has no offer, and asks again.
            guard case .success? = outcomes.first else { return }
            answer(.scrubAnswered(device, scrub: scrub, refusal: nil), to: node, number)
        case .acknowledge: break
        case .upkeep(let asked):
            isUpkeepWaiting = false
            liveness.promise(from: asked, at: now)
        }
    }

    /// It may or may not be true; what depends on it is asked for again: by a tick, or by the node,
    /// which repeats whatever is not answered. Nothing is asked for at once: the store is failing.
    mutating func abandon(_ work: SessionWork) {
        switch work.purpose {
        case .advertise(let node, let number):
            advertised.insert(node)
            loseOffer(of: node)
            if sessions[node]?.number == number { hangUp(node, code: "unavailable") }
        case .disconnect(let node): loseOffer(of: node)
        case .silence(let node, _, _, _):
            // The next heartbeat books it, or what of it was not booked.
            booking.remove(node)
        case .meter: loseBatch()
        case .notice(let node): noticing.remove(node)
        case .drain, .acknowledge, .scrub: break
        case .upkeep: loseUpkeep(work)
        }
    }

    private mutating func loseOffer(of node: NodeID) {
        offering.remove(node)
        lostOffers.insert(node)
    }
}
