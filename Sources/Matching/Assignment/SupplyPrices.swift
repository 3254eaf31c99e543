/// What capacity is worth beside its ask: what later orders would have paid for it.
///
/// An order whose surplus is below the price of what it would take loses it, or waits, and leaves it to a
/// later one that is better off with it. The price is a bid price by dynamic programming decomposition
/// (Talluri and van Ryzin, The Theory and Practice of Revenue Management, 2004, §3.4; the network of
/// offers falls apart into one small problem for each). What is to come is taken to be like what came:
/// each order seen in the time that is remembered comes again with even chance at any moment, so nothing
/// is known of a distribution or of how long the market goes on (as the dynamic prices of Agrawal, Wang
/// and Ye, Operations Research 62, 2014, learn from the orders so far).
///
/// 1. Looked ahead is the mean time for which orders hold capacity: beyond it hardly anything that is let
///    now is still held. What is let comes back when its lease is expected to end.
/// 2. To an offer a past order is worth its surplus there less what it could gain elsewhere, at the
///    elsewhere's price and as far as there is room (its displacement). Where many equal offers are free
///    that is nothing, so prices rise as supply of a kind runs out, and fall with every lease that ends.
/// 3. The value of an offer's free units over that time is the sum, over short steps, of what such orders
///    would add if each is let in only where it adds. The price of an order is that value less the value
///    without the units that it takes for as long as it runs. So a whole machine is worth more than its
///    parts where orders for whole machines come.
/// 4. Prices go into 2, so 2 and 3 are done a few times.
///
/// Offers are whatever the caller calls so: single ones, or one for a class of equal ones; a unit is a
/// device, or a part of the scarcest thing where there are none. Times are milliseconds, money is
/// micro-units, all whole numbers; no clock, no randomness.
package struct SupplyPrices: Sendable {
    /// An offer counts in at most so many units; of a larger one several devices are a unit.
    package static let mostUnits = 16
    /// Past orders that are worth remembering: more change the prices by less than their own noise, and the
    /// last ones are the likest to what is to come.
    package static let mostSeen = 256
    /// Steps in the time looked ahead: a step is then a thirtieth of a lease, within which little changes.
    static let steps = 32
    /// Prices of durations are rounded up to so many steps, so that orders share them.
    private static let grain = 4
    /// How often 2 and 3 are done: a price reaches what is next to it in the first, and what is next to
    /// that in the others.
    private static let sweeps = 3
    /// The best-paying past orders that an offer looks at: those below do not get it where so many come.
    static let mostGuests = 64

    /// Ten years; what takes longer counts as that.
    static let mostDuration: Int64 = 315_576_000_000

    /// An order that came, and where it would have been better off than nowhere.
    package struct Seen: Hashable, Sendable {
        package struct Option: Hashable, Sendable {
            package let offer: Int
            /// Of the offer, at least 1.
            package let units: Int
            /// Micro-units by which it would have been better off an hour.
            package let hourly: Int64

            package init(offer: Int, units: Int, hourly: Int64) {
                self.offer = offer
                // One more than any offer has fits nowhere.
                self.units = min(max(units, 1), SupplyPrices.mostUnits + 1)
                self.hourly = max(hourly, 0)
            }
        }

        package let duration: Int64
        package let options: [Option]

        package init(duration: Int64, options: [Option]) {
            self.duration = min(max(duration, 0), SupplyPrices.mostDuration)
            self.options = options
        }
    }

    /// An offer's units, and for how long what of it is let will be held.
    package struct Supply: Hashable, Sendable {
        package struct Let: Hashable, Sendable {
            package let units: Int
            /// From now.
            package let remaining: Int64

            package init(units: Int, remaining: Int64) {
                self.units = units
                self.remaining = min(remaining, SupplyPrices.mostDuration)
            }
        }

        package let units: Int
        package let lets: [Let]

        package init(units: Int, lets: [Let]) {
            self.units = min(max(units, 0), SupplyPrices.mostUnits)
            self.lets = lets
        }
    }

    private let ahead: Int64
    private var offers: [SupplyValue]
    /// By offer and units: micro-units an hour, held for all the time looked ahead.
    private var hourly: [[Int64]]

    /// - Parameters:
    ///   - seen: the last ones; at most `mostSeen` count, the last of them.
    ///   - elapsed: milliseconds since the first of those came.
    package init(of supply: [Supply], seen: [Seen], elapsed: Int64) {
        let seen = seen.suffix(Self.mostSeen)
        let mean = seen.isEmpty ? 0 : seen.reduce(0) { $0 + $1.duration / Int64(seen.count) }
        ahead = max(mean, Int64(Self.steps))
        offers = supply.map { [ahead] in SupplyValue($0, ahead: ahead) }
        hourly = supply.map { [Int64](repeating: 0, count: $0.units + 1) }
        // The first order starts the clock, so it is no sign of how often they come.
        guard seen.count > 1, elapsed > 0 else { return }
        let chance = SupplyValue.chance(every: elapsed, in: ahead / Int64(Self.steps))
        let rooms = offers.map(\.rooms)
        for _ in 0..<Self.sweeps {
            let guests = Self.guests(seen, rooms, hourly)
            for place in offers.indices {
                offers[place].take(guests[place], chance: chance)
                for units in guests[place].units {
                    let held = offers[place].price(of: units, steps: Self.steps)
                    hourly[place][units] = Self.perHour(held, ahead)
                }
            }
        }
    }

    /// What each offer would see of the orders that came.
    private static func guests(
        _ seen: ArraySlice<Seen>, _ rooms: [[Int64]], _ hourly: [[Int64]]
    ) -> [[SupplyValue.Guest]] {
        var guests = [[SupplyValue.Guest]](repeating: [], count: rooms.count)
        for order in seen {
            let gains = order.options.map { option in
                let price = hourly[option.offer][clamped(option.units, hourly[option.offer])]
                let room = rooms[option.offer][clamped(option.units, rooms[option.offer])]
                return max(0, option.hourly - price) / Int64(steps) * room
            }
            let first = gains.indices.max { (gains[$0], -$0) < (gains[$1], -$1) }
            let second = gains.indices.filter { $0 != first }.map { gains[$0] }.max() ?? 0
            for (place, option) in order.options.enumerated() {
                let elsewhere = place == first ? second : first.map { gains[$0] } ?? 0
                let fits = option.units < hourly[option.offer].count
                guard fits, option.hourly > elsewhere else { continue }
                guests[option.offer].append(
                    SupplyValue.Guest(
                        units: option.units, hourly: option.hourly - elsewhere,
                        duration: order.duration))
            }
        }
        return guests
    }

    private static func clamped(_ units: Int, _ list: [Int64]) -> Int {
        min(max(units, 0), list.count - 1)
    }

    private static func perHour(_ micro: Int64, _ time: Int64) -> Int64 {
        Int64(clamping: Int128(micro) * 3_600_000 / Int128(time))
    }

    /// Micro-units that later orders would have paid for these units, held for so long from now.
    package mutating func price(of units: Int, for duration: Int64, on offer: Int) -> Int64 {
        let duration = min(max(duration, 0), Self.mostDuration)
        let step = ahead / Int64(Self.steps)
        let grain = step * Int64(Self.grain)
        let grains = min((duration + grain - 1) / grain, Int64(Self.steps / Self.grain))
        let near = offers[offer].price(of: units, steps: Int(grains) * Self.grain)
        // What is held beyond the time looked ahead costs there what it costs before.
        guard duration > ahead else { return near }
        return Int64(clamping: Int128(near) * Int128(duration) / Int128(ahead))
    }
}

extension [SupplyValue.Guest] {
    /// Each once.
    fileprivate var units: [Int] { Set(map(\.units)).sorted() }
}
