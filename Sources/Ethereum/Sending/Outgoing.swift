/// The transactions of one account on one chain, from the wish to finality. Events go in, actions come
/// out; it has no clock and does no I/O.
///
/// What it holds to:
/// - one effect has one nonce, and all transactions of that nonce do the same: at most one of them is ever
///   carried out;
/// - nothing is sent that is not stored, and the next nonce is given only when the one before it is stored:
///   a crash leaves no gap and forgets nothing that somebody may have seen;
/// - what became of a transaction is asked of the chain, by hash and by nonce; what a node says when it is
///   given one decides nothing;
/// - nothing is settled before its block is final; until then it may be taken back and is sent again, the
///   same bytes.
///
/// The account is its owner's alone. Where something else uses its nonces, what they were given to is
/// displaced: said, and done by nobody.
package struct Outgoing: Sendable {
    package struct Rules: Hashable, Sendable {
        /// Blocks, its own among them, after which an inclusion is told as confirmed.
        package let confirmations: UInt64
        /// Blocks after which a transaction is sent again, or replaced where it is the next.
        package let patience: UInt64
        /// Of one nonce.
        package let mostReplacements: Int
        /// Above this for a unit of gas nothing is replaced any more.
        package let ceiling: Wei
        /// Effects that are not final.
        package let mostOpen: Int

        package init(
            confirmations: UInt64, patience: UInt64, mostReplacements: Int, ceiling: Wei,
            mostOpen: Int
        ) {
            self.confirmations = confirmations
            self.patience = patience
            self.mostReplacements = mostReplacements
            self.ceiling = ceiling
            self.mostOpen = mostOpen
        }
    }

    /// What is being signed or stored; one at a time.
    enum Work: Hashable, Sendable {
        case none
        case signing(Draft)
        case storing(OutgoingEntry)
    }

    package let chain: ChainID
    package let rules: Rules
    /// Nil until the chain was seen, where nothing was ever stored.
    var nextNonce: UInt64?
    /// By nonce. What is final leaves when that is stored.
    var entries: [Entry] = []
    /// Wishes without a nonce: they are their owner's until they are stored.
    var waiting: [Intent] = []
    var work = Work.none
    var quote: Fees?
    var finalizedNumber: UInt64 = 0
    var head: UInt64?

    /// - Parameters:
    ///   - stored: what `store` was given and its owner has not let go of.
    ///   - nextNonce: the one that was stored with the last of them; nil the first time ever.
    package init(
        chain: ChainID, rules: Rules, stored: [OutgoingEntry], nextNonce: UInt64?
    ) {
        self.chain = chain
        self.rules = rules
        entries = stored.sorted { $0.nonce < $1.nonce }.map { Entry(stored: $0) }
        self.nextNonce = nextNonce
        if let last = entries.last?.stored.nonce {
            self.nextNonce = max(nextNonce ?? 0, last + 1)
        }
    }

    /// The transactions whose receipts the next observation must ask for.
    package var questions: [Hash256] {
        entries.filter { $0.stored.fate == .open }.flatMap { $0.stored.attempts.map(\.hash) }
    }

    /// Whether everything that was wished for is final.
    package var isIdle: Bool { entries.isEmpty && waiting.isEmpty && work == .none }
}

// MARK: - Words

/// Something that shall be done once.
package struct Intent: Hashable, Sendable {
    /// The caller's own name for it, by which it is recognized when it is wished for again, until its entry is
    /// let go of: what was told as final is not wished for any more.
    package let effect: Hash256
    package let call: Transaction.Call
    package let gasLimit: UInt64

    package init(effect: Hash256, call: Transaction.Call, gasLimit: UInt64) {
        self.effect = effect
        self.call = call
        self.gasLimit = gasLimit
    }
}

/// One nonce and what it is for: what is stored before anything is sent.
package struct OutgoingEntry: Hashable, Sendable {
    package enum Fate: Hashable, Sendable {
        case open
        case final(Inclusion)
        /// The nonce was used by something else.
        case displaced
    }

    package let effect: Hash256
    package let nonce: UInt64
    /// All with this nonce and one call, each offering more than the one before; never empty.
    package let attempts: [SignedTransaction]
    package let fate: Fate

    package init(effect: Hash256, nonce: UInt64, attempts: [SignedTransaction], fate: Fate) {
        precondition(!attempts.isEmpty, "an entry has a transaction")
        self.effect = effect
        self.nonce = nonce
        self.attempts = attempts
        self.fate = fate
    }

    var newest: SignedTransaction { attempts[attempts.count - 1] }

    func with(_ attempt: SignedTransaction) -> OutgoingEntry {
        OutgoingEntry(effect: effect, nonce: nonce, attempts: attempts + [attempt], fate: fate)
    }

    func with(_ fate: Fate) -> OutgoingEntry {
        OutgoingEntry(effect: effect, nonce: nonce, attempts: attempts, fate: fate)
    }
}

/// Where a transaction lies.
package struct Inclusion: Hashable, Sendable {
    package let transaction: Hash256
    package let blockNumber: UInt64
    package let blockHash: Hash256
    package let outcome: Receipt.Outcome

    package init(
        transaction: Hash256, blockNumber: UInt64, blockHash: Hash256, outcome: Receipt.Outcome
    ) {
        self.transaction = transaction
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.outcome = outcome
    }
}

extension Outgoing {
    /// What is asked to be signed.
    package struct Draft: Hashable, Sendable {
        package let effect: Hash256
        package let transaction: Transaction
        /// Of the same nonce; its signature is out already.
        package let replaced: Transaction?
    }

    struct Entry: Hashable, Sendable {
        enum Sight: Hashable, Sendable {
            case unseen
            case included(Inclusion)
            /// Told as confirmed.
            case confirmed(Inclusion)
        }

        var stored: OutgoingEntry
        var sight = Sight.unseen
        /// The head when it was last sent; nil: not since this machine began.
        var sentAt: UInt64?
        var isStuckTold = false

        init(stored: OutgoingEntry) { self.stored = stored }
    }
}
