/// What a node advertises: one per node, divisible by CPU, memory and disk, with whole devices.
///
/// `version` grows with every change; a proposal made on an older version is refused.
package struct Offer: Hashable, Sendable, Codable {
    /// Whether orders may be placed on it now: two facts, of which neither forgets the other. The
    /// node answers or not, by its session; orders are wanted or not, until somebody says otherwise.
    package enum Availability: String, Hashable, Sendable, Codable, CaseIterable {
        /// Takes orders.
        case open
        /// Keeps what runs, takes nothing new.
        case draining
        /// The node does not answer; it takes orders when it does.
        case down
        /// The node does not answer; it drains when it does.
        case drainingDown = "draining_down"

        /// Whether the node answers.
        package var isConnected: Bool { self == .open || self == .draining }

        /// The availability after `event`. Total; an event that brings no news changes nothing.
        package func after(_ event: Event) -> Availability {
            switch (self, event) {
            case (.open, .drained), (.drainingDown, .connected): .draining
            case (.open, .disconnected), (.drainingDown, .resumed): .down
            case (.draining, .disconnected), (.down, .drained): .drainingDown
            case (.draining, .resumed), (.down, .connected): .open
            case (.open, .connected), (.open, .resumed), (.draining, .connected),
                (.draining, .drained), (.down, .disconnected), (.down, .resumed),
                (.drainingDown, .disconnected), (.drainingDown, .drained):
                self
            }
        }
    }

    /// What changes an offer's availability.
    package enum Event: String, Hashable, Sendable, CaseIterable {
        /// The node has said hello on a session.
        case connected
        /// The node's session is over.
        case disconnected
        /// The owner, or the node itself, wants nothing new on it.
        case drained
        /// The owner wants orders again.
        case resumed
    }

    package let node: NodeID
    package let provider: AccountID
    package var version: Int64
    package var availability: Availability
    package var terms: OfferTerms
    /// Capacity not under a live lease.
    package var free: Resources
    /// Devices not under a live lease and scrubbed since their last one, in the order of
    /// `terms.devices`.
    package var freeDevices: [DeviceID]
    /// Devices that another node claims too: somebody lies, or a key is on two machines. It stands,
    /// for the operator to look into, until the node's owner resumes it.
    package var duplicates: [DuplicateDevice]
    /// What its devices' last tenants left, as far as the market knows.
    package var hygiene: Hygiene
    /// What its owner has asked for through the market.
    package var wish: NumberedWish
    /// How the leases on it have gone.
    package var record: TrackRecord
    /// Why its declared country cannot be; nil as far as the market knows.
    package var refutation: RegionRefutation?
    /// Since when it has waited for an order at its price: when it came, or changed its price, or last
    /// got one. Of offers that nothing else tells apart the one that has waited longest is next: price,
    /// then time, and nobody twice before another once.
    package var waitingSince: Timestamp

    package init(
        node: NodeID, provider: AccountID, version: Int64, availability: Availability,
        terms: OfferTerms, free: Resources, freeDevices: [DeviceID],
        duplicates: [DuplicateDevice] = [], hygiene: Hygiene = Hygiene(),
        wish: NumberedWish = .none, record: TrackRecord = TrackRecord(),
        refutation: RegionRefutation? = nil,
        waitingSince: Timestamp = Timestamp(milliseconds: 0)
    ) {
        self.waitingSince = waitingSince
        self.record = record
        self.refutation = refutation
        self.hygiene = hygiene
        self.node = node
        self.provider = provider
        self.version = version
        self.availability = availability
        self.terms = terms
        self.free = free
        self.freeDevices = freeDevices
        self.duplicates = duplicates
        self.wish = wish
    }

    /// Rows that were stored before duplicates, wishes, refutations or moments were noted have no such
    /// field.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            node: try values.decode(NodeID.self, forKey: .node),
            provider: try values.decode(AccountID.self, forKey: .provider),
            version: try values.decode(Int64.self, forKey: .version),
            availability: try values.decode(Availability.self, forKey: .availability),
            terms: try values.decode(OfferTerms.self, forKey: .terms),
            free: try values.decode(Resources.self, forKey: .free),
            freeDevices: try values.decode([DeviceID].self, forKey: .freeDevices),
            duplicates: try values.decodeIfPresent([DuplicateDevice].self, forKey: .duplicates)
                ?? [],
            hygiene: try values.decodeIfPresent(Hygiene.self, forKey: .hygiene) ?? Hygiene(),
            wish: try values.decodeIfPresent(NumberedWish.self, forKey: .wish) ?? .none,
            record: try values.decodeIfPresent(TrackRecord.self, forKey: .record) ?? TrackRecord(),
            refutation: try values.decodeIfPresent(RegionRefutation.self, forKey: .refutation),
            waitingSince: try values.decodeIfPresent(Timestamp.self, forKey: .waitingSince)
                ?? Timestamp(milliseconds: 0))
    }

    /// Empty notes are left out, so that a row of an older form is still what it was.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(node, forKey: .node)
        try values.encode(provider, forKey: .provider)
        try values.encode(version, forKey: .version)
        try values.encode(availability, forKey: .availability)
        try values.encode(terms, forKey: .terms)
        try values.encode(free, forKey: .free)
        try values.encode(freeDevices, forKey: .freeDevices)
        if !duplicates.isEmpty { try values.encode(duplicates, forKey: .duplicates) }
        if !hygiene.isEmpty { try values.encode(hygiene, forKey: .hygiene) }
        if wish != .none { try values.encode(wish, forKey: .wish) }
        if !record.isEmpty { try values.encode(record, forKey: .record) }
        try values.encodeIfPresent(refutation, forKey: .refutation)
        if waitingSince.milliseconds != 0 {
            try values.encode(waitingSince, forKey: .waitingSince)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case node, provider, version, availability, terms, free, freeDevices, duplicates, hygiene
        case wish, record, refutation, waitingSince
    }

    /// It got an order: those that have waited as long come before it, also within one millisecond.
    package mutating func takeTurn(at now: Timestamp) {
        waitingSince = max(now, waitingSince.advanced(milliseconds: 1))
    }

    /// Why its owner keeps it now; nil while it takes orders, as far as its owner is concerned.
    package var closing: OfferClosing? {
        switch wish.wish {
        case .paused: OfferClosing(.paused)
        case .drained(let moment): OfferClosing(.drained, until: moment)
        case .open: terms.closed
        }
    }

    /// Takes the owner's wish, and with it whether orders are wanted; to take orders again also
    /// clears the notes of duplicates. Asking for what stands changes nothing, but the first wish is
    /// always one: what its owner asked for before may be known to the node alone, where this market
    /// was restored from an older copy, and only a wish with a number is said to it.
    package mutating func take(_ wish: OwnerWish<Timestamp>) {
        availability = availability.after(wish == .open ? .resumed : .drained)
        if wish == .open { duplicates = [] }
        guard self.wish.wish != wish || self.wish == .none else { return }
        self.wish = NumberedWish(number: self.wish.number + 1, wish: wish)
    }

    /// Notes that `node` claims `device` too; at most 64 such notes stand.
    package mutating func note(_ device: DeviceID, claimedBy node: NodeID) {
        let duplicate = DuplicateDevice(device: device, node: node)
        guard !duplicates.contains(duplicate), duplicates.count < 64 else { return }
        duplicates.append(duplicate)
    }
}

