import Crypto
import CryptoExtras
import Foundation

extension Keystore {
    /// - Parameter password: wiping it is up to who asked for it.
    package func open(_ password: [UInt8]) throws -> PrivateKey {
        let derived = try Self.derive(password, salt, derivation)
        let expected = Self.mac(derived, ciphertext)
        guard Self.equal(expected, mac) else { throw Refusal.wrongPassword }
        var secret = try Self.crypt(ciphertext, derived, iv)
        guard let key = try? PrivateKey(wiping: &secret), address.map({ $0 == key.address }) ?? true
        else { throw Refusal.notItsKey }
        return key
    }

    package init(
        sealing key: PrivateKey, _ password: [UInt8], _ derivation: Derivation,
        using generator: inout some RandomNumberGenerator
    ) throws {
        let salt = Self.random(32, using: &generator)
        let iv = Self.random(16, using: &generator)
        let derived = try Self.derive(password, salt, derivation)
        var secret = key.copySecret()
        defer { Wipe.wipe(&secret) }
        let ciphertext = try Self.crypt(secret, derived, iv)
        self.init(
            derivation: derivation, salt: salt, iv: iv, ciphertext: ciphertext,
            mac: Self.mac(derived, ciphertext), address: key.address,
            id: Self.identifier(using: &generator))
    }

    /// 32 bytes: 16 for the cipher, 16 for the check.
    private static func derive(
        _ password: [UInt8], _ salt: [UInt8], _ derivation: Derivation
    ) throws -> SymmetricKey {
        guard (1...4_096).contains(password.count) else { throw Refusal.password }
        switch derivation {
        case .scrypt(let n, let r, let p):
            // The library keeps to RFC 7914, where the example of the keystores' own definition does not.
            if Scrypt.isBeyondRFC(n: n, r: r) {
                return try Scrypt.deriveKey(password, salt, n: n, r: r, p: p)
            }
            return try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: 32, rounds: n, blockSize: r,
                parallelism: p)
        case .pbkdf2(let rounds):
            return try KDF.Insecure.PBKDF2.deriveKey(
                from: password, salt: salt, using: .sha256, outputByteCount: 32,
                unsafeUncheckedRounds: rounds)
        }
    }

    private static func mac(_ derived: SymmetricKey, _ ciphertext: [UInt8]) -> [UInt8] {
        derived.withUnsafeBytes { Keccak256.hash(Array($0[16..<32]) + ciphertext).bytes }
    }

    /// AES-128 in counter mode: the same in both directions.
    private static func crypt(
        _ bytes: [UInt8], _ derived: SymmetricKey, _ iv: [UInt8]
    ) throws -> [UInt8] {
        let key = derived.withUnsafeBytes { SymmetricKey(data: $0[0..<16]) }
        let nonce = try AES._CTR.Nonce(nonceBytes: iv)
        return Array(try AES._CTR.encrypt(bytes, using: key, nonce: nonce))
    }

    /// Without telling by its time where they differ.
    private static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func random(
        _ count: Int, using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A random UUID (RFC 9562, version 4).
    private static func identifier(using generator: inout some RandomNumberGenerator) -> String {
        var bytes = random(16, using: &generator)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(Hex.text(of: bytes).dropFirst(2))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
            .joined(separator: "-")
    }
}
