import Domain

/// Offers by what orders look for: the best one for an order is found without asking every other.
///
/// The entry of the engine: the order book and the benchmarks come in here. Fed one offer at a time;
/// what it answers depends on the offers in it alone, never on the order in which they came.
/// Start reading at `OfferIndex+Search`, then `KindColumn` and `Outlook`.
package struct OfferIndex: Sendable {
    /// An offer's number for as long as it is in the index.
    package typealias Handle = Int

    struct Place: Hashable, Sendable {
        let group: Int
        let slot: Int
    }

    /// Groups beyond these are one.
    private static let mostGroups = 1_024

    let weights: ScoreWeights
    private(set) var mix: DemandMix
    var groups: [OfferGroup] = []
    /// Of each group what says whether to search it: beside the groups, so that those are not touched.
    private(set) var heads: [OfferGroup.Head] = []
    /// Units that are free in all groups.
    private(set) var freeUnits: Int64 = 0
    /// By models. Looked up, never walked.
    private var groupOf: [UInt64: Int] = [:]
    private var emptyGroups: [Int] = []
    /// By handle.
    private var places: [Place?] = []
    private var spare: [Handle] = []
    var kinds = KindCache()
    var scarcity = Scarcity()
    package private(set) var count = 0

    package init(mix: DemandMix = DemandMix([]), weights: ScoreWeights = .standard) {
        self.mix = mix
        self.weights = weights
    }

    package subscript(handle: Handle) -> OfferFigures? {
        guard let place = place(of: handle) else { return nil }
        return groups[place.group].figures[place.slot]
    }

    func place(of handle: Handle) -> Place? {
        places.indices.contains(handle) ? places[handle] : nil
    }

    package mutating func insert(_ offer: OfferFigures) -> Handle {
        let handle = spare.popLast() ?? places.count
        if handle == places.count { places.append(nil) }
        place(offer, as: handle)
        count += 1
        scarcity.isStale = true
        return handle
    }

    /// No effect where there is no such offer.
    package mutating func update(_ handle: Handle, _ offer: OfferFigures) {
        guard let place = place(of: handle) else { return }
        let old = groups[place.group].figures[place.slot]
        if old.offered != offer.offered || old.isOpen != offer.isOpen { scarcity.isStale = true }
        if old.models == offer.models {
            groups[place.group].write(offer, at: place.slot)
            return note(place.group)
        }
        leave(place)
        self.place(offer, as: handle)
        scarcity.isStale = true
    }

    package mutating func remove(_ handle: Handle) {
        guard let place = place(of: handle) else { return }
        places[handle] = nil
        spare.append(handle)
        leave(place)
        count -= 1
        scarcity.isStale = true
    }

    /// Another demand is expected from now on.
    package mutating func expect(_ mix: DemandMix) {
        self.mix = mix
        for group in groups.indices { groups[group].expect(mix) }
        scarcity.isStale = true
    }

    private mutating func place(_ offer: OfferFigures, as handle: Handle) {
        let group = group(of: offer.models)
        if groups[group].isFull { grow(group) }
        let slot = groups[group].insert(handle, offer)
        places[handle] = Place(group: group, slot: slot)
        note(group)
    }

    private mutating func note(_ group: Int) {
        while heads.count <= group { heads.append(OfferGroup.Head()) }
        let head = groups[group].head
        freeUnits += head.freeUnits - heads[group].freeUnits
        heads[group] = head
    }

    /// A group without offers is free for other models.
    private mutating func leave(_ place: Place) {
        groups[place.group].remove(at: place.slot)
        defer { note(place.group) }
        guard groups[place.group].count == 0, place.group < Self.mostGroups else { return }
        groupOf[groups[place.group].models] = nil
        groups[place.group] = OfferGroup(models: 0, mix, weights)
        emptyGroups.append(place.group)
    }

    private mutating func group(of models: UInt64) -> Int {
        if let known = groupOf[models] { return known }
        guard !emptyGroups.isEmpty || groups.count < Self.mostGroups else { return sharedGroup() }
        let group = emptyGroups.popLast() ?? groups.count
        if group == groups.count { groups.append(OfferGroup(models: 0, mix, weights)) }
        groups[group] = OfferGroup(models: models, mix, weights)
        groupOf[models] = group
        return group
    }

    /// For machines whose mixture of models is one too many: any order may find its place there.
    private mutating func sharedGroup() -> Int {
        if groups.count == Self.mostGroups {
            groups.append(OfferGroup(models: .max, mix, weights))
        }
        return Self.mostGroups
    }

    private mutating func grow(_ group: Int) {
        for (handle, slot) in groups[group].grow() {
            places[handle] = Place(group: group, slot: slot)
        }
    }
}

