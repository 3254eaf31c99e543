import Crypto
import Domain
import Marketplace
import Verification

// Planted bugs around the sessions: the machine is the product's own, so what is wrong is what it
// hears, or what becomes of what it says.
extension World {
    /// A receipt that somebody else has signed is metered as if its node had.
    func takeWrongly(_ signed: SignedReceipt, from place: Int) throws(MarketCrash) -> Bool {
        guard options.planted == .foreignKeyTrusted else { return false }
        let verified: VerifiedReceipt
        do throws(Refusal) {
            verified = try VerifiedReceipt(
                signed, from: nodes[place].id, key: Array(foreignKey.publicKey.rawRepresentation))
        } catch { return false }
        try perform(.meter(verified, arrivedAt: now.timestamp))
        return true
    }

    /// What a node is told that it may run on.
    func renewals(_ said: [Renewal], on place: Int) -> [Renewal] {
        guard options.planted == .endingLeaseRenewed else { return said }
        let read = Read.liveLeasesOfNode(nodes[place].id, limit: 10_000)
        return store.tables.read([read]).leases(read)
            .map { Renewal(lease: $0.id, attempt: $0.attempt) }
    }

    /// Whether nobody tells the sessions that this work has failed.
    func isUnheard(_ work: SessionWork) -> Bool {
        guard options.planted == .failedDisconnectUnheard,
            case .changeAvailability(let node, .disconnected)? = work.commands.first
        else { return false }
        return market?.sessions.number(of: node) != nil
    }

    /// Repeats what the store has just lost.
    func askAgainWrongly(_ work: SessionWork) throws(MarketCrash) {
        guard options.planted == .failedOfferAskedAtOnce, auditor.finding == nil else { return }
        try begin(work)
    }

    /// Ends leases before their time.
    func endWrongly() throws(MarketCrash) {
        for node in nodes {
            for lease in market?.sessions.liveLeases(on: node.id) ?? [] {
                switch (options.planted, lease.life) {
                case (.lostWhenSuspect, _):
                    let health = market?.sessions.health(of: node.id, at: now.timestamp)
                    if health == .suspect { try perform(.endLease(lease.id, .nodeLost)) }
                case (.lostWithoutSession, _):
                    guard market?.sessions.number(of: node.id) == nil else { continue }
                    try perform(.endLease(lease.id, .nodeLost))
                case (.unstartedEndsAtOnce, .reserved(let until)) where until < now.timestamp:
                    try perform(.endLease(lease.id, .startFailed(code: "timeout")))
                default: break  // planted elsewhere
                }
            }
        }
    }
}
