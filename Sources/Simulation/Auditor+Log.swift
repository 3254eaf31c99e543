import Accounting
import Crypto
import Domain
import Marketplace
import Transparency

// The log: it only grows, and the whole ledger can be recomputed from it.
extension Auditor {
    mutating func take(_ entry: PendingEntry) {
        guard let lease = entry.lease, let record = try? UsageRecord(bytes: entry.bytes) else {
            return
        }
        if record.kind == .final { finalRecords[lease, default: 0] += 1 }
    }

    /// A new head continues the last one.
    mutating func published(_ head: PublishedHead, tables: MemoryTables) {
        if let last = heads.last { checkGrowth(from: last, to: head, tables) }
        heads.append(head)
    }

    private mutating func checkGrowth(
        from old: PublishedHead, to new: PublishedHead, _ tables: MemoryTables
    ) {
        do {
            let proof = try MerkleLog.consistencyProof(from: old.size, to: new.size) {
                level, index in
                let rows = tables.load(.logNode(level: level, index: index))
                guard case .logNode(let node)? = rows.first else {
                    throw StoreFailure(doing: "prove growth", cause: "node \(level)/\(index)")
                }
                return node.hash
            }
            try proof.verify(oldRoot: old.root, newRoot: new.root)
        } catch {
            fail("each head continues each earlier one", "\(old.size) to \(new.size): \(error)")
        }
    }

    /// At the end: every head, every record, every signature, every charge.
    mutating func checkLog(_ tables: MemoryTables) {
        if let last = heads.last {
            for head in heads { checkGrowth(from: head, to: last, tables) }
        }
        var frontier = Frontier()
        var keys: [NodeID: [UInt8]] = [:]
        var finals: [LeaseID: UsageRecord] = [:]
        for case .entry(let entry) in tables.load(.entries(from: 0, limit: 1_000_000)) {
            require(entry.index == frontier.size, "entries are numbered in order", entry.key)
            frontier.add(.leaf(entry.bytes))
            if let key = try? NodeKeyRecord(bytes: entry.bytes) { keys[key.node] = key.key }
            guard let record = try? UsageRecord(bytes: entry.bytes) else { continue }
            check(record, keys)
            guard record.kind == .final else { continue }
            require(
                finals.updateValue(record, forKey: record.lease) == nil,
                "one final record per lease that ran", "\(record.lease) twice")
        }
        if let last = heads.last, last.size == frontier.size {
            require(last.root == frontier.root, "the root is over the entries", "\(last.size)")
        }
        for id in leaseOrder { compare(id, finals[id]) }
    }

    /// A record says what the node has signed with the key that the log binds to it.
    private mutating func check(_ record: UsageRecord, _ keys: [NodeID: [UInt8]]) {
        guard let receipt = try? Receipt(bytes: record.receipt.bytes),
            let bytes = keys[record.node],
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return fail("a record carries its node's receipt", "\(record.lease)") }
        require(
            key.isValidSignature(record.receipt.signature, for: record.receipt.bytes),
            "a record's receipt is signed by its node", "\(record.lease)")
        require(
            receipt.lease == record.lease && receipt.node == record.node
                && receipt.attempt == record.attempt && receipt.seconds == record.seconds,
            "a record says what its receipt says", "\(record.lease)")
    }

    private mutating func compare(_ id: LeaseID, _ record: UsageRecord?) {
        guard let lease = leases[id], case .settled(_, let seconds, let posted, _) = lease.life
        else { return fail("every lease is settled", "\(id)") }
        guard let record else {
            return require(
                lastReading[id] == nil, "one final record per lease that ran", "\(id): none")
        }
        require(
            record.seconds == seconds && record.charge == posted.charge && record.rate == lease.rate
                && record.provider == lease.provider && record.attempt == lease.attempt,
            "the log says what the ledger says", "\(id): \(record.charge), \(posted.charge)")
        require(
            record.promise?.level == lease.serviceLevel
                && record.promise?.commission ?? commission == commission
                && record.promise?.credit ?? .zero == posted.credit
                && record.promise.map { $0.elapsed == elapsedOf[id] } ?? true,
            "the log says what the ledger says", "\(id): \(record.promise as Any)")
    }
}
