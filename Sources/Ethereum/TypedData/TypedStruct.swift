/// A struct of typed data, described in Swift: what `TypedData` reads from JSON without the JSON.
package struct TypedStruct: Hashable, Sendable {
    package indirect enum Member: Hashable, Sendable {
        case atom(ABIType)
        case structure(TypedStruct)
        case array(Member, count: UInt32?)

        fileprivate var text: String {
            switch self {
            case .atom(let type): type.description
            case .structure(let structure): structure.name
            case .array(let element, nil): "\(element.text)[]"
            case .array(let element, let count?): "\(element.text)[\(count)]"
            }
        }

        fileprivate var structure: TypedStruct? {
            switch self {
            case .atom: nil
            case .structure(let structure): structure
            case .array(let element, _): element.structure
            }
        }
    }

    package struct Field: Hashable, Sendable {
        let name: String
        let member: Member

        package init(_ name: String, _ member: Member) {
            self.name = name
            self.member = member
        }

        package init(_ name: String, _ type: ABIType) { self.init(name, .atom(type)) }
    }

    package let name: String
    package let fields: [Field]

    package init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// Of this struct and those it is made of. Two that share a name must be the same.
    func collect(
        into definitions: inout [String: [(name: String, type: String)]]
    ) throws(TypedSchema.Refusal) {
        let members = fields.map { (name: $0.name, type: $0.member.text) }
        if let known = definitions[name] {
            guard known.elementsEqual(members, by: ==) else { throw .name }
            return
        }
        definitions[name] = members
        for field in fields { try field.member.structure?.collect(into: &definitions) }
    }
}

extension TypedData {
    /// - Parameter values: one for each field of the struct, in order.
    /// - Throws: `TypedSchema.Refusal`; `TypedHashing.Refusal` for a wrong count of values.
    package init(_ type: TypedStruct, _ values: [TypedValue], in domain: TypedDomain) throws {
        guard values.count == type.fields.count else {
            throw TypedHashing.Refusal.members(of: type.name)
        }
        var definitions: [String: [(name: String, type: String)]] = [:]
        try type.collect(into: &definitions)
        let domainValues = domain.values
        definitions[Self.domainName] = TypedDomain.members.filter {
            domainValues[$0.name] != nil
        }
        schema = try TypedSchema(definitions)
        self.domain = domainValues
        primaryType = type.name
        message = Dictionary(
            zip(type.fields.map(\.name), values), uniquingKeysWith: { first, _ in first })
    }
}
