import Crypto
package import Domain

extension SignedPayee {
    /// Whether the node itself has said so.
    ///
    /// - Parameter key: the node's raw 32-byte Ed25519 receipt key.
    package func isSigned(by node: NodeID, key: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else {
            return false
        }
        return key.isValidSignature(signature, for: Self.message(node: node, address: address))
    }
}
