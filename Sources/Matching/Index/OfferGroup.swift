import Domain

/// Offers whose devices are of the same models, in slots.
///
/// A slot keeps its offer until that leaves the group, or the group grows. Offers of the same region
/// and tier lie together, as far as there was room when they came: that makes searches short, and
/// changes no answer.
struct OfferGroup: Sendable {
    let models: [String]
    let bits: UInt64
    private(set) var listings: [Listing?]
    /// What decides about an offer, beside it: numbers alone, so that a search counts no references.
    private(set) var facts: [SlotFacts?]
    private(set) var tree: SlotTree
    private var places: SlotPlaces
    private(set) var count = 0
    /// No device has more memory.
    private(set) var mostVRAM: Int64 = 0

    var isFull: Bool { count == tree.capacity }

    init(models: [String], bits: UInt64) {
        self.models = models
        self.bits = bits
        tree = SlotTree(capacity: SlotTree.fan)
        listings = [Listing?](repeating: nil, count: tree.capacity)
        facts = [SlotFacts?](repeating: nil, count: tree.capacity)
        places = SlotPlaces(capacity: tree.capacity)
    }

    /// Takes a free slot; the group must not be full.
    mutating func insert(_ listing: Listing, _ leaf: SlotTree.Leaf) -> Int {
        let slot = places.take(near: leaf.order)
        count += 1
        write(listing, leaf, at: slot)
        return slot
    }

    mutating func remove(at slot: Int) {
        listings[slot] = nil
        facts[slot] = nil
        tree.set(slot, nil)
        places.free(slot)
        count -= 1
    }

    mutating func write(_ listing: Listing, _ leaf: SlotTree.Leaf, at slot: Int) {
        let isSame = listings[slot]?.offer.terms.devices == listing.offer.terms.devices
        let new = SlotFacts(
            listing.offer, freeDevices: leaf.freeDevices, same: isSame ? facts[slot] : nil)
        facts[slot] = new
        mostVRAM = max(mostVRAM, new.mostVRAM)
        listings[slot] = listing
        tree.set(slot, listing.isClosed ? nil : leaf)
    }

    /// The same offers with room for as many more, all in order again.
    ///
    /// - Returns: the nodes' slots.
    mutating func grow(_ leaf: (Offer) -> SlotTree.Leaf) -> [(node: NodeID, slot: Int)] {
        let all = listings.compactMap { $0 }.map { ($0, leaf($0.offer)) }
            .sorted { $0.1.order < $1.1.order }
        tree = SlotTree(capacity: 2 * max(all.count, SlotTree.fan))
        listings = [Listing?](repeating: nil, count: tree.capacity)
        facts = [SlotFacts?](repeating: nil, count: tree.capacity)
        places = SlotPlaces(capacity: tree.capacity)
        count = 0
        return all.enumerated().map { number, entry in
            let slot = places.take(exactly: 2 * number, entry.1.order)
            count += 1
            write(entry.0, entry.1, at: slot)
            return (entry.0.offer.node, slot)
        }
    }
}

extension Listing {
    /// Whether no order is placed on it now.
    var isClosed: Bool {
        standing == .stale || offer.availability != .open || offer.closing != nil
    }
}

extension SlotTree.Leaf {
    /// Where it lies among others: offers that the same orders may have are neighbours.
    var order: UInt64 {
        UInt64(regions.trailingZeroBitCount) << 56 | UInt64(tier) << 48
            | min(devicePrice >> 24, 1 << 40)
    }
}
