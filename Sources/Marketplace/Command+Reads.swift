import Accounting
import Domain
import Verification

extension Command {
    /// More reads than this in one job are never needed by one decision.
    static let everyTask = JobTerms.maximumTasks

    /// What must be loaded, and locked, before `Market.decide`, given what is loaded already.
    ///
    /// Asked again after each load until it names nothing new: a lease names its job, a job its
    /// hold. Ends after at most four rounds.
    package func reads(given rows: Rows) -> [Read] {
        switch self {
        case .openAccount(let account, _): [.account(account.id)]
        case .addKey(let key): [.account(key.account)]
        case .credit(let account, _, _, let once):
            [
                .account(account), .replay(once.key), .balance(.available(account)),
                .balance(.operatorGranted),
            ]
        case .registerNode(let node, let token):
            [.node(node.id), .account(node.provider)] + (token.map { [.joinToken($0)] } ?? [])
        case .addJoinToken, .nameImage, .effectDone, .keepAlive: []
        case .beginUpload(let key, _): [.ownedBlob(key), .upload(key), .storage(key.owner)]
        case .addBlob(let blob): [.ownedBlob(blob.key), .upload(blob.key), .storage(blob.owner)]
        case .dropUpload(let key, _): [.upload(key), .storage(key.owner)]
        case .addOutputs(let lease, _): [.lease(lease)]
        case .advertise(let node, let terms):
            [.node(node), .offer(node), .liveLeasesOfNode(node, limit: Self.everyTask)]
                + terms.allDevices.map { .device($0.id) }
                + terms.allDevices.compactMap { device in
                    rows.device(device.id).flatMap { $0.node == node ? nil : .offer($0.node) }
                }
        case .release(let device, let node): [.offer(node), .device(device)]
        case .scrubbed(let verified):
            [
                .offer(verified.receipt.node),
                .liveLeasesOfNode(verified.receipt.node, limit: Self.everyTask),
            ] + (verified.receipt.lease.map { [.lease($0)] } ?? [])
        case .changeAvailability(let node, _), .wish(let node, _): [.offer(node)]
        case .submit(let submit):
            [
                .replay(submit.idempotency.key), .account(submit.renter), .job(submit.id),
            ] + submit.terms.purse(of: submit.renter).both.map(Read.balance)
                + paying(submit.terms, rows)
        case .clear(let clearing):
            reads(clearing: clearing) + reads(clearingFor: clearing.task.job, rows)
        case .clearGang(let clearings):
            reads(clearingGang: clearings, rows)
        case .preempt(let preemption):
            reads(preempting: preemption) + settling(rows.job(preemption.task.job))
        case .meter(let verified, _):
            switch verified.receipt.status {
            case .ended: Self.endingLease(verified.receipt.lease, rows)
            case .running, .frozen: [.lease(verified.receipt.lease)]
            }
        case .silence(let node, _, _, _), .notice(let node, _):
            [.liveLeasesOfNode(node, limit: Self.everyTask)]
        case .endLease(let lease, _): Self.endingLease(lease, rows)
        case .closePeriod(let lease): reads(settling: lease, rows)
        case .verify(let lease):
            reads(settling: lease, rows)
                + (rows.lease(lease).map { others(of: rows.job($0.task.job)) } ?? [])
        case .stop(let job):
            [.job(job), .hold(job), .liveLeasesOfJob(job, limit: Self.everyTask)]
                + settling(rows.job(job))
        case .expire(let job): [.job(job), .hold(job)] + settling(rows.job(job))
        case .retry(let job, let once):
            [
                .job(job), .hold(job), .replay(once.key),
                .failedTasks(job, limit: Self.everyTask),
            ] + settling(rows.job(job)) + (rows.job(job).map { paying($0.terms, rows) } ?? [])
                + (rows.job(job)?.terms.isGang == true
                    ? [.tasks(job, after: 0, limit: Self.everyTask)] : [])
        case .sequence(let limit): [.tree, .pending(limit: limit)]
        case .publishHead: [.head, .tree]
        case .openBooks, .anchor, .keepSending, .endDeed, .takeNews, .redeem, .link, .takeVoucher,
            .signLock, .settleLocks:
            chainReads(given: rows)
        }
    }

    private func chainReads(given rows: Rows) -> [Read] {
        switch self {
        case .openBooks: [.books]
        case .anchor:
            [.books, .head, .openDeeds(limit: ChainDeed.mostOpen)] + anchored(rows.books)
        case .keepSending(let kept): [.books, .deed(kept.deed)]
        case .endDeed(let number, _):
            [.books, .deed(number)] + anchored(rows.books) + redeemed(rows.deed(number))
        case .takeNews(let facts, _): [.books] + facts.flatMap { reads(taking: $0, rows) }
        case .signLock(let lease, _): [.lock(lease), .lease(lease)]
        case .settleLocks: [.books, .agreedLocks(limit: ChainDeed.mostVouchers)]
        case .redeem: [.books, .redeemablePairs(limit: ChainDeed.mostVouchers)]
        case .link(let address, let account):
            [.account(account), .vaultUser(address), .vaultUserOf(account)]
        case .takeVoucher(let voucher): [.pair(voucher.parties), .vaultUser(voucher.parties.user)]
        default: []
        }
    }

