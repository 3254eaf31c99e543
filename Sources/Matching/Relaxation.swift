package import Domain

/// One constraint of an order changed as little as helps: offers that fail in nothing else can take it
/// now.
package struct Relaxation: Hashable, Sendable, Codable {
    /// The constraint, with the value that it would have instead. Of models and countries those that
    /// would be accepted besides; `network` is to do without one, `latencyUnknown` without a ceiling, a
    /// device's floor of 0 without one, and `regionRefuted` is to accept every country.
    package let instead: MismatchReason
    /// Offers that can take the order then.
    package let offers: Int
    /// What it costs on the cheapest of them.
    package let rate: Rate

    package init(instead: MismatchReason, offers: Int, rate: Rate) {
        self.instead = instead
        self.offers = offers
        self.rate = rate
    }
}

extension Needs {
    /// The needs with this constraint instead of their own.
    package func relaxed(_ instead: MismatchReason) -> Needs {
        var (cpu, memory, disk) = (slice.milliCPU, slice.memoryBytes, slice.diskBytes)
        var (regions, tier, bid, network) = (regions, minimumTier, bid, network)
        var (latency, stay, settlement) = (self.latency, self.stay, self.settlement)
        switch instead {
        case .cpu(let milli): cpu = milli
        case .memory(let bytes): memory = bytes
        case .disk(let bytes): disk = bytes
        case .region(let more): regions += more
        case .regionRefuted: regions = []
        case .latencyUnknown: latency = nil
        case .latency(let longer):
            latency = latency.map { LatencyNeed(ceiling: longer, measured: $0.measured) }
        case .tier(let lower): tier = lower
        case .price(let higher): bid = higher
        case .network: network = .none
        case .settlement: settlement = nil
        case .window(let shorter): stay = shorter
        case .deviceCount, .deviceModel, .deviceMemory, .deviceCapability, .deviceSpeed, .owner,
            .draining, .down, .busy, .sibling:
            break
        }
        return Needs(
            slice: Resources(milliCPU: cpu, memoryBytes: memory, diskBytes: disk),
            devices: devices.relaxed(instead), regions: regions, minimumTier: tier, bid: bid,
            network: network, latency: latency, spot: spot, stay: stay, settlement: settlement)
    }
}

extension MismatchReason {
    /// The same constraint with `other`'s value, which is further from what was asked; of names both.
    /// Nil for another constraint.
    package func widened(_ other: MismatchReason) -> MismatchReason? {
        guard rank == other.rank else { return nil }
        switch (self, other) {
        case (.region(let mine), .region(let more)): return .region(mine + more)
        case (.deviceModel(let mine), .deviceModel(let more)): return .deviceModel(mine + more)
        default: return other
        }
    }
}

extension DeviceNeed {
    fileprivate func relaxed(_ instead: MismatchReason) -> DeviceNeed {
        var (count, models, vram) = (count, models, vramBytes)
        var (capability, speed) = (power?.capability, power?.gigaflops)
        switch instead {
        case .deviceCount(let number): count = number
        case .deviceModel(let more): models += more
        case .deviceMemory(let bytes): vram = bytes
        case .deviceCapability(let tenths): capability = tenths > 0 ? tenths : nil
        case .deviceSpeed(let gigaflops): speed = gigaflops > 0 ? gigaflops : nil
        case .cpu, .memory, .disk, .region, .regionRefuted, .latency, .latencyUnknown, .tier,
            .price,
            .network, .settlement, .window, .owner, .draining, .down, .busy, .sibling:
            return self
        }
        return DeviceNeed(
            count: count, models: models, vramBytes: vram,
            power: DevicePower(capability: capability, gigaflops: speed))
    }
}

extension Relaxation {
    /// Each constraint that helps by itself, what is cheapest then first; none where an offer fits
    /// already.
    ///
    /// Two passes over the offers, and one more for each constraint that helps: this is for people who
    /// ask, never on the way of an order.
    static func all(
        of needs: Needs, _ offers: some Sequence<Offer>, at now: Timestamp
    ) -> [Relaxation] {
        var least: [Int: MismatchReason] = [:]
        var votes: [MismatchReason: Vote] = [:]
        for offer in offers where offer.availability == .open && offer.closing == nil {
            for instead in Obstacle.single(of: needs, offer, at: now) {
                let relaxed = needs.relaxed(instead)
                guard Feasibility.check(relaxed, offer, at: now) == nil else { continue }
                votes[instead, default: Vote()].add(Feasibility.rate(relaxed, offer.terms))
                let known = least[instead.rank]
                least[instead.rank] = known.map { nearer($0, instead, votes) } ?? instead
            }
        }
        return least.values.compactMap { outcome(of: $0, needs, offers, at: now) }.sorted {
            ($0.rate, $0.instead.rank) < ($1.rate, $1.instead.rank)
        }
    }

