// What a place is worth to an order, and which devices of it.
extension Packing {
    /// The kind's index, with every change in it.
    mutating func index(of need: PackingNeed) -> Int {
        if let known = kindOf[need] {
            bringUpToDate(known)
            return known
        }
        kinds.append(
            KindIndex(
                need, places: places, count: machines.count, seen: forgotten + changes.count))
        kindOf[need] = kinds.count - 1
        scoreAll(kinds.count - 1)
        return kinds.count - 1
    }

    private mutating func scoreAll(_ kind: Int) {
        // Taken out while it changes: it asks the packing for scores.
        var index = KindIndex.empty
        swap(&index, &kinds[kind])
        defer { swap(&index, &kinds[kind]) }
        let need = index.need
        for model in places.indices where !places[model].isEmpty && need.models.contains(model) {
            index.setAll(of: model) { score(need, at: $0) }
        }
        index.seen = forgotten + changes.count
    }

    private mutating func bringUpToDate(_ kind: Int) {
        let unread = forgotten + changes.count - kinds[kind].seen
        guard unread > 0 else { return }
        guard unread < machines.count, unread <= changes.count else { return scoreAll(kind) }
        var index = KindIndex.empty
        swap(&index, &kinds[kind])
        defer { swap(&index, &kinds[kind]) }
        let need = index.need
        for change in changes[(changes.count - unread)...] {
            let place = Int(change)
            let model = machines[place].model
            guard need.models.contains(model) else { continue }
            index.set(score(need, at: place), at: place, of: model)
        }
        index.seen = forgotten + changes.count
    }

    /// In millionths of a unit; more is better. `KindIndex.never` where the order does not fit.
    func score(_ need: PackingNeed, at place: Int) -> Int64 {
        guard fits(need, at: place) else { return KindIndex.never }
        let cpu = freeCPU[place] - need.milliCPU
        let units = freeUnits(at: place)
        let rest = units - need.total
        let one = DemandMix.one
        let leftover =
            weights.leftover
            * (scaled(one, cpu, largest.milliCPU) + scaled(one, rest, largest.units))
        let stranded =
            stranding(units: rest, cpu: cpu) - stranding(units: units, cpu: freeCPU[place])
        let common = -leftover - weights.stranding * stranded
        return common + bestDevices(need, at: place, cpu: cpu).gain
    }

    /// What the best choice of devices gains at a place where the order fits.
    private func bestDevices(
        _ need: PackingNeed, at place: Int, cpu: Int64
    ) -> (gain: Int64, device: Int) {
        let first = firstDevice[place]
        guard need.count == 1, need.units < PackingNeed.whole else {
            let after = fragmentation(of: place, cpu: cpu, changed: (need, nil))
            return (weights.fragmentation * (fragmentation[place] - after), -1)
        }
        var best: (gain: Int64, device: Int) = (.min, -1)
        for device in 0..<machines[place].devices {
            let units = free[first + device]
            // Equal devices score equally: the first of them stands for all.
            guard units >= need.units, !isRepeated(device, first) else { continue }
            let after = fragmentation(of: place, cpu: cpu, changed: (need, device))
            let waste =
                mix.residual.waste[Int(units - need.units)] - mix.residual.waste[Int(units)]
            let gain =
                weights.fragmentation * (fragmentation[place] - after) - weights.residual * waste
            if gain > best.gain { best = (gain, device) }
        }
        return best
    }

    private func isRepeated(_ device: Int, _ first: Int) -> Bool {
        for earlier in 0..<device where free[first + earlier] == free[first + device] {
            return true
        }
        return false
    }

    func chosenDevices(_ need: PackingNeed, at place: Int) -> [Int] {
        guard need.count > 0 else { return [] }
        if need.count == 1, need.units < PackingNeed.whole {
            return [bestDevices(need, at: place, cpu: freeCPU[place] - need.milliCPU).device]
        }
        let first = firstDevice[place]
        let whole = (0..<machines[place].devices).lazy.filter {
            self.free[first + $0] == PackingNeed.whole
        }
        return Array(whole.prefix(need.count))
    }

