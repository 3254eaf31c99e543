/// What is signed and sent: a call of an account or a contract, or the making of a contract.
package struct Transaction: Hashable, Sendable {
    package var envelope: Envelope
    package var nonce: UInt64
    package var gasLimit: UInt64
    package var call: Call

    package init(envelope: Envelope, nonce: UInt64, gasLimit: UInt64, call: Call) {
        self.envelope = envelope
        self.nonce = nonce
        self.gasLimit = gasLimit
        self.call = call
    }

    /// What a transaction does, whatever it costs.
    package struct Call: Hashable, Sendable {
        /// Nil makes a contract of `data`.
        package let to: Address?
        package let value: Wei
        package let data: [UInt8]

        package init(to: Address?, value: Wei, data: [UInt8]) {
            self.to = to
            self.value = value
            self.data = data
        }
    }

    /// How it is priced, which says how it is encoded.
    package enum Envelope: Hashable, Sendable {
        /// Without a chain it counts on each of them (before EIP-155); never signed by a `Signer`.
        case legacy(gasPrice: Wei, chain: ChainID?)
        /// EIP-2930.
        case accessList(gasPrice: Wei, chain: ChainID, [AccessListItem])
        /// EIP-1559.
        case dynamicFee(Fees, chain: ChainID, [AccessListItem])
        /// EIP-4844, without the blobs themselves.
        case blob(Fees, chain: ChainID, [AccessListItem], BlobFields)

        package var chain: ChainID? {
            switch self {
            case .legacy(_, let chain): chain
            case .accessList(_, let chain, _), .dynamicFee(_, let chain, _),
                .blob(_, let chain, _, _):
                chain
            }
        }

        /// The most that a unit of gas may cost.
        package var mostPerGas: Wei {
            switch self {
            case .legacy(let price, _), .accessList(let price, _, _): price
            case .dynamicFee(let fees, _, _), .blob(let fees, _, _, _): fees.maxFeePerGas
            }
        }
    }

    package struct BlobFields: Hashable, Sendable {
        package let maxFeePerBlobGas: Wei
        package let hashes: [Hash256]

        package init(maxFeePerBlobGas: Wei, hashes: [Hash256]) {
            self.maxFeePerBlobGas = maxFeePerBlobGas
            self.hashes = hashes
        }
    }
}

/// What is offered for a unit of gas (EIP-1559).
package struct Fees: Hashable, Sendable {
    /// In all, the base fee included.
    package let maxFeePerGas: Wei
    /// Of it, at most this to who makes the block.
    package let maxPriorityFeePerGas: Wei

    package init(maxFeePerGas: Wei, maxPriorityFeePerGas: Wei) {
        self.maxFeePerGas = maxFeePerGas
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
    }
}

/// What a transaction says beforehand that it will touch (EIP-2930).
package struct AccessListItem: Hashable, Sendable {
    package let address: Address
    package let storageKeys: [Hash256]

    package init(address: Address, storageKeys: [Hash256]) {
        self.address = address
        self.storageKeys = storageKeys
    }
}
