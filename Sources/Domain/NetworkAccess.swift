/// What network a job's container has, and what a node gives at most.
package enum NetworkAccess: String, Hashable, Sendable, Codable, CaseIterable {
    /// A loopback that leads nowhere.
    case none
    /// Public addresses, as far as the node's owner lets it.
    case egress

    package func isGiven(by offered: NetworkAccess) -> Bool { self == .none || offered == .egress }
}

// Rows, journals and frames of before there was a network have no such field; what needs none is still
// written as it was, byte for byte. The coders that the compiler makes take these two.
extension KeyedDecodingContainer {
    func decode(_ type: NetworkAccess.Type, forKey key: Key) throws -> NetworkAccess {
        try decodeIfPresent(type, forKey: key) ?? NetworkAccess.none
    }
}

extension KeyedEncodingContainer {
    mutating func encode(_ access: NetworkAccess, forKey key: Key) throws {
        if access != .none { try encode(access.rawValue, forKey: key) }
    }
}
