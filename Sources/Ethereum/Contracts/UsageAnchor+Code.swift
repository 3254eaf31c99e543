extension UsageAnchor {
    /// What a chain has at the contract's address. It has no constructor and nothing that is fixed when it
    /// is made, so that it is the same everywhere.
    package static let code: [UInt8] = {
        guard let creation = Hex.bytes(of: ContractCode.usageAnchor),
            let code = deployed(by: creation)
        else { preconditionFailure("generated code copies itself and returns") }
        return code
    }()

    /// The code that is left by creation code which only copies the rest of itself and returns it; nil for any
    /// other.
    static func deployed(by creation: [UInt8]) -> [UInt8]? {
        let start = 17
        guard let count = UInt16(exactly: creation.count - start), count > 0 else { return nil }
        let size = [UInt8(count >> 8), UInt8(count & 255)]
        // PUSH2 size, PUSH2 start, PUSH2 0, CODECOPY; PUSH2 size, PUSH2 0, RETURN.
        let copying = [0x61] + size + [0x61, 0, UInt8(start), 0x61, 0, 0, 0x39]
        let returning = [0x61] + size + [0x61, 0, 0, 0xF3]
        guard creation.starts(with: copying + returning) else { return nil }
        return Array(creation.dropFirst(start))
    }
}
