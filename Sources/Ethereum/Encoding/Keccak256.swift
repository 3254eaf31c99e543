/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding of the first submission
/// (one byte 0x01), not SHA3-256.
package struct Keccak256 {
    private static let rate = 136

    private var state = InlineArray<25, UInt64>(repeating: 0)
    /// Bytes of the block that is being taken in; always fewer than `rate`.
    private var filled = 0

    package init() {}

    package static func hash(_ bytes: some Collection<UInt8>) -> Hash256 {
        var hash = Keccak256()
        hash.update(bytes)
        return hash.finalized()
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ absorb($0) }) != nil { return }
        Array(bytes).withUnsafeBufferPointer { absorb($0) }
    }

    package consuming func finalized() -> Hash256 {
        xor(0x01, at: filled)
        xor(0x80, at: Self.rate - 1)
        Self.permute(&state)
        let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for place in 0..<32 {
                buffer.initializeElement(
                    at: place,
                    to: UInt8(truncatingIfNeeded: state[place / 8] >> (8 * UInt64(place % 8))))
            }
            count = 32
        }
        guard let hash = Hash256(bytes: bytes) else { preconditionFailure("32 bytes are a hash") }
        return hash
    }

    private mutating func absorb(_ bytes: UnsafeBufferPointer<UInt8>) {
        var place = 0
        while place < bytes.count {
            if filled == 0, bytes.count - place >= Self.rate {
                absorbBlock(UnsafeRawBufferPointer(bytes), at: place)
                place += Self.rate
                continue
            }
            xor(bytes[place], at: filled)
            place += 1
            filled += 1
            if filled == Self.rate {
                Self.permute(&state)
                filled = 0
            }
        }
    }

    private mutating func absorbBlock(_ bytes: UnsafeRawBufferPointer, at place: Int) {
        for word in 0..<Self.rate / 8 {
            let value = bytes.loadUnaligned(fromByteOffset: place + 8 * word, as: UInt64.self)
            state[word] ^= UInt64(littleEndian: value)
        }
        Self.permute(&state)
    }

    private mutating func xor(_ byte: UInt8, at place: Int) {
        state[place / 8] ^= UInt64(byte) << (8 * UInt64(place % 8))
    }
}

// MARK: - Keccak-f[1600]

extension Keccak256 {
    private static let constants: InlineArray<24, UInt64> = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a,
        0x8000_0000_8000_8000, 0x0000_0000_0000_808b, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008a,
        0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089,
        0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800a, 0x8000_0000_8000_000a, 0x8000_0000_8000_8081,
        0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]

    @inline(__always)
    private static func turn(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        word &<< bits | word &>> (64 &- bits)
    }

    /// One row of the step χ, into the words from `place` on.
    @inline(__always)
    private static func mix(
        _ a: inout InlineArray<25, UInt64>, _ place: Int,
        _ b0: UInt64, _ b1: UInt64, _ b2: UInt64, _ b3: UInt64, _ b4: UInt64
    ) {
        a[place] = b0 ^ (~b1 & b2)
        a[place + 1] = b1 ^ (~b2 & b3)
        a[place + 2] = b2 ^ (~b3 & b4)
        a[place + 3] = b3 ^ (~b4 & b0)
        a[place + 4] = b4 ^ (~b0 & b1)
    }

    private static func permute(_ a: inout InlineArray<25, UInt64>) {
        for round in 0..<24 {
            let c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
            let c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
            let c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
            let c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
            let c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
            let d0 = c4 ^ turn(c1, 1)
            let d1 = c0 ^ turn(c2, 1)
            let d2 = c1 ^ turn(c3, 1)
            let d3 = c2 ^ turn(c4, 1)
            let d4 = c3 ^ turn(c0, 1)
            let b0 = a[0] ^ d0
            let b1 = turn(a[6] ^ d1, 44)
            let b2 = turn(a[12] ^ d2, 43)
            let b3 = turn(a[18] ^ d3, 21)
            let b4 = turn(a[24] ^ d4, 14)
            let b5 = turn(a[3] ^ d3, 28)
            let b6 = turn(a[9] ^ d4, 20)
            let b7 = turn(a[10] ^ d0, 3)
            let b8 = turn(a[16] ^ d1, 45)
            let b9 = turn(a[22] ^ d2, 61)
            let b10 = turn(a[1] ^ d1, 1)
            let b11 = turn(a[7] ^ d2, 6)
            let b12 = turn(a[13] ^ d3, 25)
            let b13 = turn(a[19] ^ d4, 8)
            let b14 = turn(a[20] ^ d0, 18)
            let b15 = turn(a[4] ^ d4, 27)
            let b16 = turn(a[5] ^ d0, 36)
            let b17 = turn(a[11] ^ d1, 10)
            let b18 = turn(a[17] ^ d2, 15)
            let b19 = turn(a[23] ^ d3, 56)
            let b20 = turn(a[2] ^ d2, 62)
            let b21 = turn(a[8] ^ d3, 55)
            let b22 = turn(a[14] ^ d4, 39)
            let b23 = turn(a[15] ^ d0, 41)
            let b24 = turn(a[21] ^ d1, 2)
            mix(&a, 0, b0, b1, b2, b3, b4)
            mix(&a, 5, b5, b6, b7, b8, b9)
            mix(&a, 10, b10, b11, b12, b13, b14)
            mix(&a, 15, b15, b16, b17, b18, b19)
            mix(&a, 20, b20, b21, b22, b23, b24)
            a[0] ^= constants[round]
        }
    }
}
