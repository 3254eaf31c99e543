import Accounting
import Domain
import Staging
import Testing
import Wire

/// The whole ledger and every settlement as the market's interface tells them, and the rules that
/// they keep whatever happened.
struct Books {
    let lines: [LedgerLineDTO]
    let settlements: [SettlementDTO]

    init(of site: Site) async throws {
        lines = try await Self.all("/v1/ledger", site.api(.operator))
        settlements = try await Self.all("/v1/log/settlements", site.api(.operator))
    }

    private static func all<Line: Codable & Hashable & Sendable>(
        _ path: String, _ api: API
    ) async throws -> [Line] {
        var lines: [Line] = []
        var cursor: String?
        repeat {
            let query = "?limit=1000" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page: ListDTO<Line> = try api.get(path + query)
            lines += page.data
            cursor = page.hasMore ? page.nextCursor : nil
        } while cursor != nil
        return lines
    }

    /// Micro-units on each ledger account.
    var balances: [String: Int64] {
        lines.reduce(into: [:]) { $0[$1.account, default: 0] += $1.micro }
    }

    /// What the ledger moved out of holds for a lease: its charge.
    func charged(_ lease: LeaseID) -> Int64 {
        -lines.filter {
            $0.lease == lease && $0.micro < 0 && ["charge", "commission"].contains($0.kind)
        }.reduce(0) { $0 + $1.micro }
    }

    /// Sums to zero, nobody below zero, nothing left in a hold, every lease charged what was
    /// settled: nothing twice.
    func check(isQuiet: Bool = true, _ location: SourceLocation = #_sourceLocation) {
        #expect(lines.reduce(0) { $0 + $1.micro } == 0, sourceLocation: location)
        for (name, balance) in balances.sorted(by: { $0.key < $1.key }) {
            let mayBeNegative = LedgerAccount(text: name)?.mayBeNegative ?? false
            #expect(balance >= 0 || mayBeNegative, "\(name): \(balance)", sourceLocation: location)
            if isQuiet, name.hasPrefix("held:") {
                #expect(balance == 0, "stranded in \(name)", sourceLocation: location)
            }
        }
        for settled in settlements {
            #expect(
                charged(settled.lease) == settled.paidMicro + settled.commissionMicro,
                "\(settled.lease)", sourceLocation: location)
            #expect(
                settled.chargedMicro
                    == settled.paidMicro + settled.commissionMicro + (settled.creditMicro ?? 0),
                sourceLocation: location)
        }
        let posted = Set(lines.filter { $0.kind == "charge" }.compactMap(\.lease))
        let settled = Set(settlements.map(\.lease))
        if isQuiet { #expect(posted.isSubset(of: settled), sourceLocation: location) }
    }
}

/// `ceil(seconds × rate / 3600)` in micro-units, written down a second time.
func charge(_ seconds: Int64, _ microPerHour: Int64) -> Int64 {
    let product = seconds * microPerHour
    return product / 3600 + (product % 3600 == 0 ? 0 : 1)
}

extension Site {
    /// What holds of every job that is over: its lines are its leases' charges, and what was held
    /// is charged or returned.
    @discardableResult
    func checkBill(
        of name: String = "job", _ location: SourceLocation = #_sourceLocation
    ) async throws -> InvoiceDTO {
        let job = try await over(name)
        let invoice = try await invoice(name)
        for line in invoice.lines {
            #expect(
                line.charge.money.micro + (line.credit?.money.micro ?? 0)
                    == charge(line.meteredS, line.microPerHour),
                sourceLocation: location)
        }
        let sum = invoice.lines.reduce(0) { $0 + $1.charge.money.micro }
        #expect(job.charged.money.micro == sum, sourceLocation: location)
        #expect(invoice.total.money.micro == sum, sourceLocation: location)
        #expect(job.held.money == .zero, sourceLocation: location)
        #expect(
            job.charged.money.micro + job.refunded.money.micro == job.budget.money.micro,
            sourceLocation: location)
        #expect(
            job.billedSeconds == invoice.lines.reduce(0) { $0 + $1.meteredS },
            sourceLocation: location)
        try await Books(of: self).check(isQuiet: true, location)
        return invoice
    }
}
