/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed in any language.
package struct SplitMix64 {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Below `bound`, which is above zero; not quite evenly, which suffices for places.
    package mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A seed that nobody knew before, below 2⁴⁸.
    package static func freshSeed() -> UInt64 {
        var system = SystemRandomNumberGenerator()
        return system.next() >> 16
    }
}
