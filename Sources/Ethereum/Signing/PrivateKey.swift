import CSecp256k1
import Glibc

/// A secret key in memory of its own: never copied by growing or sharing, wiped when it is let go,
/// left out of core dumps. It says its address and nothing else.
package final class PrivateKey: Sendable {
    package enum Refusal: Error, Hashable {
        /// Not 32 bytes, zero, or not below the order of the curve.
        case notAKey
    }

    // SAFETY: written before the object is seen by anybody, then only read until `deinit`.
    nonisolated(unsafe) private let secret: UnsafeMutableRawBufferPointer
    package let publicKey: PublicKey
    package var address: Address { publicKey.address }

    /// Takes the bytes over: they are zeros afterwards, whether they were a key or not.
    package init(wiping bytes: inout [UInt8]) throws(Refusal) {
        defer { Wipe.wipe(&bytes) }
        guard bytes.count == 32 else { throw .notAKey }
        let secret = Wipe.allocate(32)
        secret.copyBytes(from: bytes)
        guard let key = Self.publicKey(of: secret) else {
            Wipe.release(secret)
            throw .notAKey
        }
        self.secret = secret
        publicKey = key
    }

    /// A fresh key.
    package static func make(using generator: inout some RandomNumberGenerator) -> PrivateKey {
        while true {
            var bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            // All but one of 2^128 are keys.
            if let key = try? PrivateKey(wiping: &bytes) { return key }
        }
    }

    deinit { Wipe.release(secret) }

    /// Always the same for the same digest (RFC 6979).
    package func sign(_ digest: Hash256) -> Signature {
        guard let signature = withSecret({ Secp256k1.sign(digest, $0) }) else {
            preconditionFailure("a key that was checked signs every digest")
        }
        return signature
    }

    package func sign(_ transaction: Transaction) -> SignedTransaction {
        SignedTransaction(transaction, sign(transaction.signingHash))
    }

    /// For a keystore alone: who is given the bytes keeps none of them.
    func copySecret() -> [UInt8] { Array(secret) }

    private func withSecret<Value>(_ body: (UnsafePointer<UInt8>) -> Value?) -> Value? {
        UnsafeRawBufferPointer(secret).baseAddress.flatMap {
            body($0.assumingMemoryBound(to: UInt8.self))
        }
    }

    private static func publicKey(of secret: UnsafeMutableRawBufferPointer) -> PublicKey? {
        guard let base = secret.baseAddress?.assumingMemoryBound(to: UInt8.self),
            Secp256k1.isKey(base)
        else { return nil }
        return Secp256k1.publicKey(base)
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key of \(address)" }
    package var debugDescription: String { description }
    /// Also a dump finds the address alone.
    package var customMirror: Mirror { Mirror(self, children: ["address": address]) }
}

/// Memory for secrets.
enum Wipe {
    /// On pages of its own, kept from swap and core dumps where the system allows it.
    static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let page = Int(getpagesize())
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: page, alignment: page)
        _ = mlock(memory.baseAddress, page)
        _ = madvise(memory.baseAddress, page, MADV_DONTDUMP)
        return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
    }

    static func release(_ memory: UnsafeMutableRawBufferPointer) {
        guard let base = memory.baseAddress else { return }
        let page = Int(getpagesize())
        explicit_bzero(base, memory.count)
        _ = madvise(base, page, MADV_DODUMP)
        _ = munlock(base, page)
        base.deallocate()
    }

    /// In place, where nobody else has the same storage: the compiler does not drop this call.
    static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
        }
    }
}
