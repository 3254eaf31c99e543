/// What a signature may cost its key, at worst.
package struct Spending: Hashable, Sendable {
    package enum Asset: Hashable, Sendable, Comparable {
        /// The chain's own.
        case coin
        /// By its contract.
        case token(Address)
    }

    package let asset: Asset
    /// In the smallest unit of the asset.
    package let amount: UInt256

    package init(_ asset: Asset, _ amount: UInt256) {
        self.asset = asset
        self.amount = amount
    }

    /// A transaction's value and the most that its gas can cost; and what calls of a token hand over or
    /// let others take (ERC-20).
    static func of(_ transaction: Transaction) throws(SpendingLimits.Refusal) -> Demand {
        let coins: UInt256
        do throws(UInt256.Overflow) {
            let gas = try transaction.envelope.mostPerGas.multiplied(by: transaction.gasLimit)
            coins = try gas.adding(transaction.call.value).amount
        } catch {
            throw .amount
        }
        var demand = Demand(spendings: [Spending(.coin, coins)], receivers: [])
        guard let to = transaction.call.to else { return demand }
        demand.receivers.append(to)
        for (function, receiverPlace, amountPlace) in tokenCalls {
            guard transaction.call.data.starts(with: function.selector) else { continue }
            let arguments = try arguments(of: function, transaction.call.data)
            guard case .address(let receiver) = arguments[receiverPlace],
                case .uint(let amount) = arguments[amountPlace]
            else { throw .unreadableCall }
            demand.spendings.append(Spending(.token(to), amount))
            demand.receivers.append(receiver)
        }
        return demand
    }

    /// A token may take what is not canonical, and hand over what nobody counted.
    private static func arguments(
        of function: ABIFunction, _ data: [UInt8]
    ) throws(SpendingLimits.Refusal) -> [ABIValue] {
        do throws(ABIRefusal) {
            return try function.arguments(ofCall: data)
        } catch {
            throw .unreadableCall
        }
    }

    struct Demand: Hashable {
        var spendings: [Spending]
        /// Whoever gets something or is called.
        var receivers: [Address]
    }

    /// With the places of who gets it and how much.
    private static let tokenCalls: [(function: ABIFunction, receiver: Int, amount: Int)] = [
        (ABIFunction("transfer", [.address, .uint256]), 0, 1),
        (ABIFunction("approve", [.address, .uint256]), 0, 1),
        (ABIFunction("increaseAllowance", [.address, .uint256]), 0, 1),
        (ABIFunction("transferFrom", [.address, .address, .uint256]), 1, 2),
    ]
}

/// What was spent of late, by hours, so that it stays small however much is signed. The owner of a signer
/// keeps it on disk before it uses a signature.
package struct SpendingRecord: Hashable, Sendable {
    package struct Hour: Hashable, Sendable {
        /// Whole hours since 1970.
        package let number: UInt64
        package var spent: [Spending.Asset: UInt256]

        package init(number: UInt64, spent: [Spending.Asset: UInt256]) {
            self.number = number
            self.spent = spent
        }
    }

    /// In order; none older than a day before the last.
    package private(set) var hours: [Hour]

    package init(hours: [Hour] = []) { self.hours = hours.sorted { $0.number < $1.number } }

    /// In the day that ends at `second`. The hour in which the day began counts whole.
    func spent(_ asset: Spending.Asset, at second: UInt64) throws(UInt256.Overflow) -> UInt256 {
        let hour = self.hour(at: second)
        var sum = UInt256.zero
        for entry in hours where entry.number + 24 >= hour {
            sum = try sum.adding(entry.spent[asset] ?? .zero)
        }
        return sum
    }

    mutating func add(_ spending: Spending, at second: UInt64) throws(UInt256.Overflow) {
        let hour = self.hour(at: second)
        hours.removeAll { $0.number + 24 < hour }
        if hours.last?.number != hour { hours.append(Hour(number: hour, spent: [:])) }
        let sum = hours[hours.count - 1].spent[spending.asset] ?? .zero
        hours[hours.count - 1].spent[spending.asset] = try sum.adding(spending.amount)
    }

    /// A clock that is set back makes no room: time stands still until it has come back.
    private func hour(at second: UInt64) -> UInt64 {
        max(second / 3_600, hours.last?.number ?? 0)
    }
}
