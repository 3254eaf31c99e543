import Domain

// The cheapest offer that can take an order now.
extension OfferIndex {
    /// - Parameter mayHave: whether the order may be proposed to this offer, which can take it.
    /// - Returns: the cheapest; of equally cheap ones that with the least left over, of these the
    ///   earliest node's.
    func cheapest(_ needs: Needs, where mayHave: (Offer) -> Bool) -> (place: Place, rate: Rate)? {
        let query = OfferQuery(needs, models: models, regions: regions)
        var found = Found(query)
        for group in groups.indices where groups[group].isWorthSearching(query) {
            groups[group].search(query, as: group, &found, mayHave)
        }
        guard let best = found.best, let rate = try? Rate(microPerHour: best.rank.rate) else {
            return nil
        }
        return (best.place, rate)
    }
}

extension OfferGroup {
    /// Whether any of its models is accepted; a group without devices is for orders of none.
    func isWorthSearching(_ query: OfferQuery) -> Bool {
        query.needs.devices.count == 0 || bits & query.models != 0
    }

    /// Depth first, what bounds the best first; a branch that cannot be better is left.
    func search(
        _ query: OfferQuery, as group: Int, _ found: inout Found, _ mayHave: (Offer) -> Bool
    ) {
        // At most eight elements of each level wait.
        withUnsafeTemporaryAllocation(of: Branch.self, capacity: SlotTree.fan * 12) { stack in
            tree.words.withUnsafeBufferPointer { words in
                var branches = Branches(tree, words, query, stack)
                branches.push(childrenOf: nil, found)
                while let branch = branches.pop(found) {
                    if branch.level > 0 {
                        branches.push(childrenOf: branch, found)
                    } else {
                        let place = OfferIndex.Place(group: group, slot: Int(branch.element))
                        consider(place, query, &found, mayHave)
                    }
                }
            }
        }
    }

    private func consider(
        _ place: OfferIndex.Place, _ query: OfferQuery, _ found: inout Found,
        _ mayHave: (Offer) -> Bool
    ) {
        guard let offer = listings[place.slot]?.offer, admits(query, offer, at: place.slot)
        else { return }
        let rate = Feasibility.rate(query.needs, offer.terms).microPerHour
        guard rate <= found.rate else { return }
        let rank = Found.Rank(
            rate: rate, leftover: Leftover.of(offer, after: query.needs), node: offer.node)
        if let best = found.best, best.rank < rank { return }
        if mayHave(offer) { found.take(rank, at: place) }
    }

    /// What the tree does not say of a slot that is open, and has the CPU, the memory and the tier.
    private func admits(_ query: OfferQuery, _ offer: Offer, at slot: Int) -> Bool {
        let needs = query.needs
        let disk = needs.slice.diskBytes
        guard disk <= offer.free.diskBytes, disk <= offer.terms.capacity.diskBytes,
            needs.network.isGiven(by: offer.terms.network),
            needs.regions.isEmpty || needs.regions.contains(offer.terms.region)
        else { return false }
        let need = needs.devices
        guard need.count > 0 else { return true }
        guard need.vramBytes <= vram[slot].most else { return false }
        if need.vramBytes <= vram[slot].least, bits & ~query.models == 0,
            need.models.isEmpty || bits & NameBits.shared == 0
        {
            return offer.freeDevices.count >= need.count
        }
        return Feasibility.freeDevices(need, in: offer).count == need.count
    }
}

/// An element of the tree that may lead to a better offer.
private struct Branch {
    let level: Int32
    let element: Int32
    let price: UInt64
}

/// Branches that wait, the best of them last.
private struct Branches {
    let tree: SlotTree
    let words: UnsafeBufferPointer<UInt64>
    let query: OfferQuery
    let stack: UnsafeMutableBufferPointer<Branch>
    var count = 0

    init(
        _ tree: SlotTree, _ words: UnsafeBufferPointer<UInt64>, _ query: OfferQuery,
        _ stack: UnsafeMutableBufferPointer<Branch>
    ) {
        self.tree = tree
        self.words = words
        self.query = query
        self.stack = stack
    }

    mutating func pop(_ found: Found) -> Branch? {
        while count > 0 {
            count -= 1
            if stack[count].price <= found.price { return stack[count] }
        }
        return nil
    }

    /// The root's children where there is no branch.
    mutating func push(childrenOf branch: Branch?, _ found: Found) {
        let level = branch.map { Int($0.level) - 1 } ?? tree.top
        let first = tree.starts[level] + (branch.map { Int($0.element) * SlotTree.fan } ?? 0)
        let (stride, bottom) = (tree.stride, count)
        let (cpu, memory) = (
            UInt64(query.needs.slice.milliCPU), UInt64(query.needs.slice.memoryBytes)
        )
        for element in first..<first + SlotTree.fan {
            let price = words[query.priceClass * stride + element]
            guard price <= found.price,
                words[SlotTree.Column.regions * stride + element] & query.regions != 0,
                words[SlotTree.Column.milliCPU * stride + element] >= cpu,
                words[SlotTree.Column.memory * stride + element] >= memory,
                words[SlotTree.Column.tier * stride + element] >= UInt64(query.tier)
            else { continue }
            let child = Branch(
                level: Int32(level), element: Int32(element - tree.starts[level]), price: price)
            // Insertion: the dearest of them at the bottom.
            var place = count
            while place > bottom, stack[place - 1].price < price {
                stack[place] = stack[place - 1]
                place -= 1
            }
            stack[place] = child
            count += 1
        }
    }
}