    private func reads(taking fact: VaultFact, _ rows: Rows) -> [Read] {
        let row: Read =
            switch fact {
            case .deposited(let user, _), .exitStarted(let user, _), .exitFinished(let user, _),
                .authorised(let user, _), .revoked(let user, _), .unbookable(let user):
                .vaultUser(user)
            case .redeemed(let parties, _): .pair(parties)
            case .lock(let lease, _): .lock(lease)
            }
        let pairs: [Read] =
            switch fact {
            case .deposited(let user, _), .authorised(let user, _), .revoked(let user, _):
                [.pairsOf(user)]
            case .redeemed(let parties, _): [.pairsOf(parties.user), .vaultUser(parties.user)]
            case .lock(let lease, _):
                [.lease(lease)] + (rows.lease(lease).map { [.job($0.task.job)] } ?? [])
                    + (rows.lock(lease)?.accounts.map(Read.balance) ?? [])
            case .exitStarted, .exitFinished, .unbookable: []
            }
        return [row] + pairs + fact.accounts.map(Read.balance)
    }

    private func redeemed(_ deed: ChainDeed?) -> [Read] {
        (deed?.vouchers.map { .pair($0.parties) } ?? [])
            + (deed?.agreed.map { .lock($0.lease) } ?? [])
    }

    private func anchored(_ books: ChainBooks?) -> [Read] {
        books?.anchored.map { [.deed($0)] } ?? []
    }

    private func reads(preempting preemption: Preemption) -> [Read] {
        [
            .task(preemption.task), .job(preemption.task.job), .hold(preemption.task.job),
            .offer(preemption.node),
            .liveLeasesOfNode(preemption.node, limit: Self.everyTask),
        ]
    }

    private func reads(clearing: Clearing) -> [Read] {
        [.lease(clearing.lease), .task(clearing.task), .offer(clearing.node)]
            + clearing.devices.map(Read.device)
    }

    /// One that is longer than any gang is refused, whatever it has read.
    private func reads(clearingGang clearings: [Clearing], _ rows: Rows) -> [Read] {
        clearings.prefix(Formation.members.upperBound).flatMap(reads(clearing:))
            + (clearings.first.map { reads(clearingFor: $0.task.job, rows) } ?? [])
    }

    private func reads(clearingFor job: JobID, _ rows: Rows) -> [Read] {
        [.job(job), .hold(job)] + siblings(of: rows.job(job)) + settling(rows.job(job))
    }

    /// Where the other tasks of a job run that keeps them apart.
    private func siblings(of job: Job?) -> [Read] {
        guard let job, job.terms.formation?.spread != nil else { return [] }
        return [.liveLeasesOfJob(job.id, limit: Self.everyTask)]
    }

    /// What runs of a gang, and ends with any of its members.
    private func others(of job: Job?) -> [Read] {
        guard let job, job.terms.isGang else { return [] }
        return [.liveLeasesOfJob(job.id, limit: Self.everyTask)]
    }

    /// What the end of a lease frees.
    private static func endingLease(_ id: LeaseID, _ rows: Rows) -> [Read] {
        guard let lease = rows.lease(id) else { return [.lease(id)] }
        return [
            .lease(id), .offer(lease.node), .liveLeasesOfNode(lease.node, limit: everyTask),
        ]
    }

    /// What the end of a lease, or a period of it, touches.
    private func reads(settling id: LeaseID, _ rows: Rows) -> [Read] {
        guard let lease = rows.lease(id) else { return [.lease(id)] }
        return [
            .lease(id), .task(lease.task), .job(lease.task.job), .hold(lease.task.job),
        ] + earning(lease, rows.job(lease.task.job)) + settling(rows.job(lease.task.job))
    }

    /// What is known of who pays on a chain, and of what they have not signed for.
    private func paying(_ terms: JobTerms, _ rows: Rows) -> [Read] {
        guard let payer = terms.payer else { return [] }
        guard terms.isLocked else { return [.vaultUser(payer), .pairsOf(payer)] }
        let locks = rows.locks(.openLocksOf(payer))
        return [.vaultUser(payer), .openLocksOf(payer)] + locks.map { .lease($0.lease) }
    }

    /// Where a lease's charge goes.
    private func earning(_ lease: Lease, _ job: Job?) -> [Read] {
        guard let purse = job?.purse else { return [] }
        let income = purse.income(of: lease.provider, payee: lease.payee?.address)
        return [.balance(purse.commission)] + (income.map { [.balance($0)] } ?? [])
            + (lease.parties.map { [.pair($0)] } ?? [])
            + (lease.isLocked ? [.lock(lease.id), .balance(.escrow)] : [])
    }

    /// What closing a job touches; nothing while the job is not loaded.
    private func settling(_ job: Job?) -> [Read] {
        guard let job else { return [] }
        return [
            .waitingTasks(job.id, limit: job.counts.queued + job.counts.open)
        ] + job.purse.both.map(Read.balance)
    }
}
