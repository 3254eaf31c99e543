import Domain
import Ethereum
import Marketplace

/// The market's key, one signature at a time, and what it has spent.
actor MarketSigner {
    private var signer: Signer
    private let clock: MarketClock

    /// - Parameter spending: as `spending` gave it last.
    /// - Throws: `StoreFailure` where that cannot be read.
    init(
        _ key: PrivateKey, within limits: SpendingLimits, after spending: [UInt8],
        clock: MarketClock
    ) throws {
        signer = Signer(key, within: limits, after: try SpendingRecord(text: spending))
        self.clock = clock
    }

    /// - Throws: `SpendingLimits.Refusal`.
    func sign(_ draft: Outgoing.Draft) throws -> SignedTransaction {
        let second = UInt64(max(clock.now().milliseconds, 0)) / 1_000
        return try signer.sign(draft.transaction, replacing: draft.replaced, at: second)
    }

    /// What was signed up to now, to be kept with what was signed last.
    var spending: [UInt8] { signer.record.text }
}

/// A line for each hour and asset: hour, `coin` or a token's address, amount.
extension SpendingRecord {
    init(text: [UInt8]) throws {
        let damaged = StoreFailure(doing: "read what was spent", cause: "it is damaged")
        var hours: [Hour] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " ")).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard words.count == 3, let hour = UInt64(words[0]),
                let amount = UInt256(decimal: words[2])
            else { throw damaged }
            let asset: Spending.Asset
            if words[1] == "coin" {
                asset = .coin
            } else {
                asset = .token(try Address(words[1]))
            }
            if hours.last?.number != hour { hours.append(Hour(number: hour, spent: [:])) }
            hours[hours.count - 1].spent[asset] = amount
        }
        self.init(hours: hours)
    }

    var text: [UInt8] {
        hours.flatMap { hour in
            hour.spent.sorted { $0.key < $1.key }.flatMap { asset, amount in
                let name: String =
                    switch asset {
                    case .coin: "coin"
                    case .token(let token): token.description
                    }
                return Array("\(hour.number) \(name) \(amount)\n".utf8)
            }
        }
    }
}
