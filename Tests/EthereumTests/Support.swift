import Ethereum

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// One to a few bytes or lengths changed: near to what is right, where faults hide.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard let place = bytes.indices.randomElement(using: &self) else {
                return self.bytes(3)
            }
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &self)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &self), at: place)
            case 4: bytes.removeLast(Int.random(in: 0..<bytes.count - place, using: &self))
            default:
                bytes[place] =
                    [0, 1, 0x1F, 0x20, 0x7F, 0x80, 0xB8, 0xF8, 0xFF].randomElement(using: &self)
                    ?? 0
            }
        }
        return bytes
    }
}

/// Of the environment, or one that is printed, so that a failure can be repeated.
func seed(_ name: String) -> UInt64 {
    let seed = environment("ORBAN_SEED").flatMap { UInt64($0) } ?? .random(in: 1...1_000_000)
    print("\(name): ORBAN_SEED=\(seed)")
    return seed
}

func hex(_ text: String) -> [UInt8] { Hex.bytes(of: text)! }
func address(_ text: String) -> Address { try! Address(text) }

/// A key with a number for a secret.
func key(_ number: UInt64) -> PrivateKey {
    var bytes = UInt256(number).bytes
    return try! PrivateKey(wiping: &bytes)
}

func key(_ text: String) -> PrivateKey {
    var bytes = hex(text)
    return try! PrivateKey(wiping: &bytes)
}
