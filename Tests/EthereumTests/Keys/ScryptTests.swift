import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import Ethereum

@Suite struct ScryptTests {
    /// RFC 7914, section 12, the second of its examples (its first 32 bytes).
    @Test func `the example of the RFC comes out`() throws {
        let key = try Scrypt.deriveKey(
            Array("password".utf8), Array("NaCl".utf8), n: 1_024, r: 8, p: 16)
        #expect(
            key.withUnsafeBytes { Hex.text(of: $0) }
                == "0xfdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    }

    @Test func `it gives what the library gives where that gives anything`() throws {
        var generator = Seeded(seed("Scrypt"))
        for (n, r, p) in [(2, 1, 1), (4, 1, 3), (16, 2, 2), (64, 3, 1), (8, 8, 2)] {
            let password = generator.bytes(Int.random(in: 1...80, using: &generator))
            let salt = generator.bytes(Int.random(in: 1...40, using: &generator))
            let library = try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: 32, rounds: n, blockSize: r,
                parallelism: p)
            #expect(try Scrypt.deriveKey(password, salt, n: n, r: r, p: p) == library)
        }
    }
}
