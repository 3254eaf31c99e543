/// Why a contract refused: what it returned with `REVERT`.
package enum RevertReason: Hashable, Sendable {
    /// `revert()` and `require(false)`: nothing was said.
    case none
    /// `Error(string)`: the contract's own text.
    case text(String)
    /// `Panic(uint256)`: a check of the compiler.
    case panic(code: UInt256)
    /// One of the errors that were named.
    case custom(ABIFunction, [ABIValue])
    /// None of these.
    case unknown([UInt8])

    private static let error = ABIFunction("Error", [.string])
    private static let panic = ABIFunction("Panic", [.uint256])

    /// - Parameter errors: the contract's own, as its ABI declares them.
    package init(_ data: [UInt8], among errors: [ABIFunction] = []) {
        if data.isEmpty {
            self = .none
        } else if case .string(let text)? = try? Self.error.arguments(ofCall: data).first {
            self = .text(text)
        } else if case .uint(let code)? = try? Self.panic.arguments(ofCall: data).first {
            self = .panic(code: code)
        } else {
            self =
                errors.lazy.compactMap { error in
                    (try? error.arguments(ofCall: data)).map { .custom(error, $0) }
                }.first ?? .unknown(data)
        }
    }

    /// What a panic's code means (Solidity, "Panic via assert and Error via require").
    package static func meaning(ofPanic code: UInt256) -> String? {
        switch code.asUInt64 {
        case 0x00: "a generic panic of the compiler"
        case 0x01: "an assertion does not hold"
        case 0x11: "a number overflows"
        case 0x12: "a division by zero"
        case 0x21: "a value that the enumeration does not have"
        case 0x22: "storage that is encoded wrongly"
        case 0x31: "pop of an empty array"
        case 0x32: "an index out of bounds"
        case 0x41: "too much memory is asked for"
        case 0x51: "a call of an uninitialized function"
        default: nil
        }
    }
}
