import Domain
import Marketplace

extension World {
    static let chain = identity(chain: 31_337)

    private static func identity(chain: Int64) -> ChainIdentity {
        ChainIdentity(
            chain: chain, genesis: [UInt8](repeating: 7, count: 32),
            anchor: ChainAddress(bytes: [UInt8](repeating: 1, count: 20))!,
            sender: ChainAddress(bytes: [UInt8](repeating: 2, count: 20))!)
    }

    /// A chain's news for the market, in any order: most of it about a deed that is open.
    mutating func chain() -> Command {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        let open = oracle.read([read]).openDeeds
        let deed = random.pick(open)?.number ?? Int64(random.below(4))
        switch random.below(10) {
        case 0: return .openBooks(random.isOneIn(3) ? Self.identity(chain: 1) : Self.chain)
        case 1..<5: return .anchor(random.isOneIn(2) ? .now : .regular)
        case 5..<7:
            let known = open.first { $0.number == deed }?.sending
            return .keepSending(
                KeptSending(
                    deed: deed,
                    sending: Sending(
                        nonce: known?.nonce ?? Int64(random.below(3)),
                        attempts: (known?.attempts ?? []) + [random.bytes(6)]),
                    nextNonce: Int64(random.below(5)), spending: random.bytes(3)))
        default:
            let event: ChainDeed.Event =
                random.isOneIn(3)
                ? .failed("reverted")
                : .done(
                    ChainPlace(
                        transaction: random.bytes(32), block: Int64(random.below(1_000))))
            return .endDeed(deed, event)
        }
    }
}

extension ChainDeed {
    fileprivate var sending: Sending? {
        if case .sent(let sending) = life { sending } else { nil }
    }
}
