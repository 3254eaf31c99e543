import Domain

/// Offers by what orders look for: the best one for an order is found without asking every other.
///
/// Fed one offer at a time; what it answers depends on the offers in it alone, never on the order in
/// which they came.
struct OfferIndex: Sendable {
    struct Place: Hashable, Sendable {
        let group: Int
        let slot: Int
    }

    /// Groups beyond these are one.
    private static let mostGroups = 1_024

    var models = NameBits()
    var regions = NameBits()
    private(set) var groups: [OfferGroup] = []
    /// Looked up, never walked.
    private var groupOf: [[String]: Int] = [:]
    private var placeOf: [NodeID: Place] = [:]
    private var emptyGroups: [Int] = []

    var count: Int { placeOf.count }

    /// In no particular order.
    var listings: some Sequence<Listing> {
        groups.lazy.flatMap { $0.listings.lazy.compactMap { $0 } }
    }

    func place(of node: NodeID) -> Place? { placeOf[node] }

    func listing(at place: Place) -> Listing? { groups[place.group].listings[place.slot] }

    func listing(of node: NodeID) -> Listing? { placeOf[node].flatMap(listing(at:)) }

    /// Inserts the offer or replaces its node's.
    mutating func put(_ listing: Listing) {
        let offer = listing.offer
        _ = regions.bit(of: offer.terms.region)
        if let known = placeOf[offer.node] {
            if hasModels(of: offer, known) {
                return groups[known.group].write(listing, leaf(offer), at: known.slot)
            }
            remove(offer.node)
        }
        let names = Self.models(of: offer)
        let leaf = leaf(offer)
        let group = group(of: names)
        if groups[group].isFull { grow(group) }
        let slot = groups[group].insert(listing, leaf)
        placeOf[offer.node] = Place(group: group, slot: slot)
    }

    mutating func remove(_ node: NodeID) {
        guard let place = placeOf.removeValue(forKey: node) else { return }
        groups[place.group].remove(at: place.slot)
        if groups[place.group].count == 0, place.group < Self.mostGroups { forget(place.group) }
    }

    /// A group without offers is free for other models.
    private mutating func forget(_ group: Int) {
        groupOf[groups[group].models] = nil
        groups[group] = OfferGroup(models: [], bits: 0)
        emptyGroups.append(group)
    }

    /// Whether the offer is of the place's group. Mostly its devices are what they were.
    private func hasModels(of offer: Offer, _ place: Place) -> Bool {
        place.group == Self.mostGroups
            || listing(at: place)?.offer.terms.devices == offer.terms.devices
            || groups[place.group].models == Self.models(of: offer)
    }

    private static func models(of offer: Offer) -> [String] {
        Set(offer.terms.devices.map(\.model)).sorted()
    }

    private mutating func group(of names: [String]) -> Int {
        if let known = groupOf[names] { return known }
        guard !emptyGroups.isEmpty || groups.count < Self.mostGroups else { return sharedGroup() }
        let bits = names.reduce(0) { $0 | models.bit(of: $1) }
        let group = emptyGroups.popLast() ?? groups.count
        if group == groups.count { groups.append(OfferGroup(models: [], bits: 0)) }
        groups[group] = OfferGroup(models: names, bits: bits)
        groupOf[names] = group
        return group
    }

    /// For machines whose mixture of models is one too many: any order may find its place there.
    private mutating func sharedGroup() -> Int {
        if groups.count == Self.mostGroups { groups.append(OfferGroup(models: [], bits: .max)) }
        return Self.mostGroups
    }

    private mutating func grow(_ group: Int) {
        var grown = OfferGroup(models: [], bits: 0)
        // Taken out while it grows: its leaves are of this index's words.
        swap(&grown, &groups[group])
        for (node, slot) in grown.grow({ leaf($0) }) {
            placeOf[node] = Place(group: group, slot: slot)
        }
        swap(&grown, &groups[group])
    }

    private func leaf(_ offer: Offer) -> SlotTree.Leaf {
        let terms = offer.terms
        return SlotTree.Leaf(
            cpuPrice: UnitPrice.of(terms.ask, per: terms.capacity.milliCPU),
            devicePrice: UnitPrice.of(terms.ask, per: Int64(terms.deviceCountAll)),
            freeDevices: Self.freeDevices(offer),
            milliCPU: min(offer.free.milliCPU, terms.capacity.milliCPU),
            memory: min(offer.free.memoryBytes, terms.capacity.memoryBytes),
            disk: min(offer.free.diskBytes, terms.capacity.diskBytes), tier: terms.tier.rank,
            regions: regions.known(terms.region),
            isConnected: NetworkAccess.egress.isGiven(by: terms.network))
    }

    /// How many of the offered devices are free. Both lists are in one order, or else they are compared
    /// each with each.
    private static func freeDevices(_ offer: Offer) -> Int {
        var free = offer.freeDevices[...]
        for device in offer.terms.devices where device.id == free.first { free.removeFirst() }
        guard !free.isEmpty else { return offer.freeDevices.count }
        return offer.terms.devices.count { offer.freeDevices.contains($0.id) }
    }
}
