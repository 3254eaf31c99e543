import Domain

/// Offers whose devices are of the same models, in slots.
///
/// A slot keeps its offer until that leaves the group, or the group grows. Offers of the same region
/// and tier lie together, as far as there was room when they came: that makes searches short, and
/// changes no answer.
struct OfferGroup: Sendable {
    /// What says whether to search a group, and what its devices are worth.
    struct Head: Hashable, Sendable {
        /// As bits.
        var models: UInt64 = 0
        /// No device has more memory.
        var mostVRAM: Int64 = 0
        /// None can do more.
        var mostCapability: Int16 = 0
        var mostGigaflops: Int32 = 0
        /// Units that are free, and all; and what a device is worth, on average.
        var freeUnits: Int64 = 0
        var allUnits: Int64 = 0
        var value: Int64 = 0

        /// Whether any of its models is accepted, has the memory and can do what is asked; a group without
        /// devices is for orders of none.
        func isWorthSearching(_ order: OrderFigures) -> Bool {
            order.kind.count == 0
                || (models & order.models != 0 && order.vram <= mostVRAM
                    && order.capability <= mostCapability && order.gigaflops <= mostGigaflops)
        }
    }

    /// As bits.
    let models: UInt64
    private(set) var handles: [OfferIndex.Handle?]
    /// By slot; of no meaning where the slot is free.
    private(set) var figures: [OfferFigures]
    private(set) var ties: [UInt64]
    private(set) var tree: SlotTree
    private(set) var count = 0
    private(set) var head: Head
    /// What all its devices are worth.
    private var worth: Int128 = 0
    private var places: SlotPlaces
    private var outlook: Outlook
    private let weights: ScoreWeights
    /// What the offer in a slot has lost as it stands, and what a lost millionth costs.
    private var losses: [(lost: Int64, price: Int64)]
    /// By kind.
    private(set) var columns: [KindColumn?] = []
    /// Slots that have changed, oldest first; columns have read it up to somewhere.
    private var changes: [Int32] = []
    /// How many changes are not in it any more.
    private var forgotten = 0

    var isFull: Bool { count == tree.capacity }

    init(models: UInt64, _ mix: DemandMix, _ weights: ScoreWeights) {
        self.models = models
        head = Head(models: models)
        self.weights = weights
        outlook = Outlook(of: models, mix, weights)
        tree = SlotTree(capacity: SlotTree.fan)
        places = SlotPlaces(capacity: tree.capacity)
        (handles, figures, ties, losses) = Self.empty(tree.capacity)
    }

    private static func empty(_ capacity: Int) -> (
        [OfferIndex.Handle?], [OfferFigures], [UInt64], [(lost: Int64, price: Int64)]
    ) {
        (
            [OfferIndex.Handle?](repeating: nil, count: capacity),
            [OfferFigures](repeating: .none, count: capacity),
            [UInt64](repeating: .max, count: capacity),
            [(lost: Int64, price: Int64)](repeating: (0, 0), count: capacity)
        )
    }

    /// What lies in the slots, as a search reads it: no references to count.
    struct Slots {
        /// Of the group, as bits.
        let models: UInt64
        let handles: UnsafeBufferPointer<OfferIndex.Handle?>
        let figures: UnsafeBufferPointer<OfferFigures>
        let ties: UnsafeBufferPointer<UInt64>
    }

    static func withSlots(of group: UnsafePointer<OfferGroup>, _ body: (Slots) -> Void) {
        let models = group.pointee.models
        group.pointee.handles.withUnsafeBufferPointer { handles in
            group.pointee.figures.withUnsafeBufferPointer { figures in
                group.pointee.ties.withUnsafeBufferPointer { ties in
                    body(Slots(models: models, handles: handles, figures: figures, ties: ties))
                }
            }
        }
    }

    // MARK: Offers

    /// Takes a free slot; the group must not be full.
    mutating func insert(_ handle: OfferIndex.Handle, _ offer: OfferFigures) -> Int {
        let slot = places.take(near: offer.order)
        hold(handle, offer, in: slot)
        return slot
    }

    private mutating func hold(_ handle: OfferIndex.Handle, _ offer: OfferFigures, in slot: Int) {
        count += 1
        handles[slot] = handle
        write(offer, at: slot)
    }

    mutating func remove(at slot: Int) {
        write(.none, at: slot)
        handles[slot] = nil
        places.free(slot)
        count -= 1
    }

    mutating func write(_ offer: OfferFigures, at slot: Int) {
        let old = figures[slot]
        let units = Int64(OfferFigures.whole)
        head.freeUnits += offer.openUnits - old.openUnits
        // What nobody can have now is no supply, whatever its owner says that it is worth.
        let (now, before) = (offer.isOpen ? offer.offered : 0, old.isOpen ? old.offered : 0)
        head.allUnits += Int64(now - before) * units
        head.mostVRAM = max(head.mostVRAM, offer.mostVRAM)
        head.mostCapability = max(head.mostCapability, offer.mostCapability)
        head.mostGigaflops = max(head.mostGigaflops, offer.mostGigaflops)
        if before != now || old.value != offer.value {
            worth += Int128(now) * Int128(offer.value)
            worth -= Int128(before) * Int128(old.value)
            let all = Int128(max(head.allUnits, units))
            head.value = Int64(clamping: worth * Int128(units) / all)
        }
        figures[slot] = offer
        ties[slot] = offer.tie
        tree.set(slot, offer.isOpen ? SlotTree.Leaf(offer) : nil)
        guard weights.share > 0 else { return }
        losses[slot] = (outlook.value(offer.state).lost, weights.price(of: offer.value))
        noteChange(of: slot)
    }