    /// How many offers one value would help, and what the cheapest of them costs.
    private struct Vote {
        private(set) var count = 0
        private(set) var rate: Rate?

        mutating func add(_ rate: Rate) {
            count += 1
            self.rate = min(self.rate ?? rate, rate)
        }
    }

    private static func outcome(
        of instead: MismatchReason, _ needs: Needs, _ offers: some Sequence<Offer>,
        at now: Timestamp
    ) -> Relaxation? {
        let relaxed = needs.relaxed(instead)
        var count = 0
        var cheapest: Rate?
        for offer in offers where Feasibility.check(relaxed, offer, at: now) == nil {
            count += 1
            let rate = Feasibility.rate(relaxed, offer.terms)
            cheapest = min(cheapest ?? rate, rate)
        }
        return cheapest.map { Relaxation(instead: instead, offers: count, rate: $0) }
    }

    /// Which of two values for one constraint is nearer to what was asked; of names that which more
    /// offers have, of those the cheaper one.
    private static func nearer(
        _ known: MismatchReason, _ other: MismatchReason, _ votes: [MismatchReason: Vote]
    ) -> MismatchReason {
        switch (known, other) {
        case (.cpu(let left), .cpu(let right)), (.memory(let left), .memory(let right)),
            (.disk(let left), .disk(let right)),
            (.deviceMemory(let left), .deviceMemory(let right)),
            (.deviceSpeed(let left), .deviceSpeed(let right)),
            (.window(let left), .window(let right)):
            return left >= right ? known : other
        case (.deviceCount(let left), .deviceCount(let right)),
            (.deviceCapability(let left), .deviceCapability(let right)):
            return left >= right ? known : other
        case (.tier(let left), .tier(let right)): return left >= right ? known : other
        case (.price(let left), .price(let right)): return left <= right ? known : other
        case (.latency(let left), .latency(let right)): return left <= right ? known : other
        case (.deviceModel(let left), .deviceModel(let right)),
            (.region(let left), .region(let right)):
            let (mine, others) = (votes[known] ?? Vote(), votes[other] ?? Vote())
            guard mine.count == others.count else {
                return mine.count > others.count ? known : other
            }
            if let mine = mine.rate, let others = others.rate, mine != others {
                return mine < others ? known : other
            }
            return left.lexicographicallyPrecedes(right) ? known : other
        default: return known
        }
    }
}

/// What stands between an order and an open offer.
private enum Obstacle {
    /// Bytes are told in whole units of this.
    private static let unit: Int64 = 1 << 20
    /// Less than this no job may ask for.
    private static let least = Resources(milliCPU: 10, memoryBytes: 4 << 20, diskBytes: 1 << 20)

    /// The constraint that alone fails, with the value that would not; none where several fail, and for
    /// devices each of their constraints that could give way.
    static func single(
        of needs: Needs, _ offer: Offer, at now: Timestamp
    ) -> [MismatchReason] {
        var failing = lasting(needs, offer) + hours(needs, offer.terms, at: now)
        let chosen = Feasibility.freeDevices(needs.devices, in: offer).count
        if chosen < needs.devices.count {
            guard failing.isEmpty else { return [] }
            return devices(needs.devices, offer, suitable: chosen)
        }
        if failing.isEmpty { failing.append(.price(Feasibility.rate(needs, offer.terms))) }
        return failing.count == 1 ? failing : []
    }

