/// What a `LeaseEscrow` notes, read from a log that any endpoint may have made up.
package enum EscrowEvent: Hashable, Sendable {
    case opened(
        id: Hash256, payer: Address, payee: Address, token: Address, deposit: UInt256,
        lease: Hash256)
    case settled(id: Hash256, seconds: UInt256, usageRoot: Hash256)
    case closed(id: Hash256, seconds: UInt256, credit: UInt256, usageRoot: Hash256)
    /// The settlement at this place of a batch, and why in the contract's words.
    case skipped(id: Hash256, index: UInt64, reason: String)
    case stopped(id: Hash256, by: Address)
    case claimed(id: Hash256, seconds: UInt256, elapsed: UInt256, evidence: Hash256)
    case disputed(id: Hash256, by: Address)
    case withdrawn(account: Address, token: Address, to: Address, amount: UInt256)

    enum Kind: CaseIterable {
        case opened, settled, closed, skipped, stopped, claimed, disputed, withdrawn

        var event: ABIEvent {
            let id = ABIEvent.Field.topic(.bytes32)
            let number = ABIEvent.Field.data(.uint256)
            let hash = ABIEvent.Field.data(.bytes32)
            let person = ABIEvent.Field.topic(.address)
            return switch self {
            case .opened:
                ABIEvent("Opened", [id, person, person, .data(.address), number, hash])
            case .settled: ABIEvent("Settled", [id, number, hash])
            case .closed: ABIEvent("Closed", [id, number, number, hash])
            case .skipped: ABIEvent("Skipped", [id, number, .data(.string)])
            case .stopped: ABIEvent("Stopped", [id, .data(.address)])
            case .claimed: ABIEvent("Claimed", [id, number, number, hash])
            case .disputed: ABIEvent("Disputed", [id, .data(.address)])
            case .withdrawn: ABIEvent("Withdrawn", [person, person, .data(.address), number])
            }
        }
    }

    private static let kinds = Dictionary(
        uniqueKeysWithValues: Kind.allCases.map { ($0.event.topic, $0) })

    /// The first topics of all of them.
    static let topics = kinds.keys.sorted()

    /// - Throws: for a log of another contract, of none of these events, or in another form.
    package init(_ log: Log, of escrow: LeaseEscrow) throws(ABIRefusal) {
        guard let topic = log.topics.first, let kind = Self.kinds[topic] else { throw .form }
        var fields = try kind.event.fields(of: log, by: escrow.address)
        switch kind {
        case .opened:
            self = .opened(
                id: try fields.hash(), payer: try fields.address(), payee: try fields.address(),
                token: try fields.address(), deposit: try fields.uint(),
                lease: try fields.hash())
        case .settled:
            self = .settled(
                id: try fields.hash(), seconds: try fields.uint(), usageRoot: try fields.hash())
        case .closed:
            self = .closed(
                id: try fields.hash(), seconds: try fields.uint(), credit: try fields.uint(),
                usageRoot: try fields.hash())
        case .skipped:
            self = .skipped(
                id: try fields.hash(), index: try fields.uint64(), reason: try fields.text())
        case .stopped: self = .stopped(id: try fields.hash(), by: try fields.address())
        case .claimed:
            self = .claimed(
                id: try fields.hash(), seconds: try fields.uint(), elapsed: try fields.uint(),
                evidence: try fields.hash())
        case .disputed: self = .disputed(id: try fields.hash(), by: try fields.address())
        case .withdrawn:
            self = .withdrawn(
                account: try fields.address(), token: try fields.address(),
                to: try fields.address(), amount: try fields.uint())
        }
    }
}

extension LeaseEscrow {
    /// The logs of all events of this escrow.
    package var filter: LogFilter {
        LogFilter(addresses: [address], topics: [EscrowEvent.topics])
    }
}
