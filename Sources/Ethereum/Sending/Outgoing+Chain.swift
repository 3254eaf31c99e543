/// What follows from what the chain says.
extension Outgoing {
    mutating func observed(_ observation: Observation) -> [Action] {
        // What was final stays so: whoever says less is behind, and nothing follows from it.
        guard observation.finalized >= finalizedNumber else { return [] }
        finalizedNumber = observation.finalized
        head = observation.head
        quote = observation.quote ?? quote
        adoptNonce(observation)
        var actions = repeatedWork()
        for place in entries.indices {
            actions += look(at: place, observation)
        }
        return actions + raiseFirst(observation) + startNext()
    }

    /// The first time, the next nonce is the chain's; later it is what was stored, unless others have used
    /// more, for good.
    private mutating func adoptNonce(_ observation: Observation) {
        guard let known = nextNonce else {
            nextNonce = observation.nonceAtHead
            return
        }
        guard observation.nonceAtFinalized > known else { return }
        nextNonce = observation.nonceAtFinalized
        if case .signing(let draft) = work, draft.replaced == nil { work = .none }
    }

    /// What was asked for and did not come back is asked for again.
    private func repeatedWork() -> [Action] {
        switch work {
        case .none: []
        case .signing(let draft): [.sign(draft)]
        case .storing(let entry): [store(entry)]
        }
    }

    private mutating func look(at place: Int, _ observation: Observation) -> [Action] {
        let entry = entries[place].stored
        guard entry.fate == .open else { return [store(entry)] }
        if let inclusion = entry.attempts.lazy.compactMap({ observation.answers[$0.hash] ?? nil })
            .first
        {
            return included(inclusion, at: place, observation)
        }
        // Nothing follows from a question that was not answered.
        guard entry.attempts.allSatisfy({ observation.answers[$0.hash] != nil }) else { return [] }
        if case .unseen = entries[place].sight {
            return unseen(at: place, observation)
        }
        return vanished(from: place, observation)
    }

    private mutating func included(
        _ inclusion: Inclusion, at place: Int, _ observation: Observation
    ) -> [Action] {
        let effect = entries[place].stored.effect
        guard inclusion.blockNumber > observation.finalized else {
            return settle(place, .final(inclusion))
        }
        var actions: [Action] = []
        switch entries[place].sight {
        case .confirmed(inclusion): return []
        case .confirmed:
            actions.append(.report(effect: effect, .retracted))
        case .unseen, .included: break
        }
        entries[place].sight = .included(inclusion)
        // Its own block counts; a head that is behind it confirms nothing.
        if observation.head >= inclusion.blockNumber,
            observation.head - inclusion.blockNumber + 1 >= rules.confirmations
        {
            entries[place].sight = .confirmed(inclusion)
            actions.append(.report(effect: effect, .confirmed(inclusion)))
        }
        return actions
    }

    /// Its block is not of the chain any more: the same bytes go out again.
    private mutating func vanished(from place: Int, _ observation: Observation) -> [Action] {
        let entry = entries[place]
        let inclusion: Inclusion
        var actions: [Action] = []
        switch entry.sight {
        case .unseen: return []
        case .included(let last): inclusion = last
        case .confirmed(let last):
            inclusion = last
            actions.append(.report(effect: entry.stored.effect, .retracted))
        }
        entries[place].sight = .unseen
        entries[place].sentAt = observation.head
        let lost = entry.stored.attempts.first { $0.hash == inclusion.transaction }
        return actions + [.broadcast(lost ?? entry.stored.newest)]
    }

    private mutating func unseen(at place: Int, _ observation: Observation) -> [Action] {
        let entry = entries[place]
        guard observation.nonceAtFinalized <= entry.stored.nonce else {
            return settle(place, .displaced)
        }
        // Another transaction has the nonce in a block that is not final, or ours is in one that came after
        // the question: the next look will tell.
        guard observation.nonceAtHead <= entry.stored.nonce else { return [] }
        guard let sentAt = entry.sentAt else {
            entries[place].sentAt = observation.head
            return [.broadcast(entry.stored.newest)]
        }
        guard isLate(sentAt, observation), !mayBeRaised(entry, observation) else { return [] }
        entries[place].sentAt = observation.head
        return [.broadcast(entry.stored.newest)]
            + (entry.stored.nonce == observation.nonceAtHead
                ? tellStuck(nonce: entry.stored.nonce) : [])
    }

    private mutating func settle(_ place: Int, _ fate: OutgoingEntry.Fate) -> [Action] {
        entries[place].stored = entries[place].stored.with(fate)
        // A replacement that is not stored yet is not needed any more.
        let nonce = entries[place].stored.nonce
        switch work {
        case .signing(let draft): if draft.transaction.nonce == nonce { work = .none }
        case .storing(let entry): if entry.nonce == nonce { work = .none }
        case .none: break
        }
        return [store(entries[place].stored)]
    }

    // MARK: Replacing

    /// More is offered for the one transaction that all others wait for, when it has waited long enough.
    private mutating func raiseFirst(_ observation: Observation) -> [Action] {
        guard work == .none,
            let place = entries.firstIndex(where: {
                $0.stored.nonce == observation.nonceAtHead && $0.stored.fate == .open
                    && $0.sight == .unseen
            }),
            let sentAt = entries[place].sentAt, isLate(sentAt, observation),
            mayBeRaised(entries[place], observation),
            let fees = raisedFees(entries[place].stored.newest)
        else { return [] }
        var transaction = entries[place].stored.newest.transaction
        let replaced = transaction
        transaction.envelope = .dynamicFee(fees, chain: chain, [])
        let draft = Draft(
            effect: entries[place].stored.effect, transaction: transaction, replaced: replaced)
        work = .signing(draft)
        entries[place].sentAt = observation.head
        return [.sign(draft)]
    }

    private func isLate(_ sentAt: UInt64, _ observation: Observation) -> Bool {
        observation.head >= sentAt && observation.head - sentAt >= rules.patience
    }

    private func mayBeRaised(_ entry: Entry, _ observation: Observation) -> Bool {
        entry.stored.nonce == observation.nonceAtHead && !entry.isStuckTold
            && entry.stored.attempts.count <= rules.mostReplacements
            && raisedFees(entry.stored.newest) != nil
    }

    /// What is offered now, or an eighth more than before where that is more: below it nodes take no
    /// replacement. Nil above the ceiling.
    private func raisedFees(_ last: SignedTransaction) -> Fees? {
        guard case .dynamicFee(let old, _, _) = last.transaction.envelope,
            let least = Self.raised(old.maxFeePerGas),
            let leastTip = Self.raised(old.maxPriorityFeePerGas)
        else { return nil }
        let most = max(least, quote?.maxFeePerGas ?? .zero)
        let tip = min(max(leastTip, quote?.maxPriorityFeePerGas ?? .zero), most)
        guard most <= rules.ceiling, tip >= leastTip else { return nil }
        return Fees(maxFeePerGas: most, maxPriorityFeePerGas: tip)
    }

    /// An eighth more, rounded up, and more in any case. Nil where nobody could count it.
    static func raised(_ fee: Wei) -> Wei? {
        do throws(UInt256.Overflow) {
            let eighth = try fee.amount.adding(7).dividedRoundingDown(by: 8)
            return Wei(try fee.amount.adding(max(eighth, .one)))
        } catch {
            return nil
        }
    }
}
