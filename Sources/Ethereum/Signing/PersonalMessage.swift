/// Text that a person signs, told apart from every transaction (EIP-191, version 0x45).
package enum PersonalMessage {
    package static func digest(of message: [UInt8]) -> Hash256 {
        var hash = Keccak256()
        hash.update([0x19] + Array("Ethereum Signed Message:\n\(message.count)".utf8))
        hash.update(message)
        return hash.finalized()
    }

    /// Data for one contract (EIP-191, version 0x00).
    package static func digest(of message: [UInt8], for validator: Address) -> Hash256 {
        Keccak256.hash([0x19, 0x00] + validator.bytes + message)
    }
}
