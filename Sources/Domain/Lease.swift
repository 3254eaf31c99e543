/// What running so far has posted to the ledger; the final charge is the difference to it.
package struct Posted: Hashable, Sendable, Codable {
    package static let nothing = Posted(charge: .zero, commission: .zero)

    package let charge: Money
    package let commission: Money
    /// Of the charge, what the renter keeps: of a lease that is over its credit, before that the most that
    /// it may come to.
    package let credit: Money

    package init(charge: Money, commission: Money, credit: Money = .zero) {
        self.charge = charge
        self.commission = commission
        self.credit = credit
    }

    /// What the renter pays.
    package var net: Money { charge.excess(over: credit) }
    /// What the provider gets.
    package var pay: Money { net.excess(over: commission) }

    /// Rows of an older form know of no credit, and where there is none it is left out.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            charge: try values.decode(Money.self, forKey: .charge),
            commission: try values.decode(Money.self, forKey: .commission),
            credit: try values.decodeIfPresent(Money.self, forKey: .credit) ?? .zero)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(charge, forKey: .charge)
        try values.encode(commission, forKey: .commission)
        if credit != .zero { try values.encode(credit, forKey: .credit) }
    }

    private enum CodingKeys: String, CodingKey { case charge, commission, credit }
}

/// The last accepted receipt of a lease and what of it the core needs again.
package struct Reading: Hashable, Sendable, Codable {
    package let sequence: Int64
    package let seconds: Int64
    package let acceptedAt: Timestamp
    package let receipt: SignedReceipt

    package init(
        sequence: Int64, seconds: Int64, acceptedAt: Timestamp, receipt: SignedReceipt
    ) {
        self.sequence = sequence
        self.seconds = seconds
        self.acceptedAt = acceptedAt
        self.receipt = receipt
    }
}

package enum LeaseLife: Hashable, Sendable, Codable {
    /// Placed, and not dispatched before its payer has locked its price; until `until` the place is kept.
    case locking(until: Timestamp)
    /// Placed and dispatched, not yet heard of. Its escrow expires at `until`.
    case reserved(until: Timestamp)
    /// `since`: when the node's start frame arrived, by the market's clock.
    case running(since: Timestamp, Reading, posted: Posted)
    /// Over; the verdict is due. No reading: it never ran.
    case ended(EndReason, since: Timestamp, Reading?, posted: Posted)
    case settled(EndReason, seconds: Int64, Posted, at: Timestamp)

    /// The life after `event`. Total: every pair is decided here and nowhere else.
    package func after(_ event: LeaseEvent) throws(IllegalTransition) -> LeaseLife {
        switch (self, event) {
        case (.locking, .locked(until: let until)): .reserved(until: until)
        case (.locking, .ended(let reason, at: let now)):
            .ended(reason, since: now, nil, posted: .nothing)
        case (.reserved, .metered(let reading, since: let since)):
            .running(since: since, reading, posted: .nothing)
        case (.running(let since, _, let posted), .metered(let reading, since: _)):
            .running(since: since, reading, posted: posted)
        case (.running(let since, let reading, _), .posted(let posted)):
            .running(since: since, reading, posted: posted)
        case (.reserved, .ended(let reason, at: let now)):
            .ended(reason, since: now, nil, posted: .nothing)
        case (.running(let since, let reading, let posted), .ended(let reason, at: _)):
            .ended(reason, since: since, reading, posted: posted)
        case (.ended(let reason, _, let reading, _), .settled(let posted, at: let now)):
            .settled(reason, seconds: reading?.seconds ?? 0, posted, at: now)
        case (.locking, _), (.reserved, _), (.running, _), (.ended, _), (.settled, _):
            throw IllegalTransition(state: "\(self)", event: "\(event)")
        }
    }

    package var isLive: Bool {
        switch self {
        case .locking, .reserved, .running: true
        case .ended, .settled: false
        }
    }

    package var reading: Reading? {
        switch self {
        case .running(_, let reading, _): reading
        case .ended(_, _, let reading, _): reading
        case .locking, .reserved, .settled: nil
        }
    }
}

