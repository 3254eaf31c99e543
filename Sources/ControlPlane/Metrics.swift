import Synchronization

/// Counters of this process, written out in Prometheus' text format.
package final class Metrics: Sendable {
    private struct State {
        var requests: [Int: Int64] = [:]
        var commits: Int64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    func count(status: Int) {
        state.withLock { $0.requests[status / 100, default: 0] += 1 }
    }

    package func countCommit() { state.withLock { $0.commits += 1 } }

    /// `orban_<area>_<thing>_<unit>`; labels only from closed sets.
    func text(nodes: Int, liveLeases: Int, series: SeriesFigures) -> String {
        let (requests, commits) = state.withLock { ($0.requests, $0.commits) }
        var lines = [
            "# TYPE orban_http_requests_total counter"
        ]
        for status in requests.keys.sorted() {
            lines.append(
                "orban_http_requests_total{status=\"\(status)xx\"} \(requests[status] ?? 0)")
        }
        lines += [
            "# TYPE orban_store_commits_total counter", "orban_store_commits_total \(commits)",
            "# TYPE orban_nodes_connected gauge", "orban_nodes_connected \(nodes)",
            "# TYPE orban_leases_live gauge", "orban_leases_live \(liveLeases)",
            "# TYPE orban_series_bytes gauge", "orban_series_bytes \(series.bytes)",
            "# TYPE orban_series_samples_total counter",
            "orban_series_samples_total \(series.samplesTaken)",
            "# TYPE orban_series_removed_total counter",
            "orban_series_removed_total \(series.removed)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
