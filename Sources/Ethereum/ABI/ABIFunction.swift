/// A contract's function: what it is called by and how its arguments and results lie.
package struct ABIFunction: Hashable, Sendable {
    package let name: String
    package let inputs: [ABIType]
    package let outputs: [ABIType]

    package init(_ name: String, _ inputs: [ABIType], returns outputs: [ABIType] = []) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
    }

    /// `transfer(address,uint256)`.
    package init(
        signature: String, returns outputs: [ABIType] = []
    ) throws(ABIType.ParseRefusal) {
        let (name, inputs) = try ABISignature.parse(signature)
        self.init(name, inputs, returns: outputs)
    }

    package var signature: String { ABISignature.text(name, inputs) }

    /// The first four bytes of the hash of the signature.
    package var selector: [UInt8] { Array(Keccak256.hash(signature.utf8).bytes.prefix(4)) }

    /// What a transaction or `eth_call` sends.
    package func call(_ arguments: [ABIValue]) throws(ABIRefusal) -> [UInt8] {
        selector + (try ABIEncoding.encode(arguments, as: inputs))
    }

    package func arguments(ofCall data: [UInt8]) throws(ABIRefusal) -> [ABIValue] {
        guard data.starts(with: selector) else { throw .form }
        return try ABIDecoding.decode(Array(data.dropFirst(4)), as: inputs)
    }

    package func results(_ data: [UInt8]) throws(ABIRefusal) -> [ABIValue] {
        try ABIDecoding.decode(data, as: outputs)
    }
}

/// `name(type,type)`, of functions, events and errors.
enum ABISignature {
    static func text(_ name: String, _ types: [ABIType]) -> String {
        "\(name)\(ABIType.tuple(types))"
    }

    static func parse(
        _ signature: String
    ) throws(ABIType.ParseRefusal) -> (name: String, types: [ABIType]) {
        guard let open = signature.firstIndex(of: "("), isName(signature[..<open]),
            case .tuple(let types) = try ABIType(signature[open...])
        else { throw .form }
        return (String(signature[..<open]), types)
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
                true
            default: false
            }
        }
    }
}
