/// The structs that typed data is made of, by name (EIP-712, "Definition of typed structured data").
package struct TypedSchema: Sendable {
    package enum Refusal: Error, Hashable {
        case tooLarge
        /// Not a name, a name twice, or one that a type of the language has.
        case name
        /// A member of a type that is neither known nor defined.
        case type
    }

    /// What a member is.
    package indirect enum MemberType: Hashable, Sendable {
        case atom(ABIType)
        case structure(String)
        case array(MemberType, count: UInt32?)

        /// As it stands in the encoding of a type.
        var text: String {
            switch self {
            case .atom(let type): type.description
            case .structure(let name): name
            case .array(let element, nil): "\(element.text)[]"
            case .array(let element, let count?): "\(element.text)[\(count)]"
            }
        }

        /// The struct that it is made of, if it is made of one.
        var structure: String? {
            switch self {
            case .atom: nil
            case .structure(let name): name
            case .array(let element, _): element.structure
            }
        }
    }

    package struct Member: Hashable, Sendable {
        package let name: String
        package let type: MemberType
    }

    private static let mostStructures = 256
    private static let mostMembers = 4_096
    private static let mostDimensions = 16

    package private(set) var structures: [String: [Member]] = [:]

    /// From names and types as text; the types may name each other in any order.
    package init(_ definitions: [String: [(name: String, type: String)]]) throws(Refusal) {
        guard definitions.count <= Self.mostStructures,
            definitions.values.reduce(0, { $0 + $1.count }) <= Self.mostMembers
        else { throw .tooLarge }
        for (name, members) in definitions {
            guard ABISignature.isName(name), (try? ABIType(name)) == nil,
                Set(members.map(\.name)).count == members.count
            else { throw .name }
            var checked: [Member] = []
            for member in members {
                guard ABISignature.isName(member.name) else { throw .name }
                checked.append(
                    Member(
                        name: member.name,
                        type: try Self.type(member.type, among: definitions.keys)))
            }
            structures[name] = checked
        }
    }

    private static func type(
        _ text: String, among names: some Collection<String>
    ) throws(Refusal) -> MemberType {
        guard text.utf8.count <= 512 else { throw .tooLarge }
        let base = text.prefix { $0 != "[" }
        var type: MemberType
        if names.contains(String(base)) {
            type = .structure(String(base))
        } else if let atom = try? ABIType(base), atom.description == base, atom.isAtom {
            type = .atom(atom)
        } else {
            throw .type
        }
        var rest = text.dropFirst(base.count)
        var dimensions = 0
        while !rest.isEmpty {
            dimensions += 1
            guard dimensions <= mostDimensions, let end = rest.firstIndex(of: "]"),
                rest.hasPrefix("[")
            else { throw .type }
            let digits = rest[rest.index(after: rest.startIndex)..<end]
            let count = UInt32(digits)
            guard digits.isEmpty || count.map(String.init) == String(digits) else { throw .type }
            type = .array(type, count: count)
            rest = rest[rest.index(after: end)...]
        }
        return type
    }
}

extension ABIType {
    /// What EIP-712 calls atomic and dynamic types.
    fileprivate var isAtom: Bool {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes, .bytes, .string: true
        case .array, .fixedArray, .tuple: false
        }
    }
}

// MARK: - Types as text

extension TypedSchema {
    /// `Mail(Person from,Person to)Person(…)`: the struct, then those it is made of, by name.
    package func encodedType(of name: String) -> String? {
        guard structures[name] != nil else { return nil }
        var found: Set<String> = [name]
        var open = [name]
        while let next = open.popLast() {
            for member in structures[next] ?? [] {
                guard let part = member.type.structure, found.insert(part).inserted else {
                    continue
                }
                open.append(part)
            }
        }
        found.remove(name)
        return ([name] + found.sorted()).map(definition).joined()
    }

    private func definition(of name: String) -> String {
        let members = (structures[name] ?? []).map { "\($0.type.text) \($0.name)" }
        return "\(name)(\(members.joined(separator: ",")))"
    }
}
