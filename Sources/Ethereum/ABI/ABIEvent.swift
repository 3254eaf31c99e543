/// A contract's event: its topic, and how a log's topics and data become its fields.
package struct ABIEvent: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package enum Place: Hashable, Sendable {
            case topic
            case data
        }

        package let type: ABIType
        package let place: Place

        package init(_ type: ABIType, in place: Place) {
            self.type = type
            self.place = place
        }
    }

    package let name: String
    package let fields: [Field]

    package init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    package var signature: String { ABISignature.text(name, fields.map(\.type)) }

    /// The first topic of each of its logs.
    package var topic: Hash256 { Keccak256.hash(signature.utf8) }

    /// - Returns: one value for each field, in order. Of an indexed field that fills more than a word the
    ///   chain keeps the hash alone: it comes as 32 fixed bytes.
    package func values(topics: [Hash256], data: [UInt8]) throws(ABIRefusal) -> [ABIValue] {
        let indexed = fields.filter { $0.place == .topic }
        guard topics.first == topic, topics.count == indexed.count + 1 else { throw .form }
        let types = fields.filter { $0.place == .data }.map(\.type)
        var fromData = try ABIDecoding.decode(data, as: types).makeIterator()
        var fromTopics = topics.dropFirst().makeIterator()
        var values: [ABIValue] = []
        for field in fields {
            switch field.place {
            case .data:
                guard let value = fromData.next() else { throw .form }
                values.append(value)
            case .topic:
                guard let hash = fromTopics.next() else { throw .form }
                values.append(try Self.value(hash, of: field.type))
            }
        }
        return values
    }

    private static func value(_ hash: Hash256, of type: ABIType) throws(ABIRefusal) -> ABIValue {
        switch type {
        case .uint, .int, .address, .bool, .fixedBytes:
            try ABIDecoding.value(of: hash.word, as: type)
        case .bytes, .string, .array, .fixedArray, .tuple:
            .fixedBytes(hash.bytes)
        }
    }

    /// What a filter asks for to find a value of an indexed field.
    package static func topic(of value: ABIValue, as type: ABIType) throws(ABIRefusal) -> Hash256 {
        switch (value, type) {
        case (.bytes(let bytes), .bytes): return Keccak256.hash(bytes)
        case (.string(let text), .string): return Keccak256.hash(text.utf8)
        default:
            guard let hash = Hash256(bytes: try ABIEncoding.word(of: value, as: type)) else {
                throw .form
            }
            return hash
        }
    }
}
