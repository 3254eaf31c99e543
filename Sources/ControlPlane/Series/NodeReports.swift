import Domain
import Synchronization
import Wire

/// What each node said of itself last; forgotten when the program ends. Bounded by nodes.
package final class NodeReports: Sendable {
    struct Held: Sendable {
        let report: NodeReportDTO
        let at: Timestamp
    }

    private static let most = 10_000
    private let held = Mutex<[NodeID: Held]>([:])

    package init() {}

    func take(_ report: NodeReportDTO, of node: NodeID, at now: Timestamp) {
        held.withLock { held in
            if let known = held[node]?.report.batch, known.boot == report.batch.boot,
                known.sentSecond > report.batch.sentSecond
            {
                return  // an old one, however it came here
            }
            held[node] = Held(report: report.withoutSamples, at: now)
            guard held.count > Self.most else { return }
            let oldest = held.min { ($0.value.at, $0.key) < ($1.value.at, $1.key) }
            if let oldest { held[oldest.key] = nil }
        }
    }

    func of(_ node: NodeID) -> Held? { held.withLock { $0[node] } }
}
