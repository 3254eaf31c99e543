import Accounting
package import Domain
import Hummingbird
import Marketplace
import Wire

extension API {
    mutating func addMoney() {
        let market = market
        add(.get, "/v1/balance", .roles([.renter, .provider, .operator])) { _, call in
            let account = try call.account
            let rows = try await market.store.read([
                .balance(.available(account)), .balance(.held(account)),
            ])
            return try Self.json(
                BalanceDTO(
                    account: account, available: MoneyDTO(rows.balance(.available(account))),
                    held: MoneyDTO(rows.balance(.held(account)))))
        }
        add(.post, "/v1/accounts/:account/credits", .roles([.operator])) { request, call in
            guard let account = AccountID(try call.parameter("account")) else {
                throw WireError.parameterInvalid(name: "account")
            }
            let bytes = try await Self.body(request)
            let once = try Self.idempotency(request, call, body: bytes + Array(account.text.utf8))
            let credit = try Self.decode(CreditRequest.self, bytes)
            guard (1...200).contains(credit.reason.utf8.count) else {
                throw WireError.parameterInvalid(name: "reason")
            }
            try await market.store.perform(
                .credit(account, credit.amount.money, reason: credit.reason, once))
            let rows = try await market.store.read([
                .balance(.available(account)), .balance(.held(account)),
            ])
            return try Self.json(
                BalanceDTO(
                    account: account, available: MoneyDTO(rows.balance(.available(account))),
                    held: MoneyDTO(rows.balance(.held(account)))), status: .created)
        }
        add(.post, "/v1/keys", .roles([.operator])) { request, call in
            let body = try Self.decode(KeyRequest.self, try await Self.body(request))
            let key = try await market.makeKey(
                for: body.account, role: body.role, label: body.label)
            return try Self.json(
                KeyDTO(key: key, account: body.account, role: body.role), status: .created)
        }
        add(.get, "/v1/ledger", .roles([.operator])) { request, call in
            let limit = try Self.limit(request, default: 200, most: 1000)
            let after = request.uri.queryParameters["cursor"].flatMap { Int64($0) } ?? 0
            let read = Read.transfers(after: after, limit: limit + 1)
            let rows = try await market.store.read([read])[read]
            var lines: [LedgerLineDTO] = []
            var last = after
            for case .transfer(let row) in rows.prefix(limit) {
                lines += LedgerLineDTO.both(row)
                last = row.sequence
            }
            let more = rows.count > limit
            return try Self.json(
                ListDTO(data: lines, hasMore: more, nextCursor: more ? String(last) : nil))
        }
    }
}

extension LedgerLineDTO {
    /// A transfer as its two lines, which sum to zero.
    static func both(_ row: TransferRow) -> [LedgerLineDTO] {
        let transfer = row.transfer
        return [(transfer.from, transfer.amount.negated), (transfer.to, transfer.amount)].map {
            LedgerLineDTO(
                sequence: row.sequence, account: $0.0.text, micro: $0.1.micro,
                kind: transfer.kind.rawValue, job: transfer.job, lease: transfer.lease,
                at: TimeDTO(transfer.at))
        }
    }
}

extension MarketServices {
    /// Makes a bearer key; an unknown account is opened.
    ///
    /// - Returns: the key, which is stored nowhere.
    package func makeKey(for account: AccountID, role: Role, label: String) async throws -> String {
        let text = Authenticator.newKey()
        let key = APIKey(
            hash: Authenticator.hash(text), account: account, role: role, label: label)
        do {
            try await store.perform(.addKey(key))
        } catch Refusal.accountUnknown {
            try await store.perform(
                .openAccount(
                    Account(id: account, name: label, createdAt: clock.now()), keys: [key]))
        }
        return text
    }
}
