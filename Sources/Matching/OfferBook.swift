import Domain

/// The offers of the order book, by node and in the index: what the market's words are in the index's
/// numbers.
struct OfferBook: Sendable {
    /// The least that a device's hour is worth, in micro-units: enough to tell the fuller of equally
    /// cheap machines, and far less than anybody pays.
    private static let leastValue: Int64 = 64

    /// Where a node is whose country cannot be: no order names it.
    private static let nowhere = "?"

    private var index: OfferIndex
    private var models = NameBits()
    private var regions = NameBits()
    /// By handle.
    private var byHandle: [Listing?] = []
    /// Looked up, never walked.
    private var handles: [NodeID: OfferIndex.Handle] = [:]
    private var demand: [(needs: Needs, count: Int64)] = []
    /// Rises whenever an order that fits nowhere may have come to fit: by anything but time, which only
    /// takes places away.
    var growth: Int64 = 0

    init(weights: ScoreWeights) { index = OfferIndex(weights: weights) }

    var weights: ScoreWeights { index.weights }
    var count: Int { index.count }

    /// In no particular order.
    var listings: some Sequence<Listing> { byHandle.lazy.compactMap { $0 } }

    func listing(of node: NodeID) -> Listing? { handles[node].flatMap { byHandle[$0] } }

    // MARK: Offers

    mutating func put(_ offer: Offer) {
        guard let handle = handles[offer.node] else { return insert(Listing(offer)) }
        guard let before = byHandle[handle], byHandle[handle]?.take(offer) ?? false else { return }
        if before.standing == .stale || !(byHandle[handle]?.offer.isWithin(before.offer) ?? true) {
            growth += 1
        }
        refresh(handle)
    }

    private mutating func insert(_ listing: Listing) {
        growth += 1
        let known = models.count
        for device in listing.offer.terms.devices { _ = models.bit(of: device.model) }
        let handle = index.insert(Self.figures(of: listing, &models, &regions))
        if handle == byHandle.count { byHandle.append(nil) }
        byHandle[handle] = listing
        handles[listing.offer.node] = handle
        if models.count != known, !demand.isEmpty { expect(demand) }
    }

    /// - Returns: the orders that were kept something there.
    mutating func remove(_ node: NodeID) -> [TaskID] {
        guard let handle = handles.removeValue(forKey: node) else { return [] }
        let kept = byHandle[handle]?.kept.map(\.task) ?? []
        byHandle[handle] = nil
        index.remove(handle)
        return kept
    }

    /// The version that the market last told of, where a refusal of `proposal` says something of it: not
    /// where it has changed since, nor where the proposal was on what another one was to lead to.
    func version(refusedBy proposal: Proposal) -> Int64? {
        guard let handle = handles[proposal.node], let listing = byHandle[handle] else {
            return nil
        }
        let version = listing.committedVersion
        return listing.stands(proposal.task) ?? (proposal.offerVersion == version) ? version : nil
    }

    mutating func markStale(_ node: NodeID) {
        guard let handle = handles[node] else { return }
        byHandle[handle]?.standing = .stale
        refresh(handle)
    }

    private mutating func refresh(_ handle: OfferIndex.Handle) {
        byHandle.withUnsafeBufferPointer { listings in
            guard let listing = listings[handle] else { return }
            index.update(handle, Self.figures(of: listing, &models, &regions))
        }
    }

    // MARK: Kept places

    /// - Returns: false where there is no such offer.
    mutating func keep(_ node: NodeID, for order: Order) -> Bool {
        guard let handle = handles[node] else { return false }
        byHandle[handle]?.keep(order.needs, for: order.task)
        refresh(handle)
        return true
    }

    mutating func unkeep(_ task: TaskID, on node: NodeID) {
        guard let handle = handles[node], byHandle[handle]?.unkeep(task) ?? false else { return }
        growth += 1
        refresh(handle)
    }

    // MARK: Proposals

