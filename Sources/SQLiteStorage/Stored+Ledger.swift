import Accounting
import Domain
import Marketplace

struct StoredBalance: Stored {
    static let table = Table.balances
    let value: Balance
    var row: MarketRow { .balance(value) }

    func cells() -> [Cell] { [.text(value.account.text), .money(value.amount)] }
}

extension StoredBalance {
    init(_ reader: inout CellReader) throws {
        value = Balance(account: try reader.ledgerAccount(), amount: try reader.money())
    }
}

struct StoredTransfer: Stored {
    static let table = Table.transfers
    let value: TransferRow
    var row: MarketRow { .transfer(value) }

    func cells() -> [Cell] {
        let transfer = value.transfer
        return [
            .integer(value.sequence), .text(transfer.kind.rawValue), .text(transfer.from.text),
            .text(transfer.to.text), .money(transfer.amount), .text(optional: transfer.job?.text),
            .text(optional: transfer.lease?.text), .text(transfer.reason), .moment(transfer.at),
        ]
    }
}

extension StoredTransfer {
    init(_ reader: inout CellReader) throws {
        value = TransferRow(
            sequence: try reader.integer(),
            transfer: Transfer(
                kind: try reader.choice(of: Transfer.Kind.self), from: try reader.ledgerAccount(),
                to: try reader.ledgerAccount(), amount: try reader.money(),
                job: try reader.optionalID(), lease: try reader.optionalID(),
                reason: try reader.text(), at: try reader.moment()))
    }
}
