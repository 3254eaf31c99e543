package import Domain

/// Something that the market does on a chain, once: wished for in the decision that makes it due, signed and
/// stored before it is sent, and over only when the chain has called it final.
package struct ChainDeed: Hashable, Sendable, Codable {
    package enum Act: Hashable, Sendable, Codable {
        /// A head, with its note, for whoever wants to prove against it later.
        case anchor(PublishedHead)
        /// Vouchers, in one transaction.
        case redeem([HeldVoucher])
        /// Locked leases that are over, in one transaction.
        case settle([AgreedProgress])
    }

    package enum Life: Hashable, Sendable, Codable {
        /// Nothing is signed for it.
        case due
        case sent(Sending)
        case done(ChainPlace)
        /// It was not carried out and never will be; why, in the words of who refused.
        case failed(String)
    }

    package enum Event: Hashable, Sendable {
        case sent(Sending)
        case done(ChainPlace)
        case failed(String)
    }

    /// From 1, in the order of the wishes.
    package let number: Int64
    package let act: Act
    package var life: Life

    package init(number: Int64, act: Act, life: Life = .due) {
        self.number = number
        self.act = act
        self.life = life
    }

    package var isOpen: Bool {
        switch life {
        case .due, .sent: true
        case .done, .failed: false
        }
    }
}

extension ChainDeed.Life {
    /// The life after `event`. Total.
    package func after(_ event: ChainDeed.Event) throws(IllegalTransition) -> ChainDeed.Life {
        switch (self, event) {
        case (.due, .sent(let sending)): .sent(sending)
        case (.sent(let known), .sent(let next)) where known.isReplaced(by: next): .sent(next)
        case (.sent, .done(let place)): .done(place)
        case (.due, .failed(let why)), (.sent, .failed(let why)): .failed(why)
        case (.due, _), (.sent, _), (.done, _), (.failed, _):
            throw IllegalTransition(state: "\(self)", event: "\(event)")
        }
    }
}

/// A deed's nonce and every transaction that was signed for it. At most one of them is ever carried out.
package struct Sending: Hashable, Sendable, Codable {
    package let nonce: Int64
    /// Signed bytes, the newest last.
    package let attempts: [[UInt8]]

    package init(nonce: Int64, attempts: [[UInt8]]) {
        self.nonce = nonce
        self.attempts = attempts
    }

    /// Nothing that was ever signed is forgotten.
    func isReplaced(by next: Sending) -> Bool {
        next.nonce == nonce && next.attempts.starts(with: attempts)
    }
}

/// Where a transaction lies in a block that is final.
package struct ChainPlace: Hashable, Sendable, Codable {
    /// 32 bytes.
    package let transaction: [UInt8]
    package let block: Int64

    package init(transaction: [UInt8], block: Int64) {
        self.transaction = transaction
        self.block = block
    }
}

/// What is signed for a deed, to be kept before anybody sees it.
package struct KeptSending: Hashable, Sendable {
    package let deed: Int64
    package let sending: Sending
    /// The nonce of the transaction after it.
    package let nextNonce: Int64
    /// What the sender's key has spent with it, as its signer writes it.
    package let spending: [UInt8]

    package init(deed: Int64, sending: Sending, nextNonce: Int64, spending: [UInt8]) {
        self.deed = deed
        self.sending = sending
        self.nextNonce = nextNonce
        self.spending = spending
    }
}

/// Which chain the market's books are of: neither another one nor one of the same number that began anew.
package struct ChainIdentity: Hashable, Sendable, Codable {
    package let chain: Int64
    /// The hash of block 0.
    package let genesis: [UInt8]
    package let anchor: ChainAddress
    /// Nil in books that were begun before the vault was in them.
    package let vault: ChainAddress?
    /// Nil in books that were begun before the escrow was in them.
    package let escrow: ChainAddress?
    /// The market's own account: sends its transactions, publishes its heads.
    package let sender: ChainAddress

    package init(
        chain: Int64, genesis: [UInt8], anchor: ChainAddress, vault: ChainAddress?,
        escrow: ChainAddress?, sender: ChainAddress
    ) {
        self.escrow = escrow
        self.chain = chain
        self.genesis = genesis
        self.anchor = anchor
        self.vault = vault
        self.sender = sender
    }

    /// Whether books of `older` are of this one: begun before some of its contracts were in them.
    func continues(_ older: ChainIdentity) -> Bool {
        older.chain == chain && older.genesis == genesis && older.anchor == anchor
            && older.sender == sender && (older.vault ?? vault) == vault
            && (older.escrow ?? escrow) == escrow
    }
}

/// What the market keeps of its dealings with a chain, beside its deeds.
package struct ChainBooks: Hashable, Sendable, Codable {
    package internal(set) var identity: ChainIdentity
    /// Of its last deed.
    package var lastDeed: Int64
    /// The nonce of its next transaction; nil before the first.
    package var nextNonce: Int64?
    /// What the sender's key has spent of late, as its signer writes it.
    package var spending: [UInt8]
    /// The deed of the largest head that is anchored for good.
    package var anchored: Int64?
    /// Up to which block the vault's news are booked; nil: none yet.
    package var vaultBlock: Int64?

    package init(identity: ChainIdentity) {
        self.identity = identity
        lastDeed = 0
        nextNonce = nil
        spending = []
        anchored = nil
        vaultBlock = nil
    }
}