/// Kinds of orders that have columns, and which of them gives way to another.
struct KindCache: Sendable {
    /// Columns are memory: 256 kinds, fewer where there are very many offers.
    private static let most = 256
    private static let mostCells = 1 << 26

    /// Looked up, never walked.
    private var numbers: [OrderKind: Int] = [:]
    private var kinds: [OrderKind] = []
    private var lastUse: [Int] = []
    private var uses = 0

    /// - Returns: the kind's number, and whether columns of that number are another kind's.
    mutating func number(of kind: OrderKind, offers: Int) -> (number: Int, isNew: Bool) {
        uses += 1
        if let known = numbers[kind] {
            lastUse[known] = uses
            return (known, false)
        }
        let most = min(Self.most, max(16, Self.mostCells / max(offers, 1)))
        var number = kinds.count
        if number < most {
            kinds.append(kind)
            lastUse.append(uses)
        } else {
            number = lastUse.indices.min { lastUse[$0] < lastUse[$1] } ?? 0
            numbers[kinds[number]] = nil
            kinds[number] = kind
            lastUse[number] = uses
        }
        numbers[kind] = number
        return (number, true)
    }
}

/// What of each group is wanted by orders that cannot go everywhere, if all capacity is asked for in the
/// proportions of the mix: in millionths of what there is of it.
struct Scarcity: Sendable {
    /// In millionths of units, 17,000 devices: beyond that nothing costs more.
    private static let most = Int128(1) << 44

    var isStale = true
    private var wanted: [Int64] = []
    private var all: Int64 = 0

    mutating func bringUpToDate(_ groups: [OfferGroup.Head], _ mix: DemandMix) {
        guard isStale else { return }
        isStale = false
        all = groups.reduce(0) { $0 + $1.allUnits }
        let demand = max(mix.demand.reduce(0) { $0 + $1.units }, 1)
        wanted = [Int64](repeating: 0, count: groups.count)
        for form in mix.demand where form.models != .max {
            let accepted = groups.indices.filter { groups[$0].models & form.models != 0 }
            let units = Int128(accepted.reduce(0) { $0 + groups[$1].allUnits })
            guard units > 0 else { continue }
            let asked = Int128(form.units) * Int128(all) * Int128(DemandMix.one)
            let part = min(Int64(clamping: asked / Int128(demand) / units), DemandMix.one * 1_000)
            for group in accepted { wanted[group] += part }
        }
    }

    /// What a group's units cost now beside their price, in millionths of units: the share of them that
    /// constrained orders will want, times how much less of it is free than of all. It decays as the
    /// rest runs out, so that nobody is turned away for the sake of orders that do not come.
    func price(of kind: OrderKind, in group: Int, _ groups: [OfferGroup.Head], free: Int64) -> Int64
    {
        guard kind.count > 0, wanted[group] > 0, groups[group].freeUnits > 0, all > 0 else {
            return 0
        }
        let price =
            Int128(wanted[group]) * Int128(free) * Int128(groups[group].allUnits)
            / (Int128(all) * Int128(groups[group].freeUnits))
        return Int64(min(price * Int128(kind.total), Self.most))
    }
}