    private mutating func noteChange(of slot: Int) {
        guard !columns.isEmpty else { return }
        changes.append(Int32(slot))
        // Whoever has not read half of a long log by now reads all slots instead.
        guard changes.count > 8 * max(tree.capacity, 1_024) else { return }
        let half = changes.count / 2
        changes.removeFirst(half)
        forgotten += half
    }

    /// The same offers with room for as many more, all in order again.
    ///
    /// - Returns: the offers' slots.
    mutating func grow() -> [(handle: OfferIndex.Handle, slot: Int)] {
        let all = zip(handles, figures).compactMap { handle, offer in handle.map { ($0, offer) } }
            .sorted { ($0.1.order, $0.1.tie) < ($1.1.order, $1.1.tie) }
        tree = SlotTree(capacity: 2 * max(all.count, SlotTree.fan))
        places = SlotPlaces(capacity: tree.capacity)
        (handles, figures, ties, losses) = Self.empty(tree.capacity)
        (columns, changes, forgotten, count) = ([], [], 0, 0)
        head = Head(models: models)
        worth = 0
        return all.enumerated().map { number, entry in
            let slot = places.take(exactly: 2 * number, entry.1.order)
            hold(entry.0, entry.1, in: slot)
            return (entry.0, slot)
        }
    }

    // MARK: Costs

    /// Another demand is expected: all is weighed anew.
    mutating func expect(_ mix: DemandMix) {
        outlook = Outlook(of: models, mix, weights)
        columns = []
        (changes, forgotten) = ([], 0)
        for slot in figures.indices where handles[slot] != nil {
            losses[slot].lost = outlook.value(figures[slot].state).lost
        }
    }

    mutating func forgetColumn(_ kind: Int) {
        if columns.indices.contains(kind) { columns[kind] = nil }
    }

    /// Makes the kind's column, or brings it up to date.
    mutating func prepare(_ kind: OrderKind, as number: Int) {
        while columns.count <= number { columns.append(nil) }
        let now = forgotten + changes.count
        // Taken out while it changes: it asks the group for costs.
        var column =
            columns[number] ?? KindColumn(kind, starts: tree.starts, seen: .min)
        columns[number] = nil
        defer { columns[number] = column }
        let unread = column.seen == .min ? Int.max : now - column.seen
        column.seen = now
        guard unread > 0 else { return }
        guard unread < tree.capacity, unread <= changes.count else {
            return column.setAll(ties) { cost(of: kind, at: $0) }
        }
        for change in changes[(changes.count - unread)...] {
            let slot = Int(change)
            column.set(slot, cost(of: kind, at: slot), ties)
        }
    }

    /// What an hour of an order of this kind costs in a slot, memory and disk left aside: 1/1024
    /// micro-units. `KindColumn.never` where it does not fit.
    private mutating func cost(of kind: OrderKind, at slot: Int) -> Int64 {
        guard figures[slot].isOpen, figures[slot].fits(kind) else { return KindColumn.never }
        return figures[slot].rate(of: kind) * figures[slot].burden + loss(of: kind, at: slot)
    }

    /// What an order of this kind takes away from later ones, in the same money.
    mutating func loss(of kind: OrderKind, at slot: Int) -> Int64 {
        guard weights.share > 0 else { return 0 }
        let (lost, price) = losses[slot]
        return ScoreWeights.cost(of: outlook.loss(kind, figures[slot], lost: lost), at: price)
    }

    /// Which device an order that divides one is best given.
    mutating func device(for kind: OrderKind, at slot: Int) -> Int32 {
        guard kind.isDivided else { return OfferFigures.whole }
        return outlook.divided(kind, figures[slot], lost: losses[slot].lost).device
    }
}

extension OfferFigures {
    /// No offer.
    static let none = {
        var none = OfferFigures(
            capacity: .zero, free: .zero, models: 0, devices: 0, whole: 0, ask: .least, value: 0,
            tie: .max)
        none.isOpen = false
        return none
    }()

    var state: Outlook.State { Outlook.State(milliCPU: free.milliCPU, whole: whole, parts: parts) }

    var openUnits: Int64 { isOpen ? freeUnits : 0 }

    func fits(_ kind: OrderKind) -> Bool {
        free.milliCPU >= kind.milliCPU && capacity.milliCPU >= kind.milliCPU
            && (kind.count == 0 || devices(with: kind.units) >= kind.count)
    }

    /// Where it lies among others: offers that the same orders may have are neighbours.
    var order: UInt64 {
        let price = devices > 0 ? UInt64(ask.microPerHour) / UInt64(devices) : 0
        return UInt64(region.trailingZeroBitCount) << 56 | UInt64(max(tier, 0)) << 48
            | min(price, 1 << 40)
    }
}

extension SlotTree.Leaf {
    init(_ offer: OfferFigures) {
        self.init(
            // The lower price bounds both: who pays the ask is asked for it at the leaf.
            cpuPrice: UnitPrice.of(offer.spotAsk, per: offer.capacity.milliCPU),
            devicePrice: UnitPrice.of(offer.spotAsk, per: Int64(offer.devices)),
            freeDevices: offer.devices(with: 1),
            milliCPU: min(offer.free.milliCPU, offer.capacity.milliCPU),
            memory: min(offer.free.memoryBytes, offer.capacity.memoryBytes),
            disk: min(offer.free.diskBytes, offer.capacity.diskBytes), tier: offer.tier,
            regions: offer.region, isConnected: offer.isConnected)
    }
}
