import Domain

/// What of an offer is left over by an order: of equally cheap offers the fullest is taken.
enum Leftover {
    /// The sum over CPU, memory, disk and devices of what would still be free, in millionths of each.
    static func of(_ offer: Offer, after needs: Needs) -> Int64 {
        let free = offer.free.subtracting(needs.slice)
        let capacity = offer.terms.capacity
        let devices = offer.freeDevices.count - needs.devices.count
        return share(free.milliCPU, of: capacity.milliCPU)
            + share(free.memoryBytes, of: capacity.memoryBytes)
            + share(free.diskBytes, of: capacity.diskBytes)
            + share(Int64(devices), of: Int64(offer.terms.devices.count))
    }

    private static func share(_ part: Int64, of whole: Int64) -> Int64 {
        guard whole > 0 else { return 0 }
        return Int64(Int128(min(max(part, 0), whole)) * 1_000_000 / Int128(whole))
    }
}