    mutating func propose(
        _ entry: Entry, _ figures: OrderFigures, at now: Timestamp
    ) -> Proposal? {
        if let node = entry.keptOn, let proposal = propose(entry, on: node, at: now) {
            return proposal
        }
        guard let choice = best(entry, figures, at: now),
            let proposal = byHandle[choice.handle]?.propose(
                entry.order, for: choice.rate, at: now)
        else { return nil }
        if entry.keptOn == nil, var offer = index[choice.handle], offer.take(figures) {
            offer.tie = byHandle[choice.handle].map { Self.tie(of: $0.offer) } ?? offer.tie
            index.update(choice.handle, offer)
        } else {
            refresh(choice.handle)
        }
        return proposal
    }

    /// On that node, as far as it is the order's to have.
    mutating func propose(
        _ entry: Entry, on node: NodeID, at now: Timestamp
    ) -> Proposal? {
        let needs = entry.order.needs
        guard let handle = handles[node], let listing = byHandle[handle], !listing.isClosed,
            entry.mayHave(listing)
        else { return nil }
        let offer = listing.shown(to: entry.order.task)
        guard Feasibility.check(needs, offer, at: now) == nil else { return nil }
        let rate = Feasibility.rate(needs, offer.terms)
        defer { refresh(handle) }
        return byHandle[handle]?.propose(entry.order, for: rate, at: now)
    }

    struct Place: Hashable {
        let node: NodeID
        /// Of an hour, in 1/1024 micro-units.
        let cost: Int64
    }

    /// Where the order costs least, the least first.
    mutating func places(for entry: Entry, most: Int, at now: Timestamp) -> [Place] {
        let needs = entry.order.needs
        let figures = figures(of: needs)
        let listings = byHandle
        var places: [Place] = []
        var taken: Set<OfferIndex.Handle> = []
        while places.count < most {
            let choice = index.best(for: figures, mustAsk: true) { handle in
                guard !taken.contains(handle), let listing = listings[handle] else { return false }
                return entry.mayHave(listing)
                    && Feasibility.check(needs, listing.shown(to: nil), at: now) == nil
            }
            guard let choice, let node = byHandle[choice.handle]?.offer.node,
                let cost = index.cost(of: figures, with: choice.handle)
            else { break }
            taken.insert(choice.handle)
            places.append(Place(node: node, cost: cost))
        }
        return places
    }

    mutating func rate(of needs: Needs, at now: Timestamp) -> Rate? {
        let listings = byHandle
        return index.best(for: figures(of: needs), mustAsk: needs.isBeyondFigures) { handle in
            listings[handle].map {
                Feasibility.check(needs, $0.shown(to: nil), at: now) == nil
            } ?? false
        }?.rate
    }

    private mutating func best(
        _ entry: Entry, _ figures: OrderFigures, at now: Timestamp
    ) -> Choice? {
        let needs = entry.order.needs
        let listings = byHandle
        let mustAsk = entry.hasRefused || needs.isBeyondFigures
        return index.best(for: figures, mustAsk: mustAsk) { handle in
            guard let listing = listings[handle] else { return false }
            return entry.mayHave(listing)
                && Feasibility.check(needs, listing.shown(to: nil), at: now) == nil
        }
    }

    mutating func withdraw(_ task: TaskID, on node: NodeID) {
        guard let handle = handles[node], byHandle[handle]?.withdraw(task) ?? false
        else { return }
        growth += 1
        refresh(handle)
    }

    mutating func cost(of needs: Needs, on node: NodeID) -> Int64? {
        handles[node].flatMap { index.cost(of: figures(of: needs), with: $0) }
    }

    // MARK: Figures

    mutating func expect(_ demand: [(needs: Needs, count: Int64)]) {
        self.demand = demand
        let orders = demand.compactMap { needs, count -> DemandMix.Entry? in
            let figures = figures(of: needs)
            // What no offer can have is no demand.
            guard figures.kind != .most else { return nil }
            return DemandMix.Entry(figures.kind.onDemand, models: figures.models, count: count)
        }
        index.expect(DemandMix(orders))
    }

