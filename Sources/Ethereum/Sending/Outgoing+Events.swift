extension Outgoing {
    package enum Event: Sendable {
        /// May be repeated: the same effect is done once.
        case submit(Intent)
        case signed(SignedTransaction)
        /// The signer will not sign what was asked of it.
        case signingRefused(effect: Hash256)
        case stored(OutgoingEntry)
        case observed(Observation)
    }

    package enum Action: Hashable, Sendable {
        case sign(Draft)
        /// The entry, in place of one with the same nonce, and the next nonce, in one transaction. When it is
        /// true, `stored` comes back; when it is not known, nothing, and it is asked for again.
        case store(OutgoingEntry, nextNonce: UInt64)
        case broadcast(SignedTransaction)
        case report(effect: Hash256, Report)
    }

    package enum Report: Hashable, Sendable {
        /// Deep enough, not final: it may be retracted.
        case confirmed(Inclusion)
        case retracted
        case final(Inclusion)
        /// Never done, and never will be under this name.
        case displaced
        /// Waits, and no more may be offered for it.
        case stuck
        case refused(SubmitRefusal)
    }

    package enum SubmitRefusal: Hashable, Sendable {
        /// Another wish has this name.
        case differs
        case full
        case notSigned
    }

    /// What the chain says, read in this order: what is final, the nonces, the receipts.
    package struct Observation: Sendable {
        package let head: UInt64
        package let finalized: UInt64
        /// Of the account, in the block `finalized` and in the block `head`.
        package let nonceAtFinalized: UInt64
        package let nonceAtHead: UInt64
        /// What each question was answered with: where it lies on the chain as it is now, or that it is in no
        /// block. A question without an answer is not in here.
        package let answers: [Hash256: Inclusion?]
        /// What gas is to be had for, where that is known.
        package let quote: Fees?

        package init(
            head: UInt64, finalized: UInt64, nonceAtFinalized: UInt64, nonceAtHead: UInt64,
            answers: [Hash256: Inclusion?], quote: Fees?
        ) {
            self.head = head
            self.finalized = finalized
            self.nonceAtFinalized = nonceAtFinalized
            self.nonceAtHead = nonceAtHead
            self.answers = answers
            self.quote = quote
        }
    }

    package mutating func apply(_ event: Event) -> [Action] {
        switch event {
        case .submit(let intent): submit(intent)
        case .signed(let transaction): signed(transaction)
        case .signingRefused(let effect): signingRefused(effect)
        case .stored(let entry): stored(entry)
        case .observed(let observation): observed(observation)
        }
    }

    // MARK: Wishes

    private mutating func submit(_ intent: Intent) -> [Action] {
        let refused = { (why: SubmitRefusal) in
            [Action.report(effect: intent.effect, .refused(why))]
        }
        if let known = call(of: intent.effect) {
            return known == intent.call ? [] : refused(.differs)
        }
        guard entries.count + waiting.count < rules.mostOpen else { return refused(.full) }
        waiting.append(intent)
        return startNext()
    }

    /// What is known to be done under this name.
    private func call(of effect: Hash256) -> Transaction.Call? {
        if let entry = entries.first(where: { $0.stored.effect == effect }) {
            return entry.stored.newest.transaction.call
        }
        if let intent = waiting.first(where: { $0.effect == effect }) { return intent.call }
        guard case .storing(let entry) = work, entry.effect == effect else { return nil }
        return entry.newest.transaction.call
    }

    /// Gives the first wish its nonce, when nothing else is being signed or stored.
    mutating func startNext() -> [Action] {
        guard work == .none, let intent = waiting.first, let nonce = nextNonce, let quote,
            quote.maxFeePerGas <= rules.ceiling
        else {
            return []
        }
        let transaction = Transaction(
            envelope: .dynamicFee(quote, chain: chain, []), nonce: nonce,
            gasLimit: intent.gasLimit, call: intent.call)
        let draft = Draft(effect: intent.effect, transaction: transaction, replaced: nil)
        work = .signing(draft)
        return [.sign(draft)]
    }

    // MARK: Signing and storing

    private mutating func signed(_ transaction: SignedTransaction) -> [Action] {
        guard case .signing(let draft) = work, draft.transaction == transaction.transaction else {
            return []
        }
        let nonce = draft.transaction.nonce
        let entry: OutgoingEntry
        if draft.replaced == nil {
            entry = OutgoingEntry(
                effect: draft.effect, nonce: nonce, attempts: [transaction], fate: .open)
        } else if let known = entries.first(where: { $0.stored.nonce == nonce })?.stored {
            entry = known.with(transaction)
        } else {
            // What it was to replace is final by now.
            work = .none
            return startNext()
        }
        work = .storing(entry)
        return [store(entry)]
    }

    private mutating func signingRefused(_ effect: Hash256) -> [Action] {
        guard case .signing(let draft) = work, draft.effect == effect else { return [] }
        work = .none
        guard draft.replaced == nil else {
            // It stays as it is, and is sent again as it is.
            return tellStuck(nonce: draft.transaction.nonce) + startNext()
        }
        waiting.removeAll { $0.effect == effect }
        return [.report(effect: effect, .refused(.notSigned))] + startNext()
    }

    private mutating func stored(_ entry: OutgoingEntry) -> [Action] {
        if case .storing(entry) = work {
            work = .none
            nextNonce = max(nextNonce ?? 0, entry.nonce + 1)
            waiting.removeAll { $0.effect == entry.effect }
            return send(entry) + startNext()
        }
        guard let place = entries.firstIndex(where: { $0.stored == entry }) else { return [] }
        switch entry.fate {
        case .open: return []
        case .final(let inclusion):
            entries.remove(at: place)
            return [.report(effect: entry.effect, .final(inclusion))]
        case .displaced:
            entries.remove(at: place)
            return [.report(effect: entry.effect, .displaced)]
        }
    }

    /// Now that it is stored.
    private mutating func send(_ entry: OutgoingEntry) -> [Action] {
        guard let place = entries.firstIndex(where: { $0.stored.nonce == entry.nonce }) else {
            entries.append(Entry(stored: entry))
            entries[entries.count - 1].sentAt = head
            entries.sort { $0.stored.nonce < $1.stored.nonce }
            return [.broadcast(entry.newest)]
        }
        guard entries[place].stored.fate == .open else { return [] }
        entries[place].stored = entry
        entries[place].sentAt = head
        return [.broadcast(entry.newest)]
    }

    func store(_ entry: OutgoingEntry) -> Action {
        .store(entry, nextNonce: max(nextNonce ?? 0, entry.nonce + 1))
    }

    mutating func tellStuck(nonce: UInt64) -> [Action] {
        guard let place = entries.firstIndex(where: { $0.stored.nonce == nonce }),
            !entries[place].isStuckTold
        else { return [] }
        entries[place].isStuckTold = true
        return [.report(effect: entries[place].stored.effect, .stuck)]
    }
}
