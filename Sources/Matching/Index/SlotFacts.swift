import Domain

/// What decides about an offer in a slot, in numbers alone.
struct SlotFacts: Hashable, Sendable {
    private var ask = Int64(1)
    private var capacity = Resources.zero
    private var free = Resources.zero
    /// All that the machine has, those that it offers, and the free among these.
    private var devices = 0
    private var offered = 0
    private(set) var freeDevices = 0
    /// Of the offered ones.
    private(set) var leastVRAM: Int64 = 0
    private(set) var mostVRAM: Int64 = 0

    /// - Parameter isSame: whether the offered devices are those that the slot had.
    mutating func take(_ offer: Offer, freeDevices: Int, isSame: Bool) {
        let terms = offer.terms
        ask = terms.ask.microPerHour
        capacity = terms.capacity
        free = offer.free
        devices = terms.deviceCountAll
        offered = terms.devices.count
        self.freeDevices = freeDevices
        guard !isSame else { return }
        leastVRAM = terms.devices.isEmpty ? 0 : .max
        mostVRAM = 0
        for device in terms.devices {
            leastVRAM = min(leastVRAM, device.vramBytes)
            mostVRAM = max(mostVRAM, device.vramBytes)
        }
    }

    /// Micro-units per hour, as `OfferTerms.rate` has it.
    func rate(of needs: Needs) -> Int64 {
        guard let ask = try? Rate(microPerHour: ask) else { return .max }
        return OfferTerms.rate(
            of: (needs.slice, needs.devices.count), from: (capacity, devices), for: ask
        ).microPerHour
    }

    /// What an order leaves over: the sum over CPU, memory, disk and devices of what would still be
    /// free, in millionths of each. Of equally cheap offers the fullest is taken.
    func leftover(after needs: Needs) -> Int64 {
        let rest = free.subtracting(needs.slice)
        return Self.share(rest.milliCPU, of: capacity.milliCPU)
            + Self.share(rest.memoryBytes, of: capacity.memoryBytes)
            + Self.share(rest.diskBytes, of: capacity.diskBytes)
            + Self.share(Int64(freeDevices - needs.devices.count), of: Int64(offered))
    }

    private static func share(_ part: Int64, of whole: Int64) -> Int64 {
        guard whole > 0 else { return 0 }
        return Int64(Int128(min(max(part, 0), whole)) * 1_000_000 / Int128(whole))
    }
}
