import Domain

// The cheapest offer that can take an order now.
extension OfferIndex {
    /// - Parameter mayHave: whether the order may be proposed to this offer, which can take it; nil
    ///   where it may to every one.
    /// - Returns: the cheapest; of equally cheap ones that with the least left over, of these the
    ///   earliest node's.
    func cheapest(_ needs: Needs, where mayHave: ((Offer) -> Bool)? = nil) -> (
        place: Place, rate: Rate
    )? {
        let query = OfferQuery(needs, models: models, regions: regions)
        var found = Found(query)
        for group in groups.indices where groups[group].isWorthSearching(query) {
            groups[group].search(query, as: group, &found, mayHave)
        }
        return found.place.map { ($0, found.rate) }
    }
}

extension OfferGroup {
    /// Whether any of its models is accepted, and has the memory; a group without devices is for orders
    /// of none.
    func isWorthSearching(_ query: OfferQuery) -> Bool {
        let need = query.needs.devices
        return need.count == 0 || (bits & query.models != 0 && need.vramBytes <= mostVRAM)
    }

    /// Depth first, what bounds the best first; a branch that cannot be better is left.
    func search(
        _ query: OfferQuery, as group: Int, _ found: inout Found, _ mayHave: ((Offer) -> Bool)?
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
        _ mayHave: ((Offer) -> Bool)?
    ) {
        let slot = place.slot
        guard let facts = facts[slot], admits(query, facts, at: slot) else { return }
        let rate = facts.rate(of: query.needs)
        guard rate <= found.rate else { return }
        let leftover = facts.leftover(after: query.needs)
        if found.place != nil, rate == found.rate {
            guard leftover <= found.leftover else { return }
            guard leftover < found.leftover || isEarlier(slot, than: found) else { return }
        }
        if let mayHave, let offer = listings[slot]?.offer, !mayHave(offer) { return }
        found.take(place, rate, leftover: leftover, node: listings[slot]?.offer.node)
    }

    private func isEarlier(_ slot: Int, than found: Found) -> Bool {
        guard let node = listings[slot]?.offer.node, let other = found.node else { return false }
        return node < other
    }

    /// What the tree does not say of a slot that is open and has the CPU, memory, disk, tier and network.
    private func admits(_ query: OfferQuery, _ facts: SlotFacts, at slot: Int) -> Bool {
        let needs = query.needs
        if query.regions & NameBits.shared != 0, !needs.regions.isEmpty,
            listings[slot].map({ !needs.regions.contains($0.offer.terms.region) }) ?? true
        {
            return false
        }
        let need = needs.devices
        guard need.count > 0 else { return true }
        guard need.vramBytes <= facts.mostVRAM, need.count <= facts.freeDevices else {
            return false
        }
        if need.vramBytes <= facts.leastVRAM, bits & ~query.models == 0,
            need.models.isEmpty || bits & NameBits.shared == 0
        {
            return true
        }
        guard let offer = listings[slot]?.offer else { return false }
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
        let slice = query.needs.slice
        let (cpu, memory) = (UInt64(slice.milliCPU), UInt64(slice.memoryBytes))
        let disk = UInt64(slice.diskBytes)
        for element in first..<first + SlotTree.fan {
            let price = words[query.priceClass * stride + element]
            guard price <= found.price,
                words[query.regionColumn * stride + element] & query.regions != 0,
                words[SlotTree.Column.milliCPU * stride + element] >= cpu,
                words[SlotTree.Column.memory * stride + element] >= memory,
                words[SlotTree.Column.disk * stride + element] >= disk,
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