/// A device that the offer's node and another one say is theirs.
package struct DuplicateDevice: Hashable, Sendable, Codable {
    package let device: DeviceID
    /// The other node.
    package let node: NodeID

    package init(device: DeviceID, node: NodeID) {
        self.device = device
        self.node = node
    }
}

/// The part of an offer that its node declares.
package struct OfferTerms: Hashable, Sendable, Codable {
    package let capacity: Resources
    package let devices: [Device]
    /// Price per hour of the whole offer; a lease pays the share of its scarcest resource.
    package let ask: Rate
    /// ISO 3166-1 alpha-2 country, declared by the node.
    package let region: String
    package var tier: Tier
    /// Devices that the node has and does not offer now.
    package let withheld: [WithheldDevice]
    /// The most that a job's container gets.
    package var network: NetworkAccess
    /// Why nothing of it can be had now: its owner comes first.
    package let closed: OfferClosing?
    /// How far beacons are from the node.
    package let roundTrips: RoundTrips
    /// Price per hour of the whole offer for leases that give their place away; nil: the ask.
    package let spotAsk: Rate?
    /// When its owner's hours close it next, at the latest; nil where they do not.
    package var openUntil: Timestamp?
    /// Its provider's settlement key, by the node's own word; nil: it takes no vouchers.
    package var payee: SignedPayee?
    /// What it promises of a lease's time; nil: nothing.
    package let serviceLevel: ServiceLevel?

    package init(
        capacity: Resources, devices: [Device], ask: Rate, region: String, tier: Tier,
        withheld: [WithheldDevice] = [], network: NetworkAccess = .none,
        closed: OfferClosing? = nil, roundTrips: RoundTrips = .none, spotAsk: Rate? = nil,
        openUntil: Timestamp? = nil, payee: SignedPayee? = nil,
        serviceLevel: ServiceLevel? = nil
    ) {
        self.serviceLevel = serviceLevel
        self.payee = payee
        self.spotAsk = spotAsk.map { min($0, ask) }
        self.openUntil = openUntil
        self.roundTrips = roundTrips
        self.capacity = capacity
        self.devices = devices
        self.ask = ask
        self.region = region
        self.tier = tier
        self.withheld = withheld
        self.network = network
        self.closed = closed
    }

    /// Rows that were stored before devices could be withheld, a network offered, offers closed, or
    /// round trips measured, have no such field.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            capacity: try values.decode(Resources.self, forKey: .capacity),
            devices: try values.decode([Device].self, forKey: .devices),
            ask: try values.decode(Rate.self, forKey: .ask),
            region: try values.decode(String.self, forKey: .region),
            tier: try values.decode(Tier.self, forKey: .tier),
            withheld: try values.decodeIfPresent([WithheldDevice].self, forKey: .withheld) ?? [],
            network: try values.decode(NetworkAccess.self, forKey: .network),
            closed: try values.decodeIfPresent(OfferClosing.self, forKey: .closed),
            roundTrips: try values.decode(RoundTrips.self, forKey: .roundTrips),
            spotAsk: try values.decodeIfPresent(Rate.self, forKey: .spotAsk),
            openUntil: try values.decodeIfPresent(Timestamp.self, forKey: .openUntil),
            payee: try values.decodeIfPresent(SignedPayee.self, forKey: .payee),
            serviceLevel: try values.decodeIfPresent(ServiceLevel.self, forKey: .serviceLevel))
    }

    /// As `Offer` does.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(capacity, forKey: .capacity)
        try values.encode(devices, forKey: .devices)
        try values.encode(ask, forKey: .ask)
        try values.encode(region, forKey: .region)
        try values.encode(tier, forKey: .tier)
        if !withheld.isEmpty { try values.encode(withheld, forKey: .withheld) }
        try values.encode(network, forKey: .network)
        try values.encodeIfPresent(closed, forKey: .closed)
        try values.encode(roundTrips, forKey: .roundTrips)
        try values.encodeIfPresent(spotAsk, forKey: .spotAsk)
        try values.encodeIfPresent(openUntil, forKey: .openUntil)
        try values.encodeIfPresent(payee, forKey: .payee)
        try values.encodeIfPresent(serviceLevel, forKey: .serviceLevel)
    }

    private enum CodingKeys: String, CodingKey {
        case capacity, devices, ask, region, tier, withheld, network, closed, payee
        case roundTrips = "round_trips"
        case spotAsk = "spot_ask"
        case openUntil = "open_until"
        case serviceLevel = "service_level"
    }

    /// The same terms, without these devices.
    package func withholding(_ devices: Set<DeviceID>, reason: String) -> OfferTerms {
        let others = self.devices.filter { !devices.contains($0.id) }
        let more = self.devices.filter { devices.contains($0.id) }
        return OfferTerms(
            capacity: capacity, devices: others, ask: ask, region: region, tier: tier,
            withheld: withheld + more.map { WithheldDevice(device: $0, reason: reason) },
            network: network, closed: closed, roundTrips: roundTrips,
            spotAsk: spotAsk, openUntil: openUntil, payee: payee, serviceLevel: serviceLevel)
    }

    /// Whether the device is offered.
    package func has(_ device: DeviceID) -> Bool { devices.contains { $0.id == device } }

    /// The same terms of a machine that does not have the device.
    package func without(_ device: DeviceID) -> OfferTerms {
        OfferTerms(
            capacity: capacity, devices: devices.filter { $0.id != device }, ask: ask,
            region: region, tier: tier, withheld: withheld.filter { $0.device.id != device },
            network: network, closed: closed, roundTrips: roundTrips,
            spotAsk: spotAsk, openUntil: openUntil, payee: payee, serviceLevel: serviceLevel)
    }

    /// How many devices the node has, offered or not.
    package var deviceCountAll: Int { devices.count + withheld.count }

    /// Every device of the node, offered or not.
    package var allDevices: [Device] { devices + withheld.map(\.device) }

    /// Price per hour of a slice: `ask × share`, rounded up, where share is the largest of the
    /// slice's parts of CPU, memory, disk and devices (dominant resource share, Ghodsi et al.,
    /// NSDI 2011). At least 1, at most `ask`. A spot lease pays the same share of the spot ask.
    package func rate(of slice: Resources, deviceCount: Int, isSpot: Bool = false) -> Rate {
        let whole = (resources: capacity, devices: deviceCountAll)
        return Self.rate(of: (slice, deviceCount), from: whole, for: price(isSpot: isSpot))
    }

    /// What an order of these needs pays here.
    package func rate(of needs: Needs) -> Rate {
        rate(of: needs.slice, deviceCount: needs.devices.count, isSpot: needs.spot != nil)
    }

    /// Per hour, of the whole offer.
    package func price(isSpot: Bool) -> Rate { isSpot ? spotAsk ?? ask : ask }

    /// The same, of an offer of which no more is known than what decides it.
    package static func rate(
        of slice: (resources: Resources, devices: Int),
        from whole: (resources: Resources, devices: Int), for ask: Rate
    ) -> Rate {
        let (part, all) = (slice.resources, whole.resources)
        var price = share(part.milliCPU, of: all.milliCPU, times: ask)
        price = max(price, share(part.memoryBytes, of: all.memoryBytes, times: ask))
        price = max(price, share(part.diskBytes, of: all.diskBytes, times: ask))
        price = max(price, share(Int64(slice.devices), of: Int64(whole.devices), times: ask))
        let bounded = min(max(price, 1), ask.microPerHour)
        return (try? Rate(microPerHour: bounded)) ?? ask
    }

    private static func share(_ part: Int64, of whole: Int64, times ask: Rate) -> Int64 {
        guard whole > 0, part > 0 else { return 0 }
        let divisor = Int128(whole)
        let product = Int128(part) * Int128(ask.microPerHour)
        return Int64(clamping: (product + divisor - 1) / divisor)
    }
}

