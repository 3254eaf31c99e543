package import Foundation

/// What a machine's owner says about the network of containers: `{"reach":"internet",
/// "deny":["198.96.0.0/16"],"resolvers":["9.9.9.9"],"bytes_per_second":1000000}`. Every part may be left out.
package struct EgressOwnerFile: Hashable, Sendable {
    package var reach = EgressPolicy.Reach.internet
    package var deny: [IPPrefix] = []
    package var rates = EgressRates.usual
    /// The name servers that containers' questions go to; empty for those of the machine.
    package var resolvers: [IPAddress] = []

    package init() {}

    /// Why a file does not count. A node must not go on without it: the owner meant something.
    package enum Refusal: Error, Hashable, Sendable {
        case unreadable
        case tooLarge(mostBytes: Int)
        case notJSON
        case unknownKey(String)
        case wrongType(String)
        case notPrefix(String)
        case notAddress(String)
        case tooMany(String, most: Int)
        case outOfRange(String, ClosedRange<Int>)
    }

    static let mostBytes = 1 << 16
    static let mostPrefixes = 1_024
    static let mostResolvers = 3
    static let bytesPerSecond = 1_000...4_000_000_000
    static let newConnectionsPerSecond = 1...100_000
    static let connections = 1...65_536

    package init(path: String) throws(Refusal) {
        let text: String
        do { text = try HostFile.read(path, limit: Self.mostBytes + 1) } catch {
            throw .unreadable
        }
        try self.init(json: Data(text.utf8))
    }

    package init(json: Data) throws(Refusal) {
        guard json.count <= Self.mostBytes else { throw .tooLarge(mostBytes: Self.mostBytes) }
        guard let fields = try? JSONDecoder().decode([String: Field].self, from: json) else {
            throw .notJSON
        }
        for (key, field) in fields.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "reach": reach = try Self.reach(field)
            case "deny": deny = try Self.prefixes(field)
            case "resolvers": resolvers = try Self.addresses(field)
            case "bytes_per_second":
                rates.bytesPerSecond = try Self.number(field, key, Self.bytesPerSecond)
            case "new_connections_per_second":
                rates.newConnectionsPerSecond = try Self.number(
                    field, key, Self.newConnectionsPerSecond)
            case "connections":
                rates.connections = try Self.number(field, key, Self.connections)
            default: throw .unknownKey(key)
            }
        }
    }

    private enum Field: Decodable {
        case number(Int)
        case text(String)
        case list([String])
        case other

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else {
                self = (try? value.decode([String].self)).map(Field.list) ?? .other
            }
        }
    }

    private static func reach(_ field: Field) throws(Refusal) -> EgressPolicy.Reach {
        guard case .text(let text) = field, let reach = EgressPolicy.Reach(rawValue: text) else {
            throw .wrongType("reach")
        }
        return reach
    }

    private static func prefixes(_ field: Field) throws(Refusal) -> [IPPrefix] {
        guard case .list(let texts) = field else { throw .wrongType("deny") }
        guard texts.count <= mostPrefixes else { throw .tooMany("deny", most: mostPrefixes) }
        var prefixes: [IPPrefix] = []
        for text in texts {
            guard let prefix = IPPrefix(text) else { throw .notPrefix(text) }
            prefixes.append(prefix)
        }
        return prefixes
    }

    private static func addresses(_ field: Field) throws(Refusal) -> [IPAddress] {
        guard case .list(let texts) = field else { throw .wrongType("resolvers") }
        guard texts.count <= mostResolvers else {
            throw .tooMany("resolvers", most: mostResolvers)
        }
        var addresses: [IPAddress] = []
        for text in texts {
            guard let address = IPAddress(text) else { throw .notAddress(text) }
            addresses.append(address)
        }
        return addresses
    }

    private static func number(
        _ field: Field, _ key: String, _ range: ClosedRange<Int>
    ) throws(Refusal) -> Int {
        guard case .number(let number) = field else { throw .wrongType(key) }
        guard range.contains(number) else { throw .outOfRange(key, range) }
        return number
    }
}