    func figures(of needs: Needs) -> OrderFigures {
        let need = needs.devices
        let kind = OrderKind(
            milliCPU: needs.slice.milliCPU, count: max(need.count, 0), isSpot: needs.spot != nil)
        return OrderFigures(
            kind ?? .most, memory: needs.slice.memoryBytes, disk: needs.slice.diskBytes,
            models: need.models.isEmpty ? .max : models.bits(of: need.models),
            vram: need.vramBytes,
            regions: needs.regions.isEmpty ? .max : regions.bits(of: needs.regions),
            needsNetwork: needs.network != .none, tier: needs.minimumTier.rank, bid: needs.bid,
            floor: need.power)
    }

    private static func figures(
        of listing: borrowing Listing, _ models: inout NameBits, _ regions: inout NameBits
    ) -> OfferFigures {
        let offer = listing.shown(to: nil)
        let terms = offer.terms
        let all = terms.deviceCountAll
        let value = max(all > 0 ? terms.ask.microPerHour / Int64(all) : 0, leastValue)
        var bits: UInt64 = 0
        var (least, most) = (Int64.max, Int64(0))
        var (capability, speed) = (Int16(0), Int32(0))
        var last: String?
        for device in terms.devices {
            if device.model != last { bits |= models.bit(of: device.model) }
            last = device.model
            (least, most) = (min(least, device.vramBytes), max(most, device.vramBytes))
            guard let power = device.power else { continue }
            capability = max(capability, Int16(clamping: power.capability ?? 0))
            speed = max(speed, Int32(clamping: power.gigaflops ?? 0))
        }
        var figures = OfferFigures(
            capacity: terms.capacity, free: offer.free, models: bits, devices: all,
            whole: freeDevices(offer), ask: terms.ask, value: value,
            tie: tie(of: offer))
        figures.offered = terms.devices.count
        (figures.mostCapability, figures.mostGigaflops) = (capability, speed)
        figures.spotAsk = terms.price(isSpot: true)
        (figures.leastVRAM, figures.mostVRAM) = (terms.devices.isEmpty ? 0 : least, most)
        figures.burden = offer.record.burden
        figures.tier = terms.tier.rank
        figures.region = regions.bit(of: offer.refutation == nil ? terms.region : nowhere)
        figures.isConnected = NetworkAccess.egress.isGiven(by: terms.network)
        figures.isOpen = !listing.isClosed
        return figures
    }

    /// How many of the offered devices are free. Both lists are in one order, or else they are compared
    /// each with each.
    private static func freeDevices(_ offer: Offer) -> Int {
        var free = offer.freeDevices[...]
        for device in offer.terms.devices where device.id == free.first { free.removeFirst() }
        guard !free.isEmpty else { return offer.freeDevices.count }
        return offer.terms.devices.count { offer.freeDevices.contains($0.id) }
    }

    /// Who has waited longest comes first; of the same millisecond (42 bits, up to the year 2109) an end
    /// of the ID decides, which is random.
    private static func tie(of offer: Offer) -> UInt64 {
        let time = UInt64(min(max(offer.waitingSince.milliseconds, 0), 1 << 42 - 1))
        let end = offer.node.text.utf8.dropFirst(4).suffix(3).reduce(0) { $0 << 8 | UInt64($1) }
        return time << 22 | end & (1 << 22 - 1)
    }
}

extension Offer {
    /// Whether nobody can have of it what they could not have of `other`, the same node's.
    fileprivate func isWithin(_ other: Offer) -> Bool {
        terms == other.terms && availability == other.availability && closing == other.closing
            && refutation == other.refutation && free.fits(in: other.free)
            && freeDevices.allSatisfy(other.freeDevices.contains)
    }
}