/// A device that its node does not offer now, and why: a stable code, such as `xid_79`, `gone`,
/// `silent`, `no_cdi`, `in_use`, `owner_gpu`; `duplicate` is the market's own word.
package struct WithheldDevice: Hashable, Sendable, Codable {
    package let device: Device
    package let reason: String

    package init(device: Device, reason: String) {
        self.device = device
        self.reason = reason
    }
}

/// What an order asks of an offer.
package struct Needs: Hashable, Sendable, Codable {
    package let slice: Resources
    package let devices: DeviceNeed
    /// Accepted countries; empty accepts all.
    package let regions: [String]
    package let minimumTier: Tier
    /// The bid: the most that the slice may cost per hour.
    package let bid: Rate
    package let network: NetworkAccess
    /// How near it has to be; nil where it may be anywhere.
    package let latency: LatencyNeed?
    /// On what terms it gives its place away; nil: never.
    package let spot: SpotTerms?
    /// Milliseconds for which the place has to stay open; nil where that does not matter.
    package let stay: Int64?
    /// How its provider has to let itself be paid; nil: as it likes.
    package let settlement: Settlement?

    package init(
        slice: Resources, devices: DeviceNeed, regions: [String], minimumTier: Tier, bid: Rate,
        network: NetworkAccess = .none, latency: LatencyNeed? = nil, spot: SpotTerms? = nil,
        stay: Int64? = nil, settlement: Settlement? = nil
    ) {
        self.settlement = settlement
        self.spot = spot
        self.stay = stay
        self.latency = latency
        self.slice = slice
        self.devices = devices
        self.regions = regions
        self.minimumTier = minimumTier
        self.bid = bid
        self.network = network
    }
}

/// A task's request for capacity, as it lies on the book.
package struct Order: Hashable, Sendable, Codable {
    package let task: TaskID
    package let attempt: Int64
    package let needs: Needs
    /// When it came onto the book; earlier is served first.
    package let since: Timestamp
    /// By when it must run or be done, where its renter has said so. Rows of an older form say
    /// nothing.
    package let deadline: Deadline?
    /// How it stands to its job's other tasks; nil where that does not matter.
    package let formation: Formation?

    package init(
        task: TaskID, attempt: Int64, needs: Needs, since: Timestamp, deadline: Deadline? = nil,
        formation: Formation? = nil
    ) {
        self.formation = formation
        self.task = task
        self.attempt = attempt
        self.needs = needs
        self.since = since
        self.deadline = deadline
    }
}