package enum LeaseEvent: Hashable, Sendable {
    /// Its price is locked; it is to start until then.
    case locked(until: Timestamp)
    case metered(Reading, since: Timestamp)
    case posted(Posted)
    case ended(EndReason, at: Timestamp)
    case settled(Posted, at: Timestamp)
}

/// One order on one offer: node, provider and price never change. A replacement is a new lease.
package struct Lease: Hashable, Sendable, Codable {
    package let id: LeaseID
    package let task: TaskID
    package let attempt: Int64
    package let renter: AccountID
    package let provider: AccountID
    package let node: NodeID
    package let slice: Resources
    package let devices: [Device]
    package let rate: Rate
    package let commission: BasisPoints
    /// The part of the job's hold that this lease may use.
    package let escrow: Money
    package let fence: Int64
    package let placedAt: Timestamp
    package var life: LeaseLife
    /// Milliseconds of silence beyond the fence, in which the node may not have run unfrozen.
    package var silenceMilliseconds: Int64
    /// The end of the last silence that counts in `silenceMilliseconds`; nil before the first.
    package var silentUntil: Timestamp?
    /// Of that silence, what the market itself was away for; nil: none.
    package var excusedMilliseconds: Int64?
    /// Seconds up to which the log has a record; -1 before the first.
    package var loggedSeconds: Int64
    /// That it was asked to leave; rows of an older form have none.
    package var notice: LeaseNotice?
    /// On what terms it gives its place to an on-demand order; nil: never.
    package let spot: SpotTerms?
    /// Whose money on a chain pays; nil: the renter's balance pays.
    package let payer: ChainAddress?
    /// The provider's settlement key, where money on a chain pays.
    package let payee: SignedPayee?
    /// How its payer pays; nil: rows of an older form, and where the renter's balance does.
    package let settlement: Settlement?
    /// What its provider promises of its time; nil: nothing.
    package let serviceLevel: ServiceLevel?

    package init(
        id: LeaseID, task: TaskID, attempt: Int64, renter: AccountID, provider: AccountID,
        node: NodeID, slice: Resources, devices: [Device], rate: Rate, commission: BasisPoints,
        escrow: Money, fence: Int64, placedAt: Timestamp, life: LeaseLife,
        silenceMilliseconds: Int64 = 0, silentUntil: Timestamp? = nil, loggedSeconds: Int64 = -1,
        notice: LeaseNotice? = nil, spot: SpotTerms? = nil, payer: ChainAddress? = nil,
        payee: SignedPayee? = nil, settlement: Settlement? = nil,
        serviceLevel: ServiceLevel? = nil
    ) {
        self.serviceLevel = serviceLevel
        self.settlement = settlement
        self.spot = spot
        self.payer = payer
        self.payee = payee
        self.id = id
        self.task = task
        self.attempt = attempt
        self.renter = renter
        self.provider = provider
        self.node = node
        self.slice = slice
        self.devices = devices
        self.rate = rate
        self.commission = commission
        self.escrow = escrow
        self.fence = fence
        self.placedAt = placedAt
        self.life = life
        self.silenceMilliseconds = silenceMilliseconds
        self.silentUntil = silentUntil
        self.loggedSeconds = loggedSeconds
        self.notice = notice
    }

    /// Whether its price is locked for it alone before it starts.
    package var isLocked: Bool { settlement == .lock }

    /// Who pays whom by vouchers; nil where nobody does.
    package var parties: VoucherParties? {
        guard !isLocked, let payer, let payee else { return nil }
        return VoucherParties(user: payer, payee: payee.address)
    }

    package var deviceModel: String {
        devices.isEmpty ? "cpu" : devices.map(\.model).joined(separator: "+")
    }
}
