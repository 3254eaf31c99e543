import Crypto
package import Domain
package import Foundation
import SwiftASN1
package import Wire
import X509

/// What a node got by joining a market, as it lies in its state folder: `tls.key`, `node.pem`,
/// `ca.pem` (PEM) and, written last, `enrollment.json`. All 0600.
package struct NodeIdentity: Sendable {
    /// Where the node belongs; the content of `enrollment.json`.
    package struct Place: Codable, Hashable, Sendable {
        package let node: NodeID
        package let name: String
        /// `https://host:port`, no slash at its end.
        package let marketURL: String
        package let channel: ChannelDTO
    }

    package let place: Place
    package let certificatePEM: String
    package let authorityPEM: String
    let keyPEM: String
    /// When its certificate is at half of its life, and another is due.
    package let renewAt: Date

    /// - Returns: nil when the node has joined no market.
    /// - Throws: `FileFailure`, or what makes a file unreadable.
    package static func load(stateFolder folder: String) throws -> NodeIdentity? {
        guard let place = try StateFile.read(folder + "/enrollment.json") else { return nil }
        let certificate = try text(folder + "/node.pem")
        let parsed = try Certificate(pemEncoded: certificate)
        let half = parsed.notValidAfter.timeIntervalSince(parsed.notValidBefore) / 2
        return NodeIdentity(
            place: try WireJSON.decode(Place.self, from: place), certificatePEM: certificate,
            authorityPEM: try text(folder + "/ca.pem"), keyPEM: try text(folder + "/tls.key"),
            renewAt: parsed.notValidBefore.addingTimeInterval(half))
    }

    /// The key with which a node opens its channel, made there the first time.
    static func tlsKey(stateFolder folder: String) throws -> P256.Signing.PrivateKey {
        try StateFile.makeFolder(folder)
        let path = folder + "/tls.key"
        if let bytes = try StateFile.read(path) {
            return try P256.Signing.PrivateKey(
                pemRepresentation: String(decoding: bytes, as: UTF8.self))
        }
        let key = P256.Signing.PrivateKey()
        try StateFile.replace(path, with: Array(key.pemRepresentation.utf8))
        return key
    }

    static func save(
        _ place: Place, certificatePEM: String, authorityPEM: String, stateFolder folder: String
    ) throws {
        try StateFile.replace(folder + "/ca.pem", with: Array(authorityPEM.utf8))
        try StateFile.replace(folder + "/node.pem", with: Array(certificatePEM.utf8))
        try StateFile.replace(folder + "/enrollment.json", with: try WireJSON.encode(place))
    }

    private static func text(_ path: String) throws -> String {
        guard let bytes = try StateFile.read(path) else { throw FileFailure("read", path) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Whoever prints it, such as a log of services at their start, gets no key.
extension NodeIdentity: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "identity of \(place.node)" }
    package var debugDescription: String { description }
}
