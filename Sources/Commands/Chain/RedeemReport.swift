import ControlPlane
import Ethereum
import Wire

/// What becomes of each voucher of a file: said before anything is sent, and again when all is done.
struct RedeemReport: Encodable {
    enum State: String, Encodable { case pays, redeemed, settled, refused, skipped }

    struct Row: Encodable {
        /// In the file, from 1.
        let voucher: Int
        let user, payee, token: String
        let cumulativeMicro: String
        fileprivate(set) var state: State
        /// In the contract's words.
        fileprivate(set) var reason: String?
        /// To the payee, and to the treasury.
        fileprivate(set) var paidMicro = UInt256.zero
        fileprivate(set) var commissionMicro = UInt256.zero
        fileprivate(set) var transaction: String?

        private enum CodingKeys: String, CodingKey {
            case voucher, user, payee, token, state, reason, transaction
            case cumulativeMicro = "cumulative_micro"
            case paidMicro = "paid_micro"
            case commissionMicro = "commission_micro"
        }
    }

    struct Total: Encodable {
        let token: String
        fileprivate(set) var paidMicro: UInt256
        fileprivate(set) var commissionMicro: UInt256

        private enum CodingKeys: String, CodingKey {
            case token
            case paidMicro = "paid_micro"
            case commissionMicro = "commission_micro"
        }
    }

    private(set) var vouchers: [Row]

    init(_ entries: [VoucherFile.Entry], _ plan: RedeemPlan) {
        vouchers = zip(entries, plan.verdicts).enumerated().map { place, pair in
            let (voucher, verdict) = (pair.0.voucher, pair.1)
            var row = Row(
                voucher: place + 1, user: "\(voucher.user)", payee: "\(voucher.payee)",
                token: "\(voucher.token)", cumulativeMicro: "\(voucher.cumulative)",
                state: .settled)
            switch verdict {
            case .pays(let share, let commission):
                (row.state, row.paidMicro, row.commissionMicro) = (.pays, share, commission)
            case .settled: row.state = .settled
            case .refused(let fault): (row.state, row.reason) = (.refused, fault.rawValue)
            }
            return row
        }
    }

    /// - Parameter skipped: the contract's words for those of `places` that it did not redeem.
    mutating func note(_ places: [Int], skipped: [Int: String], in transaction: Hash256) {
        for (index, place) in places.enumerated() {
            vouchers[place].transaction = "\(transaction)"
            if let reason = skipped[index] {
                vouchers[place].state = .skipped
                vouchers[place].reason = reason
                (vouchers[place].paidMicro, vouchers[place].commissionMicro) = (.zero, .zero)
            } else {
                vouchers[place].state = .redeemed
            }
        }
    }

    /// For each token, in the order in which they come.
    func totals() throws -> [Total] {
        var totals: [Total] = []
        for row in vouchers {
            let place = totals.firstIndex { $0.token == row.token } ?? totals.count
            if place == totals.count {
                totals.append(
                    Total(token: row.token, paidMicro: .zero, commissionMicro: .zero))
            }
            totals[place].paidMicro = try totals[place].paidMicro.adding(row.paidMicro)
            totals[place].commissionMicro = try totals[place].commissionMicro
                .adding(row.commissionMicro)
        }
        return totals
    }

    /// `3: signature, 5: stale`: which were not redeemed; nil where none was left.
    var faults: String? {
        let left = vouchers.filter { $0.state == .refused || $0.state == .skipped }
        guard !left.isEmpty else { return nil }
        let shown = left.prefix(8).map { "\($0.voucher): \($0.reason ?? "–")" }
        return shown.joined(separator: ", ") + (left.count > shown.count ? ", …" : "")
    }

    private enum CodingKeys: String, CodingKey { case vouchers, totals }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(vouchers, forKey: .vouchers)
        try container.encode(try totals(), forKey: .totals)
    }
}

// MARK: - For people

extension RedeemReport {
    /// - Parameter symbol: of the token that the contracts settle in; another is told by its address.
    func lines(_ session: Session, dollar: Address, symbol: String) throws -> [String] {
        func amount(_ micro: UInt256, _ token: String) -> String {
            TokenAmount.text("\(micro)", token == "\(dollar)" ? symbol : token)
        }
        var table = Table([
            Table.Column("#", .right), Table.Column(session.told(.voucherUser)),
            Table.Column(session.told(.voucherPayee)),
            Table.Column(session.told(.voucherPaid), .right),
            Table.Column(session.told(.voucherCommission), .right),
            Table.Column(session.told(.headingState)),
        ])
        table.rows = vouchers.map { row in
            [
                "\(row.voucher)", row.user, row.payee, amount(row.paidMicro, row.token),
                amount(row.commissionMicro, row.token), row.words(session),
            ]
        }
        let sums = try totals().map { total in
            session.told(
                .voucherTotal,
                [
                    "paid": amount(total.paidMicro, total.token),
                    "commission": amount(total.commissionMicro, total.token),
                ])
        }
        return table.lines + sums
    }
}

extension RedeemReport.Row {
    fileprivate func words(_ session: Session) -> String {
        let why = reason.map { VoucherFault(rawValue: $0)?.words(session) ?? $0 } ?? ""
        return switch state {
        case .pays: session.told(.voucherPays)
        case .redeemed: session.told(.voucherRedeemed)
        case .settled: session.told(.voucherSettled)
        case .refused: session.told(.voucherRefused, ["reason": why])
        case .skipped: session.told(.voucherSkipped, ["reason": why])
        }
    }
}

extension VoucherFault {
    fileprivate func words(_ session: Session) -> String {
        let message: Message =
            switch self {
            case .stale: .voucherStale
            case .unspent: .voucherUnspent
            case .overCeiling: .voucherOverCeiling
            case .payee: .voucherNoPayee
            case .signature: .voucherSignature
            case .keyExpired: .voucherKeyExpired
            case .overCap: .voucherOverCap
            }
        return session.told(message)
    }
}

extension UInt256: Encodable {
    /// As text, for not every reader of JSON keeps 256 bits.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(decimal)
    }
}
