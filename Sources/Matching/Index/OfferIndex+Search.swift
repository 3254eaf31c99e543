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
            // In place: a group is many arrays, and none of them is counted.
            groups.withUnsafeMutableBufferPointer { groups in
                if let number { groups[group].prepare(order.kind, as: number) }
                groups[group].search(
                    order, column: number, extra: extra, &found, mustAsk, mayHave)
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
    /// - Parameter column: the kind's, which bounds by cost; nil: by price alone.
    func search(
        _ order: OrderFigures, column: Int?, extra: Int64, _ found: inout Found, _ mustAsk: Bool,
        _ mayHave: (OfferIndex.Handle) -> Bool
    ) {
        // At most eight elements of each level wait.
        withUnsafeTemporaryAllocation(of: Branch.self, capacity: SlotTree.fan * 12) { stack in
            tree.withShape { shape in
                guard let column, let costs = columns[column] else {
                    let search = Search(shape, order, extra, nil, nil, stack)
                    return run(search, order, extra, &found, mustAsk, mayHave)
                }
                costs.withCosts { least, winners in
                    let search = Search(shape, order, extra, least, winners, stack)
                    run(search, order, extra, &found, mustAsk, mayHave)
                }
            }
        }
    }

    private func run(
        _ search: consuming Search, _ order: OrderFigures, _ extra: Int64, _ found: inout Found,
        _ mustAsk: Bool, _ mayHave: (OfferIndex.Handle) -> Bool
    ) {
        ties.withUnsafeBufferPointer { ties in
            figures.withUnsafeBufferPointer { figures in
                search.push(childrenOf: nil, found, ties)
                while let branch = search.pop(found, ties) {
                    guard branch.level == 0 else {
                        search.push(childrenOf: branch, found, ties)
                        continue
                    }
                    let slot = Int(branch.element)
                    guard let handle = handles[slot] else { continue }
                    let isSure = !mustAsk && isSure(order, figures[slot])
                    guard figures[slot].has(order) else { continue }
                    let rate = figures[slot].rate(of: order)
                    guard rate <= order.bid else { continue }
                    let cost = search.cost(at: slot, rate, figures[slot], order.kind)
                    guard found.mayGain(cost, ties[slot]), isSure || mayHave(handle) else {
                        continue
                    }
                    found.take(handle, rate, cost, ties[slot])
                }
            }
        }
    }

    /// Whether the figures of an offer tell all.
    private func isSure(_ order: OrderFigures, _ offer: OfferFigures) -> Bool {
        guard !order.isInexact else { return false }
        guard order.kind.count > 0 else { return true }
        return order.vram <= offer.leastVRAM && models & ~order.models == 0
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
        _ shape: SlotTree.Shape, _ order: OrderFigures, _ extra: Int64,
        _ least: UnsafeBufferPointer<Int64>?, _ winners: UnsafeBufferPointer<Int32>?,
        _ stack: UnsafeMutableBufferPointer<Branch>
    ) {
        self.shape = shape
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

    /// The exact cost of an offer in its place.
    func cost(at slot: Int, _ rate: Rate, _ offer: OfferFigures, _ kind: OrderKind) -> Int64 {
        guard let least else { return rate.microPerHour * offer.burden }
        // The column has CPU and devices; memory or disk may cost more.
        let more = rate.microPerHour - offer.rate(of: kind)
        return least[slot] + more * offer.burden + extra
    }

    mutating func pop(_ found: Found, _ ties: UnsafeBufferPointer<UInt64>) -> Branch? {
        while count > 0 {
            count -= 1
            let branch = stack[count]
            let element = shape.starts[Int(branch.level)] + Int(branch.element)
            if found.mayGain(branch.cost, tie(of: element, ties)) { return branch }
        }
        return nil
    }

    /// The first tie that an element may have.
    private func tie(of element: Int, _ ties: UnsafeBufferPointer<UInt64>) -> UInt64 {
        guard let winners else { return 0 }
        return ties[Int(winners[element])]
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
    mutating func push(
        childrenOf branch: Branch?, _ found: Found, _ ties: UnsafeBufferPointer<UInt64>
    ) {
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
            guard cost != KindColumn.never, found.mayGain(cost, tie(of: element, ties)) else {
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
