/// Where a contract comes to lie.
package enum ContractAddress {
    /// Of a transaction without a receiver, or of `CREATE`: by the creator and its nonce.
    package static func created(by creator: Address, nonce: UInt64) -> Address {
        let item = RLP.list([.bytes(creator.bytes), .number(nonce)])
        return Address(hash: Keccak256.hash(item.encoded))
    }

    /// Of `CREATE2` (EIP-1014): by the creator, a salt and the code that makes the contract.
    package static func created(
        by creator: Address, salt: Hash256, initCodeHash: Hash256
    ) -> Address {
        Address(
            hash: Keccak256.hash([0xFF] + creator.bytes + salt.bytes + initCodeHash.bytes))
    }
}
