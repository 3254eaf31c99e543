import CSecp256k1

/// The calls into libsecp256k1 that are needed, and none else.
enum Secp256k1 {
    // SAFETY: made once and only read afterwards; the library allows that from any number of threads.
    nonisolated(unsafe) private static let context: OpaquePointer = {
        guard let context = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
            preconditionFailure("libsecp256k1 makes no context: there is no memory")
        }
        // Blinds the multiplication of secrets against timing; it may not fail.
        var random = SystemRandomNumberGenerator()
        let seed = (0..<4).flatMap { _ in
            withUnsafeBytes(of: random.next() as UInt64) { Array($0) }
        }
        precondition(secp256k1_context_randomize(context, seed) == 1, "libsecp256k1 is broken")
        return context
    }()

    /// Whether it is a secret key: not zero, below the order.
    static func isKey(_ secret: UnsafePointer<UInt8>) -> Bool {
        secp256k1_ec_seckey_verify(context, secret) == 1
    }

    static func publicKey(_ secret: UnsafePointer<UInt8>) -> PublicKey? {
        var key = secp256k1_pubkey()
        guard secp256k1_ec_pubkey_create(context, &key, secret) == 1 else { return nil }
        return serialized(&key)
    }

    /// With the nonce of RFC 6979, so that one key and digest always give one signature. `s` is low.
    static func sign(_ digest: Hash256, _ secret: UnsafePointer<UInt8>) -> Signature? {
        var signature = secp256k1_ecdsa_recoverable_signature()
        guard
            secp256k1_ecdsa_sign_recoverable(context, &signature, digest.bytes, secret, nil, nil)
                == 1
        else { return nil }
        var compact = [UInt8](repeating: 0, count: 64)
        var recovery: Int32 = 0
        secp256k1_ecdsa_recoverable_signature_serialize_compact(
            context, &compact, &recovery, &signature)
        // Ids 2 and 3 mean an r above the order, which nobody will ever see.
        guard let parity = UInt8(exactly: recovery).flatMap(Signature.Parity.init),
            let r = Hash256(bytes: compact.prefix(32)), let s = Hash256(bytes: compact.suffix(32))
        else { return nil }
        return try? Signature(r: r, s: s, parity: parity)
    }

    static func recover(
        _ digest: Hash256, r: Hash256, s: Hash256, parity: Signature.Parity
    ) -> PublicKey? {
        var signature = secp256k1_ecdsa_recoverable_signature()
        var key = secp256k1_pubkey()
        guard
            secp256k1_ecdsa_recoverable_signature_parse_compact(
                context, &signature, r.bytes + s.bytes, Int32(parity.rawValue)) == 1,
            secp256k1_ecdsa_recover(context, &key, &signature, digest.bytes) == 1
        else { return nil }
        return serialized(&key)
    }

    private static func serialized(_ key: inout secp256k1_pubkey) -> PublicKey? {
        var bytes = [UInt8](repeating: 0, count: 65)
        var count = bytes.count
        let flags = UInt32(SECP256K1_EC_UNCOMPRESSED)
        guard secp256k1_ec_pubkey_serialize(context, &bytes, &count, &key, flags) == 1 else {
            return nil
        }
        return PublicKey(bytes: Array(bytes.dropFirst()))
    }
}
