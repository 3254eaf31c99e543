import Domain
import Marketplace
import Transparency
import Wire

extension MarketServices {
    /// All that verifies a job's bill without this market.
    ///
    /// - Throws: `WireError.unavailable` while a record of the job has no number yet.
    func proof(_ job: Job) async throws -> ProofBundleDTO {
        let read = Read.leases(job.id, limit: JobTerms.mostLeases)
        let leases = try await store.read([read]).leases(read).filter { $0.loggedSeconds >= 0 }
        if let (head, anchor) = try await anchored() {
            do {
                return bundle(job, head, try await proofs(of: leases, in: head), anchor)
            } catch WireError.unavailable {
                // A record is younger than what is anchored.
            }
        }
        guard let head = try await head() else { throw WireError.unavailable }
        return bundle(job, head, try await proofs(of: leases, in: head), nil)
    }

    private func proofs(
        of leases: [Lease], in head: PublishedHead
    ) async throws -> [ProofLeaseDTO] {
        var proven: [ProofLeaseDTO] = []
        for lease in leases { proven.append(try await proof(lease, head)) }
        return proven
    }

    private func bundle(
        _ job: Job, _ head: PublishedHead, _ proven: [ProofLeaseDTO], _ anchor: AnchorDTO?
    ) -> ProofBundleDTO {
        ProofBundleDTO(
            job: job.id, renter: job.renter, salt: Base64Bytes(job.salt), origin: signer.name,
            logKey: Base64Bytes(signer.verifier.publicKey),
            head: String(decoding: head.note, as: UTF8.self), leases: proven, anchor: anchor)
    }

    private func proof(_ lease: Lease, _ head: PublishedHead) async throws -> ProofLeaseDTO {
        let records = Read.entriesOfLease(lease.id, limit: 1_000_000)
        let keys = Read.entryNamed("node-key:" + lease.node.text)
        let rows = try await store.read([records, keys])
        var proofs: [ProofRecordDTO] = []
        for case .entry(let entry) in rows[records] {
            proofs.append(try await proof(entry, head))
        }
        guard case .entry(let key)? = rows[keys].first, !proofs.isEmpty else {
            throw WireError.unavailable
        }
        return ProofLeaseDTO(
            lease: lease.id, task: lease.task.index, attempt: lease.attempt,
            microPerHour: lease.rate.microPerHour, chargedMicro: lease.posted.charge.micro,
            commissionBPS: lease.commission.value, payee: lease.payee.map(PayeeDTO.init),
            records: proofs, nodeKey: try await proof(key, head),
            creditMicro: lease.credit?.micro)
    }

    private func proof(_ entry: LogEntry, _ head: PublishedHead) async throws -> ProofRecordDTO {
        guard entry.index < head.size else { throw WireError.unavailable }
        // Which nodes a proof needs is known only by walking it: ask until none is missing.
        var nodes: [Read: LogHash] = [:]
        while true {
            var missing: [Read] = []
            let proof = try? MerkleLog.inclusionProof(index: entry.index, size: head.size) {
                level, index in
                let read = Read.logNode(level: level, index: index)
                guard let hash = nodes[read] else {
                    missing.append(read)
                    return .emptyTree
                }
                return hash
            }
            if missing.isEmpty, let proof {
                return ProofRecordDTO(
                    index: entry.index, bytes: Base64Bytes(entry.bytes),
                    proof: proof.path.map { Base64Bytes($0.bytes) })
            }
            let rows = try await store.read(missing)
            for read in missing {
                guard case .logNode(let node)? = rows[read].first else {
                    throw StoreFailure(doing: "prove entry \(entry.index)", cause: "\(read)")
                }
                nodes[read] = node.hash
            }
        }
    }
}
