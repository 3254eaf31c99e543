/// What the rest of a device is worth, when parts of devices are asked for in given proportions.
///
/// The proportions pose a cutting-stock problem: serve them with as few devices as can be. Its dual
/// prices (Gilmore and Gomory, Operations Research 9, 1961) say what one part of each size is worth in
/// devices, and a rest is worth the best parts that still fit in it. A unit of rest that is worth less
/// than a unit of a whole device will be left over, however well is packed from now on.
struct ResidualValue: Hashable, Sendable {
    /// Units of a rest of so many units that will be left over; in millionths.
    let waste: [Int64]

    /// - Parameter parts: sizes in ascending order, each once, and how often each is asked for.
    init(_ parts: [(units: Int32, count: Int64)]) {
        let sizes = parts.filter { $0.count > 0 && (1...OfferFigures.whole).contains($0.units) }
        let values = Self.prices(sizes)
        let best = Self.best(sizes.map { Int($0.units) }, values).value
        waste = best.enumerated().map { rest, value in
            let worth = value * Double(OfferFigures.whole)
            return Int64(((Double(rest) - worth) * Double(DemandMix.one)).rounded())
        }
    }

    /// Dual prices by column generation: the pattern that is worth most at the prices comes into the
    /// basis until none is worth more than a device. They are scaled at the end so that none is, also
    /// where the number of rounds was bounded.
    private static func prices(_ sizes: [(units: Int32, count: Int64)]) -> [Double] {
        let units = sizes.map { Int($0.units) }
        var basis = Basis(units, sizes.map { Double($0.count) })
        for _ in 0..<100 * max(sizes.count, 1) {
            let pattern = best(units, basis.prices)
            guard pattern.value[Int(OfferFigures.whole)] > 1 + 1e-9, basis.enter(pattern.counts)
            else { break }
        }
        let whole = best(units, basis.prices).value[Int(OfferFigures.whole)]
        return whole > 0 ? basis.prices.map { max($0, 0) / whole } : basis.prices
    }

    /// What every rest is worth at these values, and the parts that make a whole device worth most
    /// (the unbounded knapsack).
    private static func best(
        _ sizes: [Int], _ values: [Double]
    ) -> (value: [Double], counts: [Double]) {
        let whole = Int(OfferFigures.whole)
        var value = [Double](repeating: 0, count: whole + 1)
        var last = [Int](repeating: -1, count: whole + 1)
        for rest in 1...whole {
            value[rest] = value[rest - 1]
            for (index, size) in sizes.enumerated() where size <= rest {
                let worth = value[rest - size] + max(values[index], 0)
                if worth > value[rest] { (value[rest], last[rest]) = (worth, index) }
            }
        }
        var counts = [Double](repeating: 0, count: sizes.count)
        var rest = whole
        while rest > 0 {
            if last[rest] < 0 {
                rest -= 1
            } else {
                counts[last[rest]] += 1
                rest -= sizes[last[rest]]
            }
        }
        return (value, counts)
    }
}

/// Patterns in use, as the inverse of their matrix, and how often each is (the revised simplex method).
private struct Basis {
    private var inverse: [[Double]]
    private var uses: [Double]

    /// Starts with one pattern for each size, as many of it as fit.
    init(_ sizes: [Int], _ demand: [Double]) {
        let fits = sizes.map { Double(Int(OfferFigures.whole) / $0) }
        inverse = sizes.indices.map { row in
            sizes.indices.map { $0 == row ? 1 / fits[row] : 0 }
        }
        uses = zip(demand, fits).map { $0 / $1 }
    }

    /// What one part of each size is worth: every pattern in use is worth a device.
    var prices: [Double] {
        inverse.indices.map { column in inverse.reduce(0) { $0 + $1[column] } }
    }

    /// Takes a pattern in for the one that it displaces first.
    /// - Returns: false when it displaces none.
    mutating func enter(_ pattern: [Double]) -> Bool {
        let column = inverse.map { row in zip(row, pattern).reduce(0) { $0 + $1.0 * $1.1 } }
        var leaving: Int?
        for row in column.indices where column[row] > 1e-12 {
            let ratio = uses[row] / column[row]
            if leaving.map({ ratio < uses[$0] / column[$0] }) ?? true { leaving = row }
        }
        guard let leaving else { return false }
        let amount = uses[leaving] / column[leaving]
        let pivot = inverse[leaving].map { $0 / column[leaving] }
        for row in column.indices where row != leaving && column[row] != 0 {
            uses[row] -= amount * column[row]
            for place in pivot.indices { inverse[row][place] -= column[row] * pivot[place] }
        }
        uses[leaving] = amount
        inverse[leaving] = pivot
        return true
    }
}
