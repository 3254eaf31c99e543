import Accounting
import Domain
import Marketplace

// Money: nothing appears, nothing vanishes, nobody owes.
extension Auditor {
    mutating func take(_ transfer: Transfer) {
        require(transfer.amount > .zero, "a transfer is positive", "\(transfer)")
        balances[transfer.from, default: 0] -= transfer.amount.micro
        balances[transfer.to, default: 0] += transfer.amount.micro
        guard let lease = transfer.lease,
            transfer.kind == .charge || transfer.kind == .commission
        else { return }
        let before = paid[lease] ?? .nothing
        let isCommission = transfer.kind == .commission
        let charge = before.charge.micro + transfer.amount.micro
        let commission = before.commission.micro + (isCommission ? transfer.amount.micro : 0)
        guard let charge = try? Money(micro: charge), let commission = try? Money(micro: commission)
        else { return fail("money stays in range", "\(transfer)") }
        paid[lease] = Posted(charge: charge, commission: commission)
    }

    mutating func check(_ balance: Balance) {
        let booked = balances[balance.account] ?? 0
        require(
            balance.amount.micro == booked, "a balance is the sum of its transfers",
            "\(balance.account.text): \(balance.amount.micro), booked \(booked)")
        require(
            balance.amount >= .zero || balance.account.mayBeNegative,
            "no balance is negative", "\(balance.account.text): \(balance.amount.micro)")
    }

    mutating func take(_ hold: Hold) {
        if holds[hold.job] == nil { holdsOfRenter[hold.renter, default: []].append(hold.job) }
        holds[hold.job] = hold
        require(
            hold.escrowed >= .zero && hold.charged >= .zero
                && hold.escrowed.micro + hold.charged.micro <= hold.amount.micro,
            "escrows and charges stay within the hold", "\(hold)")
        let open = unsettled[hold.job] ?? []
        let escrowed = open.reduce(Int64(0)) { sum, id in
            guard let lease = leases[id] else { return sum }
            return sum + lease.escrow.micro - (paid[id] ?? .nothing).charge.micro
        }
        require(
            hold.escrowed.micro == escrowed, "a hold knows its leases' escrows",
            "\(hold.job): \(hold.escrowed.micro), leases \(escrowed)")
    }

    /// What a lease's life says was paid is what was paid.
    mutating func checkPaid(_ lease: Lease) {
        let paid = paid[lease.id] ?? .nothing
        switch lease.life {
        case .locking, .reserved:
            require(paid == .nothing, "nothing is paid before the start", "\(lease.id)")
        case .running(_, _, let posted), .ended(_, _, _, let posted):
            requirePaid(posted, lease.id)
        case .settled(_, let seconds, let posted, _):
            requirePaid(posted, lease.id)
            checkBill(lease, seconds: seconds, posted)
        }
        require(
            paid.charge <= lease.escrow, "a charge stays within its escrow", "\(lease.id): \(paid)")
    }

    private mutating func requirePaid(_ posted: Posted, _ lease: LeaseID) {
        let paid = paid[lease] ?? .nothing
        require(
            posted.net == paid.charge && posted.commission == paid.commission
                && posted.pay == paid.pay, "transfers are what was posted", "\(lease): \(paid)")
    }

    /// `ceil(seconds × rate / 3600)`, less what goes back, and the floor of the market's part of it.
    private mutating func checkBill(_ lease: Lease, seconds: Int64, _ posted: Posted) {
        let (quotient, rest) = (Int128(seconds) * Int128(lease.rate.microPerHour))
            .quotientAndRemainder(dividingBy: 3600)
        let charge = quotient + (rest > 0 ? 1 : 0)
        let part = charge * Int128(commission.value) / 10_000
        let paid = paid[lease.id] ?? .nothing
        require(
            Int128(paid.charge.micro) + Int128(posted.credit.micro) == charge,
            "the charge is the bill rule's",
            "\(lease.id): \(paid.charge.micro) for \(seconds) s, not \(charge)")
        require(
            Int128(paid.commission.micro) == part, "the commission is its floor",
            "\(lease.id): \(paid.commission.micro) of \(charge), not \(part)")
    }

    /// The whole ledger at once, from the tables.
    mutating func checkLedger(_ tables: MemoryTables, renters: [AccountID]) {
        var sum: Int64 = 0
        for case .balance(let balance) in tables.load(.balances(limit: 1_000_000)) {
            sum += balance.amount.micro
            check(balance)
        }
        require(sum == 0, "money is conserved", "all balances add up to \(sum)")
        for renter in renters {
            let held = balances[.held(renter)] ?? 0
            let pending = (holdsOfRenter[renter] ?? []).reduce(Int64(0)) { sum, job in
                guard let hold = holds[job], hold.life == .pending, hold.payer == nil else {
                    return sum
                }
                return sum + hold.amount.micro - hold.charged.micro
            }
            require(
                held == pending, "held is what pending holds may still use",
                "\(renter): held \(held), holds \(pending)")
        }
    }
}