    /// All but devices and price; `busy` where less is left than a job may ask for.
    private static func lasting(_ needs: Needs, _ offer: Offer) -> [MismatchReason] {
        let (slice, terms) = (needs.slice, offer.terms)
        let (free, whole) = (offer.free, offer.terms.capacity)
        var failing: [MismatchReason] = []
        let cpu = min(free.milliCPU, whole.milliCPU)
        if slice.milliCPU > cpu {
            failing.append(cpu >= least.milliCPU ? .cpu(milli: cpu) : .busy)
        }
        let memory = min(free.memoryBytes, whole.memoryBytes) / unit * unit
        if slice.memoryBytes > memory {
            failing.append(memory >= least.memoryBytes ? .memory(bytes: memory) : .busy)
        }
        let disk = min(free.diskBytes, whole.diskBytes) / unit * unit
        if slice.diskBytes > disk {
            failing.append(disk >= least.diskBytes ? .disk(bytes: disk) : .busy)
        }
        failing += place(needs, offer)
        if terms.tier < needs.minimumTier { failing.append(.tier(terms.tier)) }
        if !needs.network.isGiven(by: terms.network) { failing.append(.network) }
        if needs.settlement != nil, terms.payee == nil { failing.append(.settlement) }
        return failing
    }

    /// The longest stay that there is time for, in whole minutes with one of them to spare: who applies
    /// it comes later.
    private static func hours(
        _ needs: Needs, _ terms: OfferTerms, at now: Timestamp
    ) -> [MismatchReason] {
        guard Feasibility.closesTooSoon(needs, terms, at: now), let end = terms.openUntil else {
            return []
        }
        let minutes = end.millisecondsSince(now) / 60_000 - 1
        return [minutes > 0 ? .window(milliseconds: minutes * 60_000) : .busy]
    }

    private static func place(_ needs: Needs, _ offer: Offer) -> [MismatchReason] {
        var failing: [MismatchReason] = []
        if !needs.regions.isEmpty {
            if !needs.regions.contains(offer.terms.region) {
                failing.append(.region([offer.terms.region]))
            }
            if offer.refutation != nil { failing.append(.regionRefuted) }
        }
        guard let latency = needs.latency else { return failing }
        if let trip = latency.estimate(to: offer) {
            if trip.upper > latency.ceiling {
                failing.append(.latency(microseconds: ceiling(over: trip.upper)))
            }
        } else {
            failing.append(.latencyUnknown)
        }
        return failing
    }

    /// In whole milliseconds, with room for a tenth or five milliseconds more: who applies it measures
    /// again, and no round trip is the same twice.
    private static func ceiling(over microseconds: Int64) -> Int64 {
        let room = max(microseconds / 10, 5_000)
        return (microseconds + room + 999) / 1_000 * 1_000
    }

    private static func devices(
        _ need: DeviceNeed, _ offer: Offer, suitable: Int
    ) -> [MismatchReason] {
        var ways: [MismatchReason] = []
        if suitable > 0 { ways.append(.deviceCount(suitable)) }
        let free = offer.terms.devices.filter { offer.freeDevices.contains($0.id) }
        /// What the last of the best that are needed has, where nothing else is against them.
        func least<Value: Comparable>(
            _ value: (Device) -> Value, without constraint: MismatchReason
        ) -> Value? {
            let accepted = free.filter(need.relaxed(constraint).accepts).map(value).sorted(by: >)
            return accepted.count >= need.count ? accepted[need.count - 1] : nil
        }
        if let bytes = least(\.vramBytes, without: .deviceMemory(bytes: 0)) {
            ways.append(.deviceMemory(bytes: bytes / unit * unit))
        }
        if let floor = need.power?.capability,
            let tenths = least({ $0.power?.capability ?? 0 }, without: .deviceCapability(tenths: 0))
        {
            ways.append(.deviceCapability(tenths: min(tenths, floor)))
        }
        if let floor = need.power?.gigaflops,
            let speed = least({ $0.power?.gigaflops ?? 0 }, without: .deviceSpeed(gigaflops: 0))
        {
            // It is measured again with each scrub, by clocks that are never quite the same.
            ways.append(.deviceSpeed(gigaflops: min(speed - speed / 20, floor)))
        }
        return ways + models(need, free)
    }

    private static func models(_ need: DeviceNeed, _ free: [Device]) -> [MismatchReason] {
        guard !need.models.isEmpty else { return [] }
        let any = DeviceNeed(
            count: need.count, models: [], vramBytes: need.vramBytes, power: need.power)
        let able = free.filter(any.accepts)
        return Set(able.map(\.model)).sorted().filter { model in
            !need.models.contains(model)
                && able.count { $0.model == model || need.models.contains($0.model) } >= need.count
        }.map { .deviceModel([$0]) }
    }
}
