import Domain

/// What decides about an offer in a slot, in numbers alone.
struct SlotFacts: Hashable, Sendable {
    private let ask: Rate
    private let capacity: Resources
    private let free: Resources
    /// All that the machine has, those that it offers, and the free among these.
    private let devices: Int
    private let offered: Int
    let freeDevices: Int
    /// Of the offered ones.
    let leastVRAM: Int64
    let mostVRAM: Int64

    /// - Parameter same: the facts of an offer with the same devices, where there was one.
    init(_ offer: Offer, freeDevices: Int, same: SlotFacts?) {
        let terms = offer.terms
        ask = terms.ask
        capacity = terms.capacity
        free = offer.free
        devices = terms.deviceCountAll
        offered = terms.devices.count
        self.freeDevices = freeDevices
        if let same {
            (leastVRAM, mostVRAM) = (same.leastVRAM, same.mostVRAM)
        } else {
            let memory = terms.devices.lazy.map(\.vramBytes)
            (leastVRAM, mostVRAM) = (memory.min() ?? 0, memory.max() ?? 0)
        }
    }

    /// As `OfferTerms.rate` has it.
    func rate(of needs: Needs) -> Rate {
        OfferTerms.rate(
            of: (needs.slice, needs.devices.count), from: (capacity, devices), for: ask)
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
