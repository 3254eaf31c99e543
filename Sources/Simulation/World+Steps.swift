import Domain
import Hosting
import Marketplace
import Verification

// What each event does.
extension World {
    func happen(_ event: Event) {
        switch event {
        case .marketStarts, .marketTick, .verdictDue, .wakingDue, .storeAnswers, .storeFails,
            .commitHeard:
            happenInMarket(event)
        case .dial, .opened, .closed, .marketHeardOpen, .marketHeardClose, .toMarket, .toNode:
            happenOnNetwork(event)
        case .powerReturns, .agentStarts, .sample, .watch, .prepared, .containerStarts,
            .containerDies, .workEnds, .fenceEnds, .pauseEnds, .deviceReturns, .saved, .scrubEnds,
            .quarantineLifted, .removed:
            happenOnNode(event)
        case .renterActs(let place): renterActs(place)
        case .fault: strike()
        case .flap(let place, let timesLeft): flap(place, timesLeft: timesLeft)
        case .undrain(let place): undrain(place)
        case .block: block()
        case .depositorActs(let place): depositorActs(place)
        case .vaultTick(let run): vaultTick(run: run)
        case .everySecond: everySecond()
        case .heal: heal()
        }
    }

    private func happenInMarket(_ event: Event) {
        switch event {
        case .marketStarts: startMarket()
        case .marketTick(let run): marketTick(run: run)
        case .verdictDue(let lease, let run): verify(lease, run: run)
        case .wakingDue(let run): tell(.woke, run: run)
        case .storeAnswers(let work, let run): storeAnswers(work, run: run)
        case .storeFails(let work, let run): storeFails(work, run: run)
        case .commitHeard(let news, let run):
            tell(.committed(rows: news.rows, effects: news.effects, done: news.done), run: run)
        default: preconditionFailure("only the market's events come here")
        }
    }

    private func happenOnNetwork(_ event: Event) {
        if let place = event.nodeProgram, isPostponed(event, place) { return }
        switch event {
        case .dial(let place, let run): dial(place, run: run)
        case .opened(let place, let connection): opened(place, connection)
        case .closed(let place, let connection): closed(place, connection)
        case .marketHeardOpen(let place, let connection): marketHeardOpen(place, connection)
        case .marketHeardClose(let place, let connection): forget(place, connection)
        case .toMarket(let place, let connection, let frame): take(frame, from: place, connection)
        case .toNode(let place, let connection, let frame): deliver(frame, to: place, connection)
        default: preconditionFailure("only the network's events come here")
        }
    }

    private func happenOnNode(_ event: Event) {
        if let place = event.nodeProgram, isPostponed(event, place) { return }
        switch event {
        case .powerReturns(let place): powerReturned(place)
        case .agentStarts(let place, let run): startAgent(place, run: run)
        case .sample(let place):
            schedule(.sample(node: place), at: now.after(milliseconds: sampleSpan(place)))
            sample(place)
        case .watch(let place):
            schedule(.watch(node: place), at: now.after(milliseconds: 1000))
            watch(place)
        case .prepared(let place, let run, let lease, let failure):
            guard nodes[place].run == run else { return }
            tell(place, failure.map { .startFailed(lease, code: $0) } ?? .prepared(lease))
        case .containerStarts(let place, let boot, let run, let dispatch):
            startContainer(place, dispatch, boot: boot, run: run)
        case .containerDies(let place, let boot, let lease):
            if nodes[place].boot == boot { end(lease, on: place, .killed) }
        case .workEnds(let place, let boot, let lease, let stretch):
            workEnded(place, boot: boot, lease, stretch: stretch)
        case .fenceEnds(let place, let boot, let lease):
            if nodes[place].boot == boot { fenceEnded(place, lease) }
        case .deviceReturns(let place, let device):
            setDevice(device, on: place, away: nil)
        case .pauseEnds(let place, let boot, let lease):
            if nodes[place].boot == boot { change(lease, on: place) { $0.isPaused = false } }
        case .saved(let place, let run, let lease):
            if nodes[place].run == run { saved(place, lease) }
        case .removed(let place, let run, let lease):
            if nodes[place].run == run { tell(place, .removed(lease)) }
        case .quarantineLifted(let place, let device): tell(place, .quarantineLifted(device))
        case .scrubEnds(let place, let run, let order, let fault):
            scrubEnds(place, run: run, order, fault)
        default: preconditionFailure("only a node's events come here")
        }
    }

    private func sampleSpan(_ place: Int) -> Int64 {
        nodes[place].sampleMilliseconds + random.runtime.within(0...40)
    }

    /// A stopped program hears of everything when it goes on.
    private func isPostponed(_ event: Event, _ place: Int) -> Bool {
        guard nodes[place].pausedUntil > now else { return false }
        schedule(event, at: nodes[place].pausedUntil)
        return true
    }

    // MARK: Audit

    func audit(_ command: Command, _ commit: SimulatedStore.Commit) {
        var isHonest = false
        var ran: Int64 = 0
        if case .meter(let verified, _) = command, let place = places[verified.receipt.node] {
            isHonest = nodes[place].honesty == .honest
            ran = ranByClock(verified.receipt.lease, on: place)
        }
        if case .advertise(_, let terms) = command, !terms.withheld.isEmpty {
            report.reached.count(.deviceWithheld)
        }
        if case .clear(let clearing) = command, commit.decision != nil,
            auditor.ceilings[clearing.task.job] != nil
        {
            report.reached.count(.nearPlaced)
        }
        if case .clear(let clearing) = command, commit.decision != nil {
            noteFloors(of: clearing)
        }
        if case .submit(let submit) = command, case .success(let answer) = commit.outcome,
            let payer = submit.terms.payer, !submit.terms.isLocked, !answer.isReplayed
        {
            report.reached.count(.depositHeld)
            if store.tables.read([.vaultUser(payer)]).vaultUser(payer)?
                .isLeaving(at: now.timestamp) == true
            {
                fail("nobody is worked for who leaves", "\(submit.id) by \(payer.text)")
            }
        }
        if let decision = commit.decision {
            note(yielded: decision)
            note(deadlines: decision, of: command)
            note(formation: decision)
            note(asked: decision)
        }
        trace.note(commit.decision == nil ? UInt64(0) : 1)
        auditor.follow(
            Auditor.Evidence(
                command: command, outcome: commit.outcome, decision: commit.decision,
                at: now.timestamp,
                isHonest: isHonest, ranNanoseconds: ran))
    }
}

extension Event {
    /// The node whose program, not whose machine, must be awake for this.
    fileprivate var nodeProgram: Int? {
        switch self {
        case .dial(let node, _), .opened(let node, _), .closed(let node, _),
            .toNode(let node, _, _), .prepared(let node, _, _, _), .saved(let node, _, _),
            .scrubEnds(let node, _, _, _), .quarantineLifted(let node, _),
            .removed(let node, _, _):
            node
        case .marketStarts, .marketTick, .verdictDue, .wakingDue, .storeAnswers, .storeFails,
            .commitHeard,
            .marketHeardOpen, .marketHeardClose, .toMarket, .powerReturns, .agentStarts, .sample,
            .watch, .containerStarts, .containerDies,
            .workEnds, .fenceEnds, .pauseEnds, .deviceReturns, .renterActs, .fault, .flap, .undrain,
            .everySecond, .block, .depositorActs, .vaultTick,
            .heal:
            nil
        }
    }
}
