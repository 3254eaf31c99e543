package import Domain
package import Ethereum
package import Transparency

// The core's words for what is on a chain, and the chain's own: the same bytes.

extension ChainAddress {
    package init(_ address: Address) {
        guard let same = ChainAddress(bytes: address.bytes) else {
            preconditionFailure("an address has 20 bytes")
        }
        self = same
    }
}

extension Address {
    package init(_ address: ChainAddress) {
        guard let same = Address(bytes: address.bytes) else {
            preconditionFailure("an address has 20 bytes")
        }
        self = same
    }
}

extension Hash256 {
    package init(_ hash: LogHash) {
        guard let same = Hash256(bytes: hash.bytes) else {
            preconditionFailure("a hash has 32 bytes")
        }
        self = same
    }
}
