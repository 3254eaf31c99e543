/// Seeded randomness: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
///
/// Each component draws from a stream of its own, so that one more draw in one of them does not
/// shift what the others see.
package struct Randomness: RandomNumberGenerator {
    enum Stream: UInt64 {
        case setUp = 1
        case renters, network, runtime, faults, crashes, lies, identifiers, store, scrubs, chain
    }

    private var state: UInt64

    package init(state: UInt64) { self.state = state }

    init(seed: UInt64, stream: Stream) {
        var mixer = SplitMix(state: seed)
        let first = mixer.next()
        mixer = SplitMix(state: first ^ (stream.rawValue &* 0xD134_2543_DE82_EF95))
        state = mixer.next()
    }

    package mutating func next() -> UInt64 {
        var mixer = SplitMix(state: state)
        defer { state = mixer.state }
        return mixer.next()
    }

    /// Whether something of that probability happens; 0 never, 1 000 000 always.
    mutating func happens(perMillion: Int) -> Bool {
        perMillion > 0 && next() % 1_000_000 < UInt64(perMillion)
    }

    mutating func happens(percent: Int) -> Bool { happens(perMillion: percent * 10_000) }

    mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int64(next() % width)
    }

    mutating func count(_ range: ClosedRange<Int>) -> Int {
        Int(within(Int64(range.lowerBound)...Int64(range.upperBound)))
    }

    /// - Precondition: not empty.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[count(0...(elements.count - 1))]
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A running hash of everything that happened: FNV-1a over 64-bit words, mixed.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func note(_ word: UInt64) {
        hash = (hash ^ word) &* 0x0000_0100_0000_01B3
        hash ^= hash >> 29
    }

    mutating func note(_ number: Int64) { note(UInt64(bitPattern: number)) }

    mutating func note(_ text: String) {
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        note(UInt64(text.utf8.count))
    }
}
