import Testing

@testable import Matching

/// What capacity is worth beside its ask, by what came so far.
@Suite struct SupplyPricesTests {
    private static let hour: Int64 = 3_600_000

    private func free(_ units: Int) -> SupplyPrices.Supply {
        SupplyPrices.Supply(units: units, lets: [])
    }

    private func partly(_ units: Int, of all: Int, hours: Int64) -> SupplyPrices.Supply {
        SupplyPrices.Supply(
            units: all, lets: [.init(units: units, remaining: hours * Self.hour)])
    }

    /// Orders of two hours that would have been better off by so much an hour on any of the offers.
    private func seen(
        _ count: Int, units: Int = 1, hourly: Int64 = 1_000_000, on offers: [Int]
    ) -> [SupplyPrices.Seen] {
        (0..<count).map { _ in
            SupplyPrices.Seen(
                duration: 2 * Self.hour,
                options: offers.map { .init(offer: $0, units: units, hourly: hourly) })
        }
    }

    private func price(
        _ supply: [SupplyPrices.Supply], _ seen: [SupplyPrices.Seen], units: Int = 1,
        hours: Int64 = 2, on offer: Int = 0
    ) -> Int64 {
        var prices = SupplyPrices(of: supply, seen: seen, elapsed: 8 * Self.hour)
        return prices.price(of: units, for: hours * Self.hour, on: offer)
    }

    @Test func `what nobody came for has no price`() {
        #expect(price([free(8)], []) == 0)
        #expect(price([free(8), free(8)], seen(20, on: [1])) == 0)
    }

    @Test func `one order alone is no sign of how often they come`() {
        #expect(price([free(1)], seen(1, on: [0])) == 0)
    }

    @Test func `where as much is free elsewhere, the price is nothing; it rises as that is let`() {
        let orders = seen(12, on: [0, 1])
        let plenty = price([free(1), free(1)], orders)
        let let1 = price([free(1), partly(1, of: 1, hours: 1)], orders)
        let let2 = price([free(1), partly(1, of: 1, hours: 2)], orders)
        #expect(plenty == 0)
        #expect(plenty < let1 && let1 < let2)
    }

    @Test func `the price falls as orders become rarer or pay less`() {
        let often = price([free(2)], seen(24, on: [0]))
        #expect(price([free(2)], seen(8, on: [0])) < often)
        #expect(price([free(2)], seen(24, hourly: 500_000, on: [0])) < often)
        #expect(often > 0)
    }

    @Test
    func `the last unit costs more than the first, and as long as more comes back soon, less`() {
        let orders = seen(24, on: [0])
        let first = price([free(4)], orders)
        let last = price([partly(3, of: 4, hours: 4)], orders)
        let back = price([partly(3, of: 4, hours: 1)], orders)
        #expect(first < last)
        #expect(back < last)
    }

    @Test func `where whole machines are wanted, the first unit costs the whole machine`() {
        let orders = seen(12, units: 8, on: [0])
        let whole = price([free(8)], orders, units: 8)
        #expect(whole > 0)
        #expect(price([free(8)], orders, units: 1) == whole)
        // And what is broken already costs nothing more.
        #expect(price([partly(1, of: 8, hours: 4)], orders, units: 1) == 0)
    }

    @Test func `an order below the price leaves its place to a later one that is better off`()
        throws
    {
        let orders = seen(24, hourly: 2_000_000, on: [0])
        let cost = price([free(1)], orders)
        // Better off by 0.1 and by 3 an hour, for two hours.
        #expect(2 * 100_000 < cost)
        #expect(2 * 3_000_000 > cost)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `prices are never negative, rise with units and time, and are the same each time`(
        seed: UInt64
    ) {
        print("supply prices seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let supply = (0..<12).map { _ in
            let units = [1, 2, 4, 8, 16, 40][random.below(6)]
            let lets = (0..<random.below(4)).map { _ in
                SupplyPrices.Supply.Let(
                    units: 1 + random.below(units),
                    remaining: Int64(random.below(6 * Int(Self.hour))) - Self.hour)
            }
            return SupplyPrices.Supply(units: units, lets: lets)
        }
        let seen = (0..<(40 + random.below(300))).map { _ in
            let units = 1 << random.below(4)
            return SupplyPrices.Seen(
                duration: Int64(random.below(6 * Int(Self.hour))),
                options: Array(0..<12).shuffled(using: &random).prefix(random.below(5)).map {
                    .init(offer: $0, units: units, hourly: Int64(random.below(9_000_000)))
                })
        }
        var prices = SupplyPrices(of: supply, seen: seen, elapsed: 8 * Self.hour)
        var again = SupplyPrices(of: supply, seen: seen, elapsed: 8 * Self.hour)
        for offer in supply.indices {
            var below: Int64 = 0
            for units in [0, 1, 2, 4, 8, 16, 17] {
                var shorter: Int64 = 0
                for minutes in [0, 1, 30, 90, 200, 1_000] as [Int64] {
                    let time = minutes * 60_000
                    let price = prices.price(of: units, for: time, on: offer)
                    #expect(price >= shorter, "seed \(seed)")
                    #expect(price == again.price(of: units, for: time, on: offer))
                    shorter = price
                }
                #expect(shorter >= below || units > supply[offer].units, "seed \(seed)")
                below = shorter
            }
        }
    }

    @Test func `senseless figures are no trap`() {
        let odd = [
            SupplyPrices.Seen(
                duration: .max, options: [.init(offer: 0, units: .max, hourly: .max)]),
            SupplyPrices.Seen(
                duration: .min, options: [.init(offer: 0, units: .min, hourly: .min)]),
            SupplyPrices.Seen(duration: 1, options: []),
        ]
        let supply = [
            SupplyPrices.Supply(
                units: 8,
                lets: [.init(units: .max, remaining: .max), .init(units: -1, remaining: -1)])
        ]
        for elapsed in [.min, 0, 1, .max] as [Int64] {
            var prices = SupplyPrices(of: supply, seen: odd, elapsed: elapsed)
            for duration in [.min, 0, 1, .max] as [Int64] {
                #expect(prices.price(of: 1, for: duration, on: 0) >= 0)
                #expect(prices.price(of: .max, for: duration, on: 0) >= 0)
            }
        }
    }
}
