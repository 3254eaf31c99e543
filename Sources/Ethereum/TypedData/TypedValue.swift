/// A value of typed data.
package indirect enum TypedValue: Hashable, Sendable {
    case atom(ABIValue)
    case array([TypedValue])
    /// By the names of its members.
    case structure([String: TypedValue])
}

/// Hashes values by one schema (EIP-712, "Definition of hashStruct"). The hash of each type is reckoned
/// once.
package struct TypedHashing {
    package enum Refusal: Error, Hashable {
        /// No such struct.
        case unknown(String)
        /// A member is missing, or one is there that the struct does not have.
        case members(of: String)
        /// A value that its type does not take.
        case value(ABIRefusal)
        /// Another kind of value, or another count of elements.
        case kind
        case tooDeep
    }

    private static let mostDepth = 32

    private let schema: TypedSchema
    private var typeHashes: [String: Hash256] = [:]

    package init(_ schema: TypedSchema) { self.schema = schema }

    package mutating func hash(
        of values: [String: TypedValue], as name: String
    ) throws(Refusal) -> Hash256 {
        Keccak256.hash(try encoded(values, as: name, depth: 0))
    }

    /// The hash of the type and 32 bytes for each member.
    package mutating func encoded(
        _ values: [String: TypedValue], as name: String
    ) throws(Refusal) -> [UInt8] {
        try encoded(values, as: name, depth: 0)
    }

    private mutating func encoded(
        _ values: [String: TypedValue], as name: String, depth: Int
    ) throws(Refusal) -> [UInt8] {
        guard depth < Self.mostDepth else { throw .tooDeep }
        guard let members = schema.structures[name] else { throw .unknown(name) }
        guard values.count == members.count else { throw .members(of: name) }
        var output = try typeHash(of: name).bytes
        output.reserveCapacity(32 * (members.count + 1))
        for member in members {
            guard let value = values[member.name] else { throw .members(of: name) }
            output += try word(of: value, as: member.type, depth: depth)
        }
        return output
    }

    private mutating func word(
        of value: TypedValue, as type: TypedSchema.MemberType, depth: Int
    ) throws(Refusal) -> [UInt8] {
        switch (value, type) {
        case (.atom(.bytes(let bytes)), .atom(.bytes)):
            return Keccak256.hash(bytes).bytes
        case (.atom(.string(let text)), .atom(.string)):
            return Keccak256.hash(text.utf8).bytes
        case (.atom(let value), .atom(let type)):
            do throws(ABIRefusal) {
                return try ABIEncoding.word(of: value, as: type)
            } catch {
                throw .value(error)
            }
        case (.array(let elements), .array(let type, let count)):
            guard count.map({ Int($0) == elements.count }) ?? true else { throw .kind }
            var hash = Keccak256()
            for element in elements {
                hash.update(try word(of: element, as: type, depth: depth))
            }
            return hash.finalized().bytes
        case (.structure(let values), .structure(let name)):
            return Keccak256.hash(try encoded(values, as: name, depth: depth + 1)).bytes
        case (.atom, _), (.array, _), (.structure, _):
            throw .kind
        }
    }

    private mutating func typeHash(of name: String) throws(Refusal) -> Hash256 {
        if let hash = typeHashes[name] { return hash }
        guard let text = schema.encodedType(of: name) else { throw .unknown(name) }
        let hash = Keccak256.hash(text.utf8)
        typeHashes[name] = hash
        return hash
    }
}
