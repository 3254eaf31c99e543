/// A transaction with its signature, and the bytes that are sent: they and nothing else are its truth.
package struct SignedTransaction: Hashable, Sendable {
    package let transaction: Transaction
    package let signature: Signature
    package let raw: [UInt8]
    /// By which the chain calls it.
    package let hash: Hash256

    package init(_ transaction: Transaction, _ signature: Signature) {
        self.transaction = transaction
        self.signature = signature
        raw = transaction.signedBytes(signature)
        hash = Keccak256.hash(raw)
    }

    /// Who signed it.
    package func sender() throws(Signature.Refusal) -> Address {
        try signature.signer(of: transaction.signingHash)
    }
}

// MARK: - Reading

extension SignedTransaction {
    package enum Refusal: Error, Hashable {
        case encoding(RLP.Refusal)
        case signature(Signature.Refusal)
        /// Not one of the envelopes that are known.
        case type
        /// Not the fields of its envelope.
        case fields
    }

    /// Bytes of a transaction; chains take no more than 128 KiB.
    private static let mostBytes = 1 << 20

    /// - Throws: also for a signature with a high `s`, which is another spelling of the same
    ///   transaction (EIP-2).
    package init(decoding raw: [UInt8]) throws(Refusal) {
        guard raw.count <= Self.mostBytes else { throw .encoding(.tooLong) }
        do {
            switch raw.first {
            case 1: self = try Self.accessList(try Self.fields(raw.dropFirst(), 11))
            case 2: self = try Self.dynamicFee(try Self.fields(raw.dropFirst(), 12))
            case 3: self = try Self.blob(try Self.fields(raw.dropFirst(), 14))
            case .some(0xC0...): self = try Self.legacy(try Self.fields(raw[...], 9))
            default: throw Refusal.type
            }
        } catch let refusal as RLP.Refusal {
            throw .encoding(refusal)
        } catch let refusal as Signature.Refusal {
            throw .signature(refusal)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .fields
        }
    }

    private static func fields(_ bytes: ArraySlice<UInt8>, _ count: Int) throws -> [RLP] {
        let fields = try RLP(decoding: Array(bytes)).asList()
        guard fields.count == count else { throw Refusal.fields }
        return fields
    }

    private static func legacy(_ fields: [RLP]) throws -> SignedTransaction {
        let v = try fields[6].asNumber()
        let chain: ChainID?
        let parity: Signature.Parity
        if v == 27 || v == 28 {
            chain = nil
            parity = v == 27 ? .even : .odd
        } else {
            let rest = try v.subtracting(35)
            guard rest.high == 0, let number = UInt64(exactly: rest.low >> 1) else {
                throw Refusal.fields
            }
            chain = ChainID(number)
            parity = rest.low & 1 == 0 ? .even : .odd
        }
        let price = Wei(try fields[1].asNumber())
        return SignedTransaction(
            Transaction(
                envelope: .legacy(gasPrice: price, chain: chain),
                nonce: try fields[0].asUInt64(), gasLimit: try fields[2].asUInt64(),
                call: try call(fields[3...])),
            try signature(parity, fields[7], fields[8]))
    }

    private static func accessList(_ fields: [RLP]) throws -> SignedTransaction {
        let envelope = Transaction.Envelope.accessList(
            gasPrice: Wei(try fields[2].asNumber()), chain: ChainID(try fields[0].asUInt64()),
            try list(fields[7]))
        return SignedTransaction(
            Transaction(
                envelope: envelope, nonce: try fields[1].asUInt64(),
                gasLimit: try fields[3].asUInt64(), call: try call(fields[4...])),
            try signature(try parity(fields[8]), fields[9], fields[10]))
    }

    private static func dynamicFee(_ fields: [RLP]) throws -> SignedTransaction {
        let envelope = Transaction.Envelope.dynamicFee(
            try fees(fields), chain: ChainID(try fields[0].asUInt64()), try list(fields[8]))
        return SignedTransaction(
            Transaction(
                envelope: envelope, nonce: try fields[1].asUInt64(),
                gasLimit: try fields[4].asUInt64(), call: try call(fields[5...])),
            try signature(try parity(fields[9]), fields[10], fields[11]))
    }

    private static func blob(_ fields: [RLP]) throws -> SignedTransaction {
        let blobs = Transaction.BlobFields(
            maxFeePerBlobGas: Wei(try fields[9].asNumber()), hashes: try hashes(fields[10]))
        let envelope = Transaction.Envelope.blob(
            try fees(fields), chain: ChainID(try fields[0].asUInt64()), try list(fields[8]), blobs)
        return SignedTransaction(
            Transaction(
                envelope: envelope, nonce: try fields[1].asUInt64(),
                gasLimit: try fields[4].asUInt64(), call: try call(fields[5...])),
            try signature(try parity(fields[11]), fields[12], fields[13]))
    }

    private static func fees(_ fields: [RLP]) throws -> Fees {
        Fees(
            maxFeePerGas: Wei(try fields[3].asNumber()),
            maxPriorityFeePerGas: Wei(try fields[2].asNumber()))
    }

    /// Receiver, value and data, in a row.
    private static func call(_ fields: ArraySlice<RLP>) throws -> Transaction.Call {
        let start = fields.startIndex
        let to = try fields[start].asBytes()
        let address = Address(bytes: to)
        guard to.isEmpty || address != nil else { throw Refusal.fields }
        return Transaction.Call(
            to: address, value: Wei(try fields[start + 1].asNumber()),
            data: try fields[start + 2].asBytes())
    }

    private static func list(_ item: RLP) throws -> [AccessListItem] {
        try item.asList().map { entry in
            let parts = try entry.asList()
            guard parts.count == 2, let address = Address(bytes: try parts[0].asBytes()) else {
                throw Refusal.fields
            }
            return AccessListItem(address: address, storageKeys: try hashes(parts[1]))
        }
    }

    private static func hashes(_ item: RLP) throws -> [Hash256] {
        try item.asList().map { entry in
            guard let hash = Hash256(bytes: try entry.asBytes()) else { throw Refusal.fields }
            return hash
        }
    }

    private static func parity(_ item: RLP) throws -> Signature.Parity {
        guard let value = try item.asNumber().asUInt64,
            let parity = UInt8(exactly: value).flatMap(Signature.Parity.init)
        else { throw Refusal.fields }
        return parity
    }

    private static func signature(
        _ parity: Signature.Parity, _ r: RLP, _ s: RLP
    ) throws -> Signature {
        try Signature(
            r: Hash256(word: try r.asNumber()), s: Hash256(word: try s.asNumber()), parity: parity)
    }
}
