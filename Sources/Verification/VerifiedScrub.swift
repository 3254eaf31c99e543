import Crypto
package import Domain

/// A receipt of a scrub that says, shows and is signed to say that its device is clean. Only this
/// module makes one.
package struct VerifiedScrub: Hashable, Sendable {
    package let receipt: ScrubReceipt
    package let signed: SignedReceipt

    /// - Parameter key: the raw 32-byte Ed25519 key of the node that sent it.
    /// - Throws: `Refusal.receiptMalformed`, also for one that shows no clean device; `.wrongNode` or
    ///   `.badSignature`.
    package init(_ signed: SignedReceipt, from node: NodeID, key: [UInt8]) throws(Refusal) {
        let receipt: ScrubReceipt
        do { receipt = try ScrubReceipt(bytes: signed.bytes) } catch { throw .receiptMalformed }
        guard receipt.node == node else { throw .wrongNode }
        guard receipt.isClean else { throw .receiptMalformed }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key),
            key.isValidSignature(signed.signature, for: signed.bytes)
        else { throw .badSignature }
        self.receipt = receipt
        self.signed = signed
    }
}
