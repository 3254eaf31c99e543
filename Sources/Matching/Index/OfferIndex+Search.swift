import Domain

// The best offer that can take an order now.
extension OfferIndex {
    /// - Parameters:
    ///   - mustAsk: whether `mayHave` is asked of every offer that is found, not only where the figures
    ///     do not tell.
    ///   - mayHave: whether the order may have this offer, by more than its figures.
    /// - Returns: the offer of least cost: its rate, times what a paid hour costs in work, and what
    ///   later orders lose by it; of equal ones that of the lowest tie.
    package mutating func best(
        for order: OrderFigures, mustAsk: Bool = false, where mayHave: (Handle) -> Bool
    ) -> Choice? {
        let isScored = weights.share > 0
        let number = isScored ? column(of: order.kind) : nil
        if isScored { scarcity.bringUpToDate(heads, mix) }
        var found = Found(order)
        for group in heads.indices where heads[group].isWorthSearching(order) {
            let extra = isScored ? scarcityCost(of: order.kind, in: group) : 0
            if let number { groups[group].prepare(order.kind, as: number) }
            groups.withUnsafeBufferPointer { groups in
                guard let first = groups.baseAddress else { return }
                OfferGroup.search(
                    first + group, order, column: number, extra: extra, &found, mustAsk, mayHave)
            }
        }
        guard let handle = found.handle, let place = place(of: handle) else { return nil }
        return Choice(
            handle: handle, rate: found.rate,
            device: groups[place.group].device(for: order.kind, at: place.slot))
    }

    private mutating func column(of kind: OrderKind) -> Int {
        let known = kinds.number(of: kind, offers: count)
        if known.isNew { for group in groups.indices { groups[group].forgetColumn(known.number) } }
        return known.number
    }

    private func scarcityCost(of kind: OrderKind, in group: Int) -> Int64 {
        let loss = scarcity.price(of: kind, in: group, heads, free: freeUnits) * weights.scarcity
        return ScoreWeights.cost(of: loss, at: weights.price(of: heads[group].value))
    }

    /// What an hour of an order costs with an offer that can take it, by which the least is found: in
    /// 1/1024 micro-units. Asked by tests, which compare it with every other offer's.
    package mutating func cost(of order: OrderFigures, with handle: Handle) -> Int64? {
        guard let place = place(of: handle) else { return nil }
        scarcity.bringUpToDate(heads, mix)
        let offer = groups[place.group].figures[place.slot]
        return offer.rate(of: order).microPerHour * offer.burden
            + groups[place.group].loss(of: order.kind, at: place.slot)
            + (weights.share > 0 ? scarcityCost(of: order.kind, in: place.group) : 0)
    }
}

extension OfferGroup {
    /// Depth first, what bounds the best first; a branch that cannot be better is left.
    ///
    /// Static, by pointer: a group is many arrays, and a copy of it would count them all.
    /// - Parameter column: the kind's, which bounds by cost; nil: by price alone.
    static func search(
        _ group: UnsafePointer<OfferGroup>, _ order: OrderFigures, column: Int?, extra: Int64,
        _ found: inout Found, _ mustAsk: Bool, _ mayHave: (OfferIndex.Handle) -> Bool
    ) {
        // At most eight elements of each level wait.
        withUnsafeTemporaryAllocation(of: Branch.self, capacity: SlotTree.fan * 12) { stack in
            withSlots(of: group) { slots in
                group.pointee.tree.withShape { shape in
                    guard let column, let costs = group.pointee.columns[column] else {
                        var search = Search(shape, slots, order, extra, nil, nil, stack)
                        return search.run(&found, mustAsk, mayHave)
                    }
                    costs.withCosts { least, winners in
                        var search = Search(shape, slots, order, extra, least, winners, stack)
                        search.run(&found, mustAsk, mayHave)
                    }
                }
            }
        }
    }
}

extension OfferFigures {
    /// Whether devices and memory are there; the tree has asked for all else.
    fileprivate func has(_ order: OrderFigures) -> Bool {
        let count = order.kind.count
        return free.milliCPU >= order.kind.milliCPU
            && (count == 0 || (order.vram <= mostVRAM && devices(with: order.kind.units) >= count))
    }
}

/// An element of the tree that may lead to a better offer.
private struct Branch {
    let level: Int32
    let element: Int32
    /// What an order costs there at least.
    let cost: Int64
}

/// One group's branches that wait, the best of them last.
private struct Search {
    let shape: SlotTree.Shape
    let slots: OfferGroup.Slots
    let order: OrderFigures
    let extra: Int64
    let least: UnsafeBufferPointer<Int64>?
    let winners: UnsafeBufferPointer<Int32>?
    let stack: UnsafeMutableBufferPointer<Branch>
    let priceColumn: Int
    let regionColumn: Int
    let units: UInt64
    let mostPrice: UInt64
    var count = 0

