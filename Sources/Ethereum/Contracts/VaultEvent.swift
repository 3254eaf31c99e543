/// What a `Vault` notes, read from a log that any endpoint may have made up.
package enum VaultEvent: Hashable, Sendable {
    case deposited(user: Address, token: Address, amount: UInt256)
    /// `expiry` in seconds since 1970.
    case authorised(user: Address, key: Address, cap: UInt256, expiry: UInt256)
    case revoked(user: Address, key: Address)
    /// With the sums that are redeemed from now on.
    case redeemed(Voucher)
    /// The voucher at this place of a batch, and why in the contract's words.
    case skipped(user: Address, payee: Address, index: UInt64, reason: String)
    case exitStarted(
        user: Address, token: Address, amount: UInt256, opens: UInt256, closes: UInt256)
    case exitFinished(user: Address, token: Address, amount: UInt256)
    case withdrawn(account: Address, token: Address, to: Address, amount: UInt256)

    enum Kind: CaseIterable {
        case deposited, authorised, revoked, redeemed, skipped, exitStarted, exitFinished, withdrawn

        var event: ABIEvent {
            let people: [ABIEvent.Field] = [.topic(.address), .topic(.address)]
            let number = ABIEvent.Field.data(.uint256)
            return switch self {
            case .deposited: ABIEvent("Deposited", people + [number])
            case .authorised: ABIEvent("Authorised", people + [number, number])
            case .revoked: ABIEvent("Revoked", people)
            case .redeemed:
                ABIEvent(
                    "Redeemed", people + [.data(.address), number, number, .data(.bytes32)])
            case .skipped: ABIEvent("Skipped", people + [number, .data(.string)])
            case .exitStarted: ABIEvent("ExitStarted", people + [number, number, number])
            case .exitFinished: ABIEvent("ExitFinished", people + [number])
            case .withdrawn: ABIEvent("Withdrawn", people + [.data(.address), number])
            }
        }
    }

    private static let kinds = Dictionary(
        uniqueKeysWithValues: Kind.allCases.map { ($0.event.topic, $0) })

    /// The first topics of those that change what somebody has: not of what was skipped, which anybody can have
    /// noted as often as they like.
    static let topics = kinds.filter { $0.value != .skipped }.keys.sorted()

    /// - Throws: for a log of another contract, of none of these events, or in another form.
    package init(_ log: Log, of vault: Vault) throws(ABIRefusal) {
        guard let topic = log.topics.first, let kind = Self.kinds[topic] else { throw .form }
        var fields = try kind.event.fields(of: log, by: vault.address)
        self = try Self.read(kind, &fields)
    }

    private static func read(
        _ kind: Kind, _ fields: inout LogFields
    ) throws(ABIRefusal) -> VaultEvent {
        // The first two of each are addresses.
        let (first, second) = (try fields.address(), try fields.address())
        switch kind {
        case .deposited:
            return .deposited(user: first, token: second, amount: try fields.uint())
        case .authorised:
            return .authorised(
                user: first, key: second, cap: try fields.uint(), expiry: try fields.uint())
        case .revoked: return .revoked(user: first, key: second)
        case .redeemed:
            return .redeemed(
                Voucher(
                    user: first, payee: second, token: try fields.address(),
                    cumulative: try fields.uint(), commission: try fields.uint(),
                    usageRoot: try fields.hash()))
        case .skipped:
            return .skipped(
                user: first, payee: second, index: try fields.uint64(),
                reason: try fields.text())
        case .exitStarted:
            return .exitStarted(
                user: first, token: second, amount: try fields.uint(),
                opens: try fields.uint(), closes: try fields.uint())
        case .exitFinished:
            return .exitFinished(user: first, token: second, amount: try fields.uint())
        case .withdrawn:
            return .withdrawn(
                account: first, token: second, to: try fields.address(),
                amount: try fields.uint())
        }
    }
}

extension Vault {
    /// The logs of this vault that change what somebody has.
    package var filter: LogFilter {
        LogFilter(addresses: [address], topics: [VaultEvent.topics])
    }
}