    func fits(_ need: PackingNeed, at place: Int) -> Bool {
        guard freeCPU[place] >= need.milliCPU, freeMemory[place] >= need.memory else {
            return false
        }
        guard need.count > 0 else { return true }
        let first = firstDevice[place]
        var count = 0
        for device in first..<first + machines[place].devices where free[device] >= need.units {
            count += 1
        }
        return count >= need.count
    }

    private func freeUnits(at place: Int) -> Int64 {
        let first = firstDevice[place]
        var units: Int64 = 0
        for device in first..<first + machines[place].devices { units += Int64(free[device]) }
        return units
    }

    /// `value` times `part / whole`, where `whole` is positive and `part` at most 2⁴⁰.
    private func scaled(_ value: Int64, _ part: Int64, _ whole: Int64) -> Int64 {
        value * part / whole
    }

    // MARK: The parts of a score

    /// Millionths of units that a typical order cannot use here, averaged over the mix: of each kind
    /// as many fit as the devices hold and the CPU allows, parts of one counted as parts.
    ///
    /// - Parameter changed: as if the need had been met, on that device where it is a part of one.
    func fragmentation(
        of place: Int, cpu: Int64, changed: (need: PackingNeed, device: Int?)?
    ) -> Int64 {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 64) { devices in
            let count = load(place, changed, into: devices)
            var total: Int64 = 0
            for device in 0..<count { total += Int64(devices[device]) }
            guard total > 0 else { return 0 }
            var unusable: Int64 = 0
            for kind in mix.typical {
                var usable: Int64 = 0
                if kind.count > 0, kind.models.contains(machines[place].model) {
                    usable = Self.usable(kind, devices, count, cpu)
                }
                unusable += kind.share * (total - usable)
            }
            return unusable
        }
    }

    private func load(
        _ place: Int, _ changed: (need: PackingNeed, device: Int?)?,
        into devices: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        let (first, count) = (firstDevice[place], machines[place].devices)
        for device in 0..<count { devices[device] = free[first + device] }
        guard let changed else { return count }
        if let device = changed.device {
            devices[device] -= changed.need.units
            return count
        }
        var left = changed.need.count
        for device in 0..<count where left > 0 && devices[device] == PackingNeed.whole {
            devices[device] = 0
            left -= 1
        }
        return count
    }

    private static func usable(
        _ kind: DemandMix.Kind, _ devices: UnsafeMutableBufferPointer<Int32>, _ count: Int,
        _ cpu: Int64
    ) -> Int64 {
        var fitting: Int64 = 0
        if kind.count == 1 {
            for device in 0..<count { fitting += Int64(devices[device] / kind.units) }
        } else {
            for device in 0..<count where devices[device] >= kind.units { fitting += 1 }
            fitting /= Int64(kind.count)
        }
        let units = Int64(kind.count) * Int64(kind.units)
        guard kind.milliCPU > 0 else { return fitting * units }
        return min(fitting * units, cpu * units / kind.milliCPU)
    }

    /// Millionths of units beside which the mix's CPU is missing.
    private func stranding(units: Int64, cpu: Int64) -> Int64 {
        let ratio = mix.cpuOfUnits
        guard ratio.milliCPU > 0 else { return 0 }
        let missing = units * ratio.milliCPU / ratio.units - cpu
        guard missing > 0 else { return 0 }
        return Int64(
            clamping: Int128(missing) * Int128(ratio.units) * Int128(DemandMix.one)
                / Int128(ratio.milliCPU))
    }

    /// What a model's units cost now beside their price: the share of them that constrained orders
    /// will want, times how much less of it is free than of all. It decays as the rest runs out, so
    /// that nobody is turned away for the sake of orders that do not come.
    func scarcity(of model: Int, _ need: PackingNeed) -> Int64 {
        guard need.count > 0, wanted[model] > 0, freeUnits[model] > 0 else { return 0 }
        let (free, all) = (freeUnits.reduce(0, +), allUnits.reduce(0, +))
        let price =
            Int128(wanted[model]) * Int128(free) * Int128(allUnits[model])
            / (Int128(all) * Int128(freeUnits[model]))
        return Int64(clamping: Int128(weights.scarcity) * price * Int128(need.total))
    }
}
