import Testing

@testable import Matching

/// What a rest of a device is worth.
@Suite struct ResidualValueTests {
    private static func waste(_ parts: [(units: Int32, count: Int64)], _ rest: Int) -> Int64 {
        ResidualValue(parts).waste[rest]
    }

    @Test(
        arguments: [
            // Nothing goes beside 810 but 190, and nobody asks for that.
            ([(810, 1)], 190, 190), ([(810, 1)], 1_000, 0), ([(810, 1)], 810, -190),
            ([(500, 3)], 500, 0), ([(500, 3)], 499, 499),
            // A third of the parts of 810 have no part of 190 beside them: that rest is worth nothing.
            ([(190, 2), (810, 3)], 190, 190), ([(190, 4), (810, 3)], 810, 810 - 1_000 * 4 / 5),
            ([], 1_000, 1_000),
        ] as [([(Int32, Int64)], Int, Int64)])
    func `a rest is worth the parts that will come for it`(
        parts: [(Int32, Int64)], rest: Int, units: Int64
    ) {
        let waste = Self.waste(parts.map { ($0.0, $0.1) }, rest)
        #expect(abs(waste - units * DemandMix.one) <= 1, "\(waste)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no pattern is worth more than a device, and none of the parts less than nothing`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        let sizes = Set((0..<12).map { _ in Int32(1 + random.below(1_000)) }).sorted()
        let value = ResidualValue(sizes.map { ($0, Int64(1 + random.below(50))) })
        let worth = value.waste.enumerated().map { Int64($0) * DemandMix.one - $1 }
        #expect(abs(worth[1_000] - 1_000 * DemandMix.one) <= 1)
        #expect(zip(worth, worth.dropFirst()).allSatisfy { $0 <= $1 }, "seed \(seed)")
        // Two rests together are worth no more than one of both.
        for left in stride(from: 7, to: 1_000, by: 83) {
            for right in stride(from: 5, through: 1_000 - left, by: 71) {
                #expect(worth[left] + worth[right] <= worth[left + right] + 2)
            }
        }
    }
}

extension SeededGenerator {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
