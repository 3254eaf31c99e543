/// An ECDSA signature on secp256k1 that names its signer. Always with a low `s` (EIP-2): the other
/// spelling of the same signature is refused wherever one is read.
package struct Signature: Hashable, Sendable {
    package enum Refusal: Error, Hashable {
        /// Not 65 bytes, or a `v` that is not 0, 1, 27 or 28.
        case form
        /// `r` or `s` is zero or not below the order of the curve.
        case range
        /// The upper half of `s`.
        case highS
        /// There is no key that this could be a signature of.
        case noSigner
    }

    package enum Parity: UInt8, Hashable, Sendable {
        case even = 0
        case odd = 1
    }

    package let r: Hash256
    package let s: Hash256
    package let parity: Parity

    package init(r: Hash256, s: Hash256, parity: Parity) throws(Refusal) {
        let scalars = UInt256.one...(Self.highest)
        guard scalars.contains(r.word), scalars.contains(s.word) else { throw .range }
        guard s.word <= Self.halfOrder else { throw .highS }
        self.r = r
        self.s = s
        self.parity = parity
    }

    /// `r`, `s` and `v`, as wallets and contracts pass it on.
    package init(bytes: [UInt8]) throws(Refusal) {
        guard bytes.count == 65, let r = Hash256(bytes: bytes[0..<32]),
            let s = Hash256(bytes: bytes[32..<64]),
            let parity = Parity(rawValue: bytes[64] >= 27 ? bytes[64] - 27 : bytes[64])
        else { throw .form }
        try self.init(r: r, s: s, parity: parity)
    }

    /// 65 bytes; `v` is 27 or 28.
    package var bytes: [UInt8] { r.bytes + s.bytes + [27 + parity.rawValue] }

    /// - Throws: `noSigner`.
    package func signer(of digest: Hash256) throws(Refusal) -> Address {
        guard let key = Secp256k1.recover(digest, r: r, s: s, parity: parity) else {
            throw .noSigner
        }
        return key.address
    }

    /// SEC 2, "Recommended Parameters secp256k1".
    static let order = UInt256(
        high: 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFE,
        low: 0xBAAE_DCE6_AF48_A03B_BFD2_5E8C_D036_4141)

    private static let highest = order.wrappingSubtracting(.one)
    private static let halfOrder = order.dividedRoundingDown(by: 2)
}

/// A public key: a point of the curve.
package struct PublicKey: Hashable, Sendable {
    /// Both coordinates, 32 bytes each.
    package let bytes: [UInt8]

    /// The lower 20 bytes of its hash.
    package var address: Address { Address(hash: Keccak256.hash(bytes)) }
}
