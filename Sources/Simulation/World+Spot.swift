import Domain
import Hosting
import Marketplace

// Spot leases: who is asked to make way, and what becomes of that.
extension World {
    /// The lease costs less than the same on demand would.
    func noteSpot(_ id: LeaseID) {
        guard let lease = auditor.leases[id], lease.spot != nil,
            let terms = store.tables.read([.offer(lease.node)]).offer(lease.node)?.terms,
            lease.rate < terms.rate(of: lease.slice, deviceCount: lease.devices.count)
        else { return }
        report.reached.count(.spotPriced)
    }

    /// Each lease is asked once.
    func note(asked decision: Decision) {
        for entry in decision.effects {
            guard case .leave(let id) = entry.effect, let lease = auditor.leases[id] else {
                continue
            }
            if case .reserved = lease.life {
                report.reached.count(.preemptedUnstarted)
            } else {
                report.reached.count(.preempted)
            }
        }
    }

    /// The planted bug: the node is told of no notice.
    func shortened(_ frame: MarketFrame) -> MarketFrame {
        guard options.planted == .spotNoticeForgotten,
            case .leave(let effect, let lease, _) = frame
        else { return frame }
        return .leave(effect, lease, noticeMilliseconds: 0)
    }

    /// What is in the node's journal is what its program goes by.
    func auditNotice(_ record: HostRecord) {
        guard case .progress(let lease, let progress) = record else { return }
        switch progress.phase {
        case .running, .frozen: auditor.ranOnNode(lease)
        case .preparing, .ready, .starting, .ending, .saving, .ended: break
        }
        guard progress.notice?.code == .preempted else { return }
        auditor.gaveNotice(lease, at: now.timestamp)
    }

    func auditKill(of lease: LeaseID, on place: Int) {
        guard let held = nodes[place].host?.leases.first(where: { $0.id == lease }),
            case .ending(.yielded(code: OwnerCode.preempted.rawValue), _, _, _) = held.phase
        else { return }
        auditor.killsPreempted(lease, at: now.timestamp)
    }
}
