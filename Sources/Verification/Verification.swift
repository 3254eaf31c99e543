import Crypto
package import Domain

/// Verification: what must be true of a receipt before the market believes it.
///
/// v1 proves level L0: live and signed by the node's own key. Start at `VerifiedReceipt`.
package enum Verification {}

/// A receipt whose signature was checked against its node's key. Only this module makes one.
package struct VerifiedReceipt: Hashable, Sendable {
    package let receipt: Receipt
    package let signed: SignedReceipt

    /// - Parameter key: the raw 32-byte Ed25519 key of the node that sent it.
    /// - Throws: `Refusal.receiptMalformed`, `.wrongNode` or `.badSignature`.
    package init(_ signed: SignedReceipt, from node: NodeID, key: [UInt8]) throws(Refusal) {
        let receipt: Receipt
        do { receipt = try Receipt(bytes: signed.bytes) } catch { throw .receiptMalformed }
        guard receipt.node == node else { throw .wrongNode }
        // No level above is proven yet.
        guard receipt.level == .live else { throw .receiptMalformed }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key),
            key.isValidSignature(signed.signature, for: signed.bytes)
        else { throw .badSignature }
        self.receipt = receipt
        self.signed = signed
    }
}

/// What verification says of an ended lease.
package enum Verdict: Hashable, Sendable {
    case accepted(level: EvidenceLevel, seconds: Int64)
    /// It never ran: nothing to pay.
    case neverRan
}

extension Verdict {
    /// v1's rule: the last accepted receipt stands; without one nothing ran.
    package init(_ reading: Reading?) {
        guard let reading else {
            self = .neverRan
            return
        }
        self = .accepted(level: .live, seconds: reading.seconds)
    }
}
