/// Where orders go when price does not decide: machines with what is free of them, as arrays, and the
/// place for each kind of order that costs later orders least.
///
/// A score is looked up, not computed anew: each kind of order keeps a tournament of the machines of
/// each model, and only machines that have changed since the kind was last asked for play again. The
/// same calls give the same answers, on every machine and in every process.
/// Start reading at `place`, then `Packing+Score`, `KindIndex`.
package struct Packing: Sendable {
    package struct Machine: Hashable, Sendable {
        package let milliCPU: Int64
        package let memory: Int64
        package let devices: Int
        /// 0…63.
        package let model: Int

        /// - Returns: nil when it is no machine: something negative, more than 64 devices or models.
        package init?(milliCPU: Int64, memory: Int64, devices: Int, model: Int) {
            guard (0...1 << 40).contains(milliCPU), (0...1 << 60).contains(memory),
                (0...64).contains(devices), (0..<64).contains(model)
            else { return nil }
            self.milliCPU = milliCPU
            self.memory = memory
            self.devices = devices
            self.model = model
        }
    }

    /// An order in its place.
    package struct Placement: Hashable, Sendable {
        /// Of the machines as they were given.
        package let machine: Int
        /// Ascending.
        package let devices: [Int]
        package let need: PackingNeed
    }

    let mix: DemandMix
    let weights: PackingWeights
    /// By place: machines of one model lie together, in the order in which they were given.
    let machines: [Machine]
    /// The machine at each place, and the place of each machine.
    let machineAt: [Int]
    let placeOf: [Int]
    /// Places of each model.
    let places: [Range<Int>]
    let firstDevice: [Int]
    let largest: (milliCPU: Int64, units: Int64)
    let wanted: [Int64]
    var freeCPU: [Int64]
    var freeMemory: [Int64]
    /// Units of each device.
    var free: [Int32]
    /// What is left of each model, and what there is.
    var freeUnits: [Int64]
    let allUnits: [Int64]
    /// Fragmentation of each place as it stands.
    var fragmentation: [Int64]
    /// Places that have changed, oldest first; kinds have read it up to somewhere.
    var changes: [Int32] = []
    /// How many changes are not in it any more.
    var forgotten = 0
    var kinds: [KindIndex] = []
    /// Looked up, never walked.
    var kindOf: [PackingNeed: Int] = [:]

    package init(_ machines: [Machine], mix: DemandMix, weights: PackingWeights = .standard) {
        self.mix = mix
        self.weights = weights
        let order = machines.indices.sorted {
            (machines[$0].model, $0) < (machines[$1].model, $1)
        }
        machineAt = order
        var placeOf = [Int](repeating: 0, count: machines.count)
        for (place, machine) in order.enumerated() { placeOf[machine] = place }
        self.placeOf = placeOf
        let sorted = order.map { machines[$0] }
        self.machines = sorted
        var places = [Range<Int>](repeating: 0..<0, count: 64)
        var firstDevice: [Int] = []
        var units = [Int64](repeating: 0, count: 64)
        var count = 0
        for (place, machine) in sorted.enumerated() {
            let range = places[machine.model]
            places[machine.model] = (range.isEmpty ? place : range.lowerBound)..<(place + 1)
            firstDevice.append(count)
            count += machine.devices
            units[machine.model] += Int64(machine.devices) * Int64(PackingNeed.whole)
        }
        self.places = places
        self.firstDevice = firstDevice
        allUnits = units
        freeUnits = units
        free = [Int32](repeating: PackingNeed.whole, count: count)
        freeCPU = sorted.map(\.milliCPU)
        freeMemory = sorted.map(\.memory)
        largest = (
            max(sorted.map(\.milliCPU).max() ?? 1, 1),
            Int64(max(sorted.map(\.devices).max() ?? 1, 1)) * Int64(PackingNeed.whole)
        )
        wanted = Self.wanted(mix, units)
        fragmentation = [Int64](repeating: 0, count: sorted.count)
        for place in sorted.indices {
            fragmentation[place] = fragmentation(of: place, cpu: freeCPU[place], changed: nil)
        }
    }

    /// What of each model is wanted by orders that cannot go everywhere, if all capacity is asked for
    /// in the proportions of the mix: in millionths of what there is of it.
    private static func wanted(_ mix: DemandMix, _ units: [Int64]) -> [Int64] {
        let demand = max(mix.demand.reduce(0) { $0 + $1.units }, 1)
        let capacity = units.reduce(0, +)
        var wanted = [Int64](repeating: 0, count: units.count)
        for kind in mix.demand where kind.models != .all {
            let models = units.indices.filter { kind.models.contains($0) && units[$0] > 0 }
            let accepted = Int128(models.reduce(0) { $0 + units[$1] })
            guard accepted > 0 else { continue }
            let asked = Int128(kind.units) * Int128(capacity) * Int128(DemandMix.one)
            let part = Int64(clamping: asked / Int128(demand) / accepted)
            for model in models { wanted[model] += min(part, DemandMix.one * 1_000) }
        }
        return wanted
    }

    // MARK: Placing

    /// Puts an order where it scores best; of equal scores to the model of the lower number, then to
    /// the machine that was given first.
    ///
    /// - Returns: nil when it fits nowhere.
    package mutating func place(_ need: PackingNeed) -> Placement? {
        let kind = index(of: need)
        var best: (score: Int64, place: Int)?
        for model in places.indices where !places[model].isEmpty && need.models.contains(model) {
            guard let winner = kinds[kind].winner(of: model) else { continue }
            let score = winner.score - scarcity(of: model, need)
            if best.map({ score > $0.score }) ?? true { best = (score, winner.place) }
        }
        guard let place = best?.place else { return nil }
        return take(need, at: place)
    }

    private mutating func take(_ need: PackingNeed, at place: Int) -> Placement {
        let devices = chosenDevices(need, at: place)
        freeCPU[place] -= need.milliCPU
        freeMemory[place] -= need.memory
        for device in devices { free[firstDevice[place] + device] -= need.units }
        freeUnits[machines[place].model] -= need.total
        noteChange(of: place)
        return Placement(machine: machineAt[place], devices: devices, need: need)
    }

    /// Gives back what a placement took, exactly.
    package mutating func release(_ placement: Placement) {
        let place = placeOf[placement.machine]
        let need = placement.need
        freeCPU[place] += need.milliCPU
        freeMemory[place] += need.memory
        for device in placement.devices { free[firstDevice[place] + device] += need.units }
        freeUnits[machines[place].model] += need.total
        noteChange(of: place)
    }

    private mutating func noteChange(of place: Int) {
        fragmentation[place] = fragmentation(of: place, cpu: freeCPU[place], changed: nil)
        changes.append(Int32(place))
        // Whoever has not read half of a long log by now reads all machines instead.
        guard changes.count > 8 * max(machines.count, 1_024) else { return }
        let half = changes.count / 2
        changes.removeFirst(half)
        forgotten += half
    }
}
