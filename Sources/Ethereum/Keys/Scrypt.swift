import Crypto
import CryptoExtras
import Foundation

/// scrypt (RFC 7914) for what the library does not take: the RFC wants `n < 2^(16 r)`, and wallets have made
/// files with `n` = 2^18 and `r` = 1.
enum Scrypt {
    static func isBeyondRFC(n: Int, r: Int) -> Bool { r < 4 && n >= 1 << (16 * r) }

    /// `n` is a power of two; 128 · n · r bytes are to be had.
    static func deriveKey(
        _ password: [UInt8], _ salt: [UInt8], n: Int, r: Int, p: Int
    ) throws -> SymmetricKey {
        var blocks = try expand(password, salt, 128 * r * p).withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map { place in
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            }
        }
        defer { wipe(&blocks) }
        blocks.withUnsafeMutableBufferPointer { blocks in
            for lane in 0..<p {
                let range = lane * 32 * r..<(lane + 1) * 32 * r
                mix(UnsafeMutableBufferPointer(rebasing: blocks[range]), n: n, r: r)
            }
        }
        var bytes = blocks.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
        defer { Wipe.wipe(&bytes) }
        return try expand(password, bytes, 32)
    }

    private static func expand(
        _ password: [UInt8], _ salt: [UInt8], _ count: Int
    ) throws -> SymmetricKey {
        try KDF.Insecure.PBKDF2.deriveKey(
            from: password, salt: salt, using: .sha256, outputByteCount: count,
            unsafeUncheckedRounds: 1)
    }

    private static func wipe(_ words: inout [UInt32]) {
        for place in words.indices { words[place] = 0 }
    }

    /// ROMix: fills a table of `n` blocks, and walks through it by what it finds.
    private static func mix(_ block: UnsafeMutableBufferPointer<UInt32>, n: Int, r: Int) {
        let count = 32 * r
        let table = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: n * count)
        let other = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        table.initialize(repeating: 0)
        other.initialize(repeating: 0)
        defer {
            table.update(repeating: 0)
            other.update(repeating: 0)
            table.deallocate()
            other.deallocate()
        }
        for row in 0..<n {
            for place in 0..<count { table[row * count + place] = block[place] }
            mixBlock(block, other, r)
        }
        for _ in 0..<n {
            let row = Int(block[count - 16]) & (n - 1)
            for place in 0..<count { block[place] ^= table[row * count + place] }
            mixBlock(block, other, r)
        }
    }

    /// BlockMix: Salsa20/8 over the parts of a block in turn; even ones first, odd ones behind.
    private static func mixBlock(
        _ block: UnsafeMutableBufferPointer<UInt32>, _ other: UnsafeMutableBufferPointer<UInt32>,
        _ r: Int
    ) {
        var x = InlineArray<16, UInt32>(repeating: 0)
        for word in 0..<16 { x[word] = block[(2 * r - 1) * 16 + word] }
        for part in 0..<2 * r {
            for word in 0..<16 { x[word] ^= block[part * 16 + word] }
            salsa(&x)
            let place = (part / 2 + (part & 1) * r) * 16
            for word in 0..<16 { other[place + word] = x[word] }
        }
        for place in 0..<32 * r { block[place] = other[place] }
    }

    private static func salsa(_ x: inout InlineArray<16, UInt32>) {
        let start = x
        for _ in 0..<4 {
            quarter(&x, 0, 4, 8, 12)
            quarter(&x, 5, 9, 13, 1)
            quarter(&x, 10, 14, 2, 6)
            quarter(&x, 15, 3, 7, 11)
            quarter(&x, 0, 1, 2, 3)
            quarter(&x, 5, 6, 7, 4)
            quarter(&x, 10, 11, 8, 9)
            quarter(&x, 15, 12, 13, 14)
        }
        for word in 0..<16 { x[word] = x[word] &+ start[word] }
    }

    @inline(__always)
    private static func quarter(
        _ x: inout InlineArray<16, UInt32>, _ a: Int, _ b: Int, _ c: Int, _ d: Int
    ) {
        x[b] ^= turn(x[a] &+ x[d], 7)
        x[c] ^= turn(x[b] &+ x[a], 9)
        x[d] ^= turn(x[c] &+ x[b], 13)
        x[a] ^= turn(x[d] &+ x[c], 18)
    }

    @inline(__always)
    private static func turn(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word &<< bits | word &>> (32 &- bits)
    }
}
