extension Transaction {
    /// The byte in front of an encoding that is not legacy (EIP-2718).
    var type: UInt8? {
        switch envelope {
        case .legacy: nil
        case .accessList: 1
        case .dynamicFee: 2
        case .blob: 3
        }
    }

    /// What is hashed and signed.
    package var unsignedBytes: [UInt8] {
        switch envelope {
        case .legacy(_, let chain?):
            encoded(fields + [.number(chain.number), .number(UInt64(0)), .number(UInt64(0))])
        case .legacy, .accessList, .dynamicFee, .blob:
            encoded(fields)
        }
    }

    package var signingHash: Hash256 { Keccak256.hash(unsignedBytes) }

    /// What is sent.
    func signedBytes(_ signature: Signature) -> [UInt8] {
        encoded(
            fields + [
                .number(v(signature.parity)), .number(signature.r.word),
                .number(signature.s.word),
            ])
    }

    /// `v` as the envelope wants it (EIP-155 for legacy).
    package func v(_ parity: Signature.Parity) -> UInt256 {
        switch envelope {
        case .legacy(_, nil): UInt256(27 + UInt64(parity.rawValue))
        case .legacy(_, let chain?):
            // Twice 64 bits and a bit more always fit.
            UInt256(high: 0, low: UInt128(chain.number) * 2 + 35 + UInt128(parity.rawValue))
        case .accessList, .dynamicFee, .blob: UInt256(UInt64(parity.rawValue))
        }
    }

    private func encoded(_ fields: [RLP]) -> [UInt8] {
        (type.map { [$0] } ?? []) + RLP.list(fields).encoded
    }

    private var fields: [RLP] {
        let common: [RLP] = [
            .number(gasLimit), .bytes(call.to?.bytes ?? []), .number(call.value.amount),
            .bytes(call.data),
        ]
        switch envelope {
        case .legacy(let price, _):
            return [.number(nonce), .number(price.amount)] + common
        case .accessList(let price, let chain, let list):
            return [.number(chain.number), .number(nonce), .number(price.amount)] + common
                + [Self.item(list)]
        case .dynamicFee(let fees, let chain, let list):
            return Self.head(chain, nonce, fees) + common + [Self.item(list)]
        case .blob(let fees, let chain, let list, let blobs):
            return Self.head(chain, nonce, fees) + common + [
                Self.item(list), .number(blobs.maxFeePerBlobGas.amount),
                .list(blobs.hashes.map { .bytes($0.bytes) }),
            ]
        }
    }

    private static func head(_ chain: ChainID, _ nonce: UInt64, _ fees: Fees) -> [RLP] {
        [
            .number(chain.number), .number(nonce), .number(fees.maxPriorityFeePerGas.amount),
            .number(fees.maxFeePerGas.amount),
        ]
    }

    private static func item(_ list: [AccessListItem]) -> RLP {
        .list(
            list.map { entry in
                .list([
                    .bytes(entry.address.bytes),
                    .list(entry.storageKeys.map { .bytes($0.bytes) }),
                ])
            })
    }
}