    init(
        _ shape: SlotTree.Shape, _ slots: OfferGroup.Slots, _ order: OrderFigures,
        _ extra: Int64, _ least: UnsafeBufferPointer<Int64>?,
        _ winners: UnsafeBufferPointer<Int32>?,
        _ stack: UnsafeMutableBufferPointer<Branch>
    ) {
        self.shape = shape
        self.slots = slots
        self.order = order
        self.extra = extra
        self.least = least
        self.winners = winners
        self.stack = stack
        let kind = order.kind
        priceColumn = SlotTree.priceClass(kind.count) * shape.stride
        let regions =
            order.needsNetwork ? SlotTree.Column.connectedRegions : SlotTree.Column.regions
        regionColumn = regions * shape.stride
        units = kind.count > 0 ? UInt64(kind.count) : UInt64(kind.milliCPU)
        mostPrice = UnitPrice.highest(for: order.bid, units: Int64(units))
    }

    mutating func run(
        _ found: inout Found, _ mustAsk: Bool, _ mayHave: (OfferIndex.Handle) -> Bool
    ) {
        push(childrenOf: nil, found)
        while let branch = pop(found) {
            if branch.level > 0 {
                push(childrenOf: branch, found)
            } else {
                consider(Int(branch.element), &found, mustAsk, mayHave)
            }
        }
    }

    private func consider(
        _ slot: Int, _ found: inout Found, _ mustAsk: Bool,
        _ mayHave: (OfferIndex.Handle) -> Bool
    ) {
        guard let handle = slots.handles[slot], slots.figures[slot].has(order) else { return }
        let rate = slots.figures[slot].rate(of: order)
        guard rate <= order.bid else { return }
        let (cost, tie) = (cost(at: slot, rate), slots.ties[slot])
        let isSure = !mustAsk && isSure(slot)
        guard found.mayGain(cost, tie), isSure || mayHave(handle) else { return }
        found.take(handle, rate, cost, tie)
    }

    /// Whether the figures of an offer tell all.
    private func isSure(_ slot: Int) -> Bool {
        guard !order.isInexact else { return false }
        guard order.kind.count > 0 else { return true }
        return order.vram <= slots.figures[slot].leastVRAM && slots.models & ~order.models == 0
    }

    /// The exact cost of an offer in its place.
    private func cost(at slot: Int, _ rate: Rate) -> Int64 {
        let burden = slots.figures[slot].burden
        guard let least else { return rate.microPerHour * burden }
        // The column has CPU and devices; memory or disk may cost more.
        let more = rate.microPerHour - slots.figures[slot].rate(of: order.kind)
        return least[slot] + more * burden + extra
    }

    private mutating func pop(_ found: Found) -> Branch? {
        while count > 0 {
            count -= 1
            let branch = stack[count]
            let element = shape.starts[Int(branch.level)] + Int(branch.element)
            if found.mayGain(branch.cost, tie(of: element)) { return branch }
        }
        return nil
    }

    /// The first tie that an element may have.
    private func tie(of element: Int) -> UInt64 {
        guard let winners else { return 0 }
        return slots.ties[Int(winners[element])]
    }

    private func cost(of element: Int, price: UInt64) -> Int64 {
        if let least {
            let cost = least[element]
            return cost == KindColumn.never ? cost : cost + extra
        }
        // A price is at most 2⁶¹ for all units there are, and no offer has less than the order's.
        let (product, isOver) = price.multipliedReportingOverflow(by: units)
        return isOver ? KindColumn.never : Int64((product + (1 << 24) - 1) >> 24) * OfferFigures.par
    }

    /// The root's children where there is no branch.
    private mutating func push(childrenOf branch: Branch?, _ found: Found) {
        let level = branch.map { Int($0.level) - 1 } ?? shape.top
        let first = shape.starts[level] + (branch.map { Int($0.element) * SlotTree.fan } ?? 0)
        let (words, stride, bottom) = (shape.words, shape.stride, count)
        let (cpu, memory) = (UInt64(order.kind.milliCPU), UInt64(order.memory))
        let (disk, tier) = (UInt64(order.disk), UInt64(order.tier))
        for element in first..<first + SlotTree.fan {
            let price = words[priceColumn + element]
            guard price <= mostPrice, price != SlotTree.noPrice,
                words[regionColumn + element] & order.regions != 0,
                words[SlotTree.Column.milliCPU * stride + element] >= cpu,
                words[SlotTree.Column.memory * stride + element] >= memory,
                words[SlotTree.Column.disk * stride + element] >= disk,
                words[SlotTree.Column.tier * stride + element] >= tier
            else { continue }
            let cost = cost(of: element, price: price)
            guard cost != KindColumn.never, found.mayGain(cost, tie(of: element)) else {
                continue
            }
            let child = Branch(
                level: Int32(level), element: Int32(element - shape.starts[level]), cost: cost)
            // Insertion: the dearest of them at the bottom.
            var place = count
            while place > bottom, stack[place - 1].cost < cost {
                stack[place] = stack[place - 1]
                place -= 1
            }
            stack[place] = child
            count += 1
        }
    }
}
