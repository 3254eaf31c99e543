extension TypedData {
    package enum JSONRefusal: Error, Hashable {
        case json(JSON.Refusal)
        case schema(TypedSchema.Refusal)
        /// A part of the whole is missing or of another kind.
        case form
        /// A value that its type does not take, at this member.
        case value(at: String)
        /// A domain with members that no domain has.
        case domain
    }

    /// `{"types": …, "primaryType": …, "domain": …, "message": …}`, as `eth_signTypedData_v4` takes it.
    package init(json bytes: [UInt8]) throws(JSONRefusal) {
        let json: JSON
        do throws(JSON.Refusal) {
            json = try JSON(parsing: bytes, within: .file)
        } catch {
            throw .json(error)
        }
        guard let types = json["types"], let domain = json["domain"],
            let primaryType = json["primaryType"]?.asString, let message = json["message"]
        else { throw .form }
        try self.init(types: types, primaryType: primaryType, domain: domain, message: message)
    }

    /// Where the types do not say what the domain has, it has what is there, in EIP-712's order.
    package init(
        types: JSON, primaryType: String, domain: JSON, message: JSON
    ) throws(JSONRefusal) {
        guard let types = types.asObject, let domainMembers = domain.asObject else { throw .form }
        var definitions: [String: [(name: String, type: String)]] = [:]
        for (name, members) in types { definitions[name] = try Self.members(members) }
        if definitions[Self.domainName] == nil {
            definitions[Self.domainName] = TypedDomain.members.filter {
                domainMembers[$0.name] != nil
            }
        }
        let schema: TypedSchema
        do throws(TypedSchema.Refusal) {
            schema = try TypedSchema(definitions)
        } catch {
            throw .schema(error)
        }
        let reading = Reading(schema: schema)
        self.schema = schema
        self.primaryType = primaryType
        self.domain = try reading.structure(domain, as: Self.domainName, at: "domain", depth: 0)
        self.message =
            primaryType == Self.domainName
            ? [:] : try reading.structure(message, as: primaryType, at: "message", depth: 0)
    }

    private static func members(_ json: JSON) throws(JSONRefusal) -> [(name: String, type: String)]
    {
        guard let items = json.asArray else { throw .form }
        var members: [(name: String, type: String)] = []
        for item in items {
            guard let name = item["name"]?.asString, let type = item["type"]?.asString else {
                throw .form
            }
            members.append((name, type))
        }
        return members
    }

    /// Turns JSON into values by their types.
    private struct Reading {
        private static let mostDepth = 32

        let schema: TypedSchema

        func structure(
            _ json: JSON, as name: String, at path: String, depth: Int
        ) throws(JSONRefusal) -> [String: TypedValue] {
            guard depth < Self.mostDepth, let members = schema.structures[name],
                let values = json.asObject, values.count == members.count
            else { throw .value(at: path) }
            var result: [String: TypedValue] = [:]
            for member in members {
                guard let value = values[member.name] else { throw .value(at: path) }
                result[member.name] = try self.value(
                    value, as: member.type, at: member.name, depth: depth)
            }
            return result
        }

        func value(
            _ json: JSON, as type: TypedSchema.MemberType, at path: String, depth: Int
        ) throws(JSONRefusal) -> TypedValue {
            switch type {
            case .atom(let type):
                guard let value = ABIValue(json, as: type) else { throw .value(at: path) }
                return .atom(value)
            case .structure(let name):
                return .structure(try structure(json, as: name, at: path, depth: depth + 1))
            case .array(let element, _):
                guard let items = json.asArray else { throw .value(at: path) }
                var values: [TypedValue] = []
                values.reserveCapacity(items.count)
                for item in items {
                    values.append(try value(item, as: element, at: path, depth: depth))
                }
                return .array(values)
            }
        }
    }
}

extension ABIValue {
    /// Numbers may be JSON's, or text in decimal or hexadecimal digits.
    package init?(_ json: JSON, as type: ABIType) {
        switch (type, json) {
        case (.bool, .bool(let isTrue)):
            self = .bool(isTrue)
        case (.string, .string(let text)):
            self = .string(text)
        case (.address, .string(let text)):
            guard let address = try? Address(text) else { return nil }
            self = .address(address)
        case (.bytes, .string(let text)):
            guard let bytes = Hex.bytes(of: text) else { return nil }
            self = .bytes(bytes)
        case (.fixedBytes(let width), .string(let text)):
            guard let bytes = Hex.bytes(of: text), bytes.count == width.bytes else { return nil }
            self = .fixedBytes(bytes)
        case (.uint, .number(let text)), (.uint, .string(let text)):
            guard let number = UInt256(decimal: text) ?? UInt256(hexadecimal: text) else {
                return nil
            }
            self = .uint(number)
        case (.int, .number(let text)), (.int, .string(let text)):
            guard let number = Int256(decimal: text) ?? Int256(hexadecimal: text) else {
                return nil
            }
            self = .int(number)
        default:
            return nil
        }
    }
}

extension Int256 {
    /// `0x…` of a number that is not negative, `-0x…` of one that is.
    fileprivate init?(hexadecimal text: String) {
        let isNegative = text.hasPrefix("-")
        guard let magnitude = UInt256(hexadecimal: isNegative ? String(text.dropFirst()) : text)
        else { return nil }
        self.init(decimal: (isNegative ? "-" : "") + magnitude.decimal)
    }
}
