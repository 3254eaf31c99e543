import Domain

// What an order takes of an offer, and gives back.
extension OfferFigures {
    /// - Parameter device: what was left of the device that is divided; of no meaning otherwise.
    /// - Returns: false, and nothing is taken, where it is not there.
    package mutating func take(_ order: OrderFigures, from device: Int32 = whole) -> Bool {
        let slice = Resources(
            milliCPU: order.kind.milliCPU, memoryBytes: order.memory, diskBytes: order.disk)
        guard slice.fits(in: free), take(order.kind, from: device) else { return false }
        free = Resources(
            milliCPU: free.milliCPU, memoryBytes: free.memoryBytes - order.memory,
            diskBytes: free.diskBytes - order.disk)
        return true
    }

    /// CPU and devices alone.
    mutating func take(_ kind: OrderKind, from device: Int32 = whole) -> Bool {
        guard free.milliCPU >= kind.milliCPU else { return false }
        if kind.isDivided {
            guard device >= kind.units, replace(device, by: device - kind.units) else {
                return false
            }
        } else {
            guard whole >= kind.count else { return false }
            whole -= kind.count
        }
        free = free.subtracting(
            Resources(milliCPU: kind.milliCPU, memoryBytes: 0, diskBytes: 0))
        return true
    }

    /// Takes back what `take` took.
    ///
    /// - Parameter rest: what is left now of the device that is divided.
    /// - Returns: false, and nothing is given, where no such device is there.
    package mutating func give(_ order: OrderFigures, to rest: Int32 = 0) -> Bool {
        let kind = order.kind
        if kind.isDivided {
            guard rest + kind.units <= Self.whole, replace(rest, by: rest + kind.units) else {
                return false
            }
        } else {
            whole += kind.count
        }
        free = free.adding(
            Resources(
                milliCPU: kind.milliCPU, memoryBytes: order.memory, diskBytes: order.disk))
        return true
    }

    /// One device of which `old` units are left has `new` now.
    private mutating func replace(_ old: Int32, by new: Int32) -> Bool {
        guard old != new else { return true }
        var parts = (0..<Self.mostParts).map { Int32(self.parts[$0]) }.filter { $0 > 0 }
        switch old {
        case Self.whole:
            guard whole > 0, new == 0 || parts.count < Self.mostParts else { return false }
            whole -= 1
        case 0: guard new == Self.whole || parts.count < Self.mostParts else { return false }
        default:
            guard let place = parts.firstIndex(of: old) else { return false }
            parts.remove(at: place)
        }
        if new == Self.whole { whole += 1 } else if new > 0 { parts.append(new) }
        parts.sort(by: >)
        self.parts = SIMD8(repeating: 0)
        for (place, part) in parts.enumerated() { self.parts[place] = Int16(part) }
        return true
    }
}
