/// What one offer's free units are worth over the time looked ahead.
struct SupplyValue: Sendable {
    /// A past order, as this offer sees it.
    struct Guest: Hashable, Sendable {
        let units: Int
        /// Micro-units an hour, over what it could gain elsewhere.
        let hourly: Int64
        let duration: Int64
    }

    /// Chances are of this whole.
    private static let whole: Int64 = 1 << 20
    /// Micro-units beyond this count as this, so that a product with a chance has room.
    private static let most: Int64 = 1 << 42

    private let step: Int64
    /// Units that are free in each step if nothing more is let.
    private let free: [Int]
    private var guests: [Guest] = []
    private var chance: Int64 = 0
    /// What each guest is worth that comes in each step, step by step.
    private var worth: [Int64] = []
    private var all: Int64 = 0
    /// By units, then grains of steps; -1 where it was not asked for.
    private var known: [Int64] = []

    init(_ supply: SupplyPrices.Supply, ahead: Int64) {
        step = max(1, ahead / Int64(SupplyPrices.steps))
        var free = [Int](repeating: supply.units, count: SupplyPrices.steps)
        for held in supply.lets where held.remaining > 0 {
            let steps = min((held.remaining + step - 1) / step, Int64(free.count))
            for place in 0..<Int(steps) { free[place] = max(0, free[place] - max(0, held.units)) }
        }
        self.free = free
    }

    /// The chance that an order comes within a step which came once in a time.
    static func chance(every time: Int64, in step: Int64) -> Int64 {
        Int64(clamping: min(Int128(step) * Int128(whole) / Int128(time), Int128(whole)))
    }

    /// By units, up to one more than any offer has: in how many of the steps there is room for them.
    var rooms: [Int64] {
        (0...(SupplyPrices.mostUnits + 1)).map { units in Int64(free.count { $0 >= units }) }
    }

    /// Looks at these from now on: the best-paying ones, as many as can come in one step.
    mutating func take(_ guests: [Guest], chance: Int64) {
        let sorted = guests.enumerated().sorted { left, right in
            let (mine, other) = (left.element, right.element)
            let (first, second) = (
                Int128(mine.hourly) * Int128(other.units), Int128(other.hourly) * Int128(mine.units)
            )
            return (second, left.offset) < (first, right.offset)
        }.map(\.element)
        let count = min(Int64(SupplyPrices.mostGuests), Self.whole / max(chance, 1))
        self.guests = Array(sorted.prefix(Int(count)))
        self.chance = chance
        worth = (0..<free.count).flatMap { place in
            let left = step * Int64(free.count - place) - step / 2
            return self.guests.map { guest in
                let time = Int128(min(guest.duration, left))
                return Int64(
                    clamping: min(Int128(guest.hourly) * time / 3_600_000, Int128(Self.most)))
            }
        }
        known = [Int64](
            repeating: -1, count: (SupplyPrices.mostUnits + 1) * (SupplyPrices.steps + 1))
        all = value(without: 0, steps: 0)
    }

    /// What the value falls by where these units are let for so many steps.
    mutating func price(of units: Int, steps: Int) -> Int64 {
        guard !guests.isEmpty, units > 0, steps > 0 else { return 0 }
        let units = min(units, SupplyPrices.mostUnits)
        let place = units * (SupplyPrices.steps + 1) + min(steps, SupplyPrices.steps)
        if known[place] < 0 { known[place] = max(0, all - value(without: units, steps: steps)) }
        return known[place]
    }

    /// Backwards from the end of the time looked ahead, by how many units newcomers hold. They hold them
    /// to the end: what leaves earlier makes room for what comes from beyond it.
    private func value(without units: Int, steps: Int) -> Int64 {
        var value = [Int64](repeating: 0, count: SupplyPrices.mostUnits + 1)
        for place in free.indices.reversed() {
            let room = max(0, free[place] - (place < steps ? units : 0))
            guard room > 0 else { continue }
            // Upwards: what is added looks at more held units only, which are still the later step's.
            for held in 0..<room {
                var sum: Int64 = 0
                for (index, guest) in guests.enumerated() where held + guest.units <= room {
                    let gain =
                        worth[place * guests.count + index] + value[held + guest.units]
                        - value[held]
                    if gain > 0 { sum += gain * chance }
                }
                value[held] += sum / Self.whole
            }
        }
        return value[0]
    }
}
