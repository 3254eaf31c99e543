import Domain
import Ethereum
import Hummingbird
import Marketplace
import Wire

extension API {
    /// Leases whose prices are locked in the escrow, under `/v1/locks`.
    mutating func addLocks() {
        let market = market
        add(.get, "/v1/locks", .roles([.renter, .provider])) { _, call in
            try Self.json(try await market.locks(for: call))
        }
        add(.put, "/v1/locks/{lease}/progress", .roles([.renter])) { request, call in
            let progress = try Self.decode(ProgressDTO.self, try await Self.body(request))
            let lock = try await market.lock(try call.parameter("lease"), for: call)
            try await market.take(progress, of: lock)
            return try Self.json(try await market.locks(for: call))
        }
        add(.put, "/v1/locks/{lease}/agreement", .roles([.provider])) { request, call in
            let agreement = try Self.decode(AgreementDTO.self, try await Self.body(request))
            let lock = try await market.lock(try call.parameter("lease"), for: call)
            try await market.take(agreement, of: lock)
            return try Self.json(try await market.locks(for: call))
        }
    }
}

extension MarketServices {
    /// The caller's own that something may come of.
    func locks(for call: Call) async throws -> LockFileDTO {
        let place = try settlementPlace()
        var found: [LockDTO] = []
        for lock in try await ownLocks(call) { found.append(try await view(lock)) }
        return LockFileDTO(
            chainID: place.chain.number, escrow: ChainAddress(place.escrow.address),
            token: ChainAddress(place.token), locks: found)
    }

    /// A renter's by the address that is linked; a provider's are those that pay what its nodes name.
    private func ownLocks(_ call: Call) async throws -> [Lock] {
        if case .account(_, .renter) = call.principal {
            guard let user = try await vaultUser(of: try call.account) else { return [] }
            let read = Read.openLocksOf(user.address)
            return try await store.read([read]).locks(read)
        }
        var locks: [Lock] = []
        for payee in try await payees(of: try call.account) {
            let read = Read.locksPaying(payee, limit: 1_000_000)
            locks += try await store.read([read]).locks(read)
        }
        return locks
    }

    private func view(_ lock: Lock) async throws -> LockDTO {
        guard let lease = try await store.read([.lease(lock.lease)]).lease(lock.lease),
            let payee = lease.payee
        else { throw StoreFailure(doing: "show a lock", cause: "its lease is missing") }
        let isWanted: Bool
        if case .locking = lease.life { isWanted = true } else { isWanted = false }
        return LockDTO(
            lease: lock.lease, job: lease.task.job, node: lease.node, payer: lock.terms.payer,
            payee: PayeeDTO(payee), depositMicro: lock.terms.deposit.micro,
            microPerHour: lock.terms.rate.microPerHour,
            commissionBPS: lock.terms.commission.value, deadline: lock.terms.deadline,
            isWanted: isWanted, id: lock.id.map { Ethereum.Hex.text(of: $0) },
            bill: lock.bill.map { LockBillDTO($0, of: lock.terms) },
            progress: lock.signed.map(ProgressDTO.init),
            agreement: lock.agreement.map { Ethereum.Hex.text(of: $0) },
            receipt: try await receipt(of: lease).map(ReceiptDTO.init),
            serviceLevel: lock.terms.serviceLevel.map(ServiceLevelDTO.init))
    }

    /// Of a lease that is settled the log has it.
    private func receipt(of lease: Lease) async throws -> SignedReceipt? {
        if let reading = lease.life.reading { return reading.receipt }
        let read = Read.entriesOfLease(lease.id, limit: 1_000_000)
        guard case .entry(let entry)? = try await store.read([read])[read].last else { return nil }
        return try UsageRecord(bytes: entry.bytes).receipt
    }

    /// Also one of which nothing comes any more.
    ///
    /// - Throws: `Refusal.leaseUnknown` for one that is not the caller's.
    func lock(_ name: String, for call: Call) async throws -> Lock {
        guard let id = LeaseID(name) else { throw WireError.parameterInvalid(name: "lease") }
        guard let lock = try await store.read([.lock(id)]).lock(id) else {
            throw Refusal.leaseUnknown(id)
        }
        let account = try call.account
        let isOwn: Bool
        if case .account(_, .renter) = call.principal {
            isOwn = try await vaultUser(of: account)?.address == lock.terms.payer
        } else {
            isOwn = try await payees(of: account).contains(lock.terms.payee)
        }
        guard isOwn else { throw Refusal.leaseUnknown(id) }
        return lock
    }

    /// - Throws: `WireError.parameterInvalid` for what is not in form; `Refusal.voucherWrong`.
    func take(_ dto: ProgressDTO, of lock: Lock) async throws {
        let progress = try HeldProgress(dto)
        guard try signer(of: progress, by: progress.signature, lock) == lock.terms.payer else {
            throw WireError.parameterInvalid(name: "signature")
        }
        try await store.perform(.signLock(lock.lease, .progress(progress)))
    }

    func take(_ dto: AgreementDTO, of lock: Lock) async throws {
        guard let progress = lock.signed else { throw Refusal.voucherWrong }
        guard let signature = Ethereum.Hex.bytes(of: dto.signature),
            try signer(of: progress, by: signature, lock) == lock.terms.payee
        else { throw WireError.parameterInvalid(name: "signature") }
        try await store.perform(.signLock(lock.lease, .agreement(signature)))
    }

    /// Nil for what nobody signed.
    private func signer(
        of progress: HeldProgress, by bytes: [UInt8], _ lock: Lock
    ) throws -> ChainAddress? {
        let place = try settlementPlace()
        return try progress.signer(
            bytes, of: lock.terms(in: place.token), in: place.escrow, on: place.chain)
    }
}

extension LockBillDTO {
    init(_ bill: LockBill, of terms: LockTerms) {
        self.init(
            seconds: bill.seconds, elapsed: bill.elapsed, chargeMicro: bill.posted.charge.micro,
            commissionMicro: bill.posted.commission.micro,
            creditMicro: terms.serviceLevel == nil ? nil : bill.posted.credit.micro)
    }
}
