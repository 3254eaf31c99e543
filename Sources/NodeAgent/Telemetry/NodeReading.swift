import Domain
import Hosting
import NVML

/// How the node stands, beside its devices.
struct NodeStanding: Hashable, Sendable {
    /// Every phase has a number, also none.
    private(set) var leases: [String: Int] = [:]
    /// When the heartbeat that was last answered was sent.
    private(set) var heartbeat: BootTime?
    /// All of this program's run.
    var meteredSeconds: Int64 = 0
    var samples: Int64 = 0
    var dropped: Int64 = 0
    /// By GPU.
    var lastXids: [String: Int] = [:]

    static let phases = [
        "preparing", "ready", "starting", "running", "frozen", "ending", "saving", "ended",
    ]

    mutating func note(_ leases: [HostedLease], heartbeat: BootTime?) {
        self.heartbeat = heartbeat ?? self.heartbeat
        self.leases = Dictionary(uniqueKeysWithValues: Self.phases.map { ($0, 0) })
        for lease in leases { self.leases[lease.phase.word, default: 0] += 1 }
    }
}

extension Phase {
    fileprivate var word: String {
        switch self {
        case .preparing: "preparing"
        case .ready: "ready"
        case .starting: "starting"
        case .running: "running"
        case .frozen: "frozen"
        case .ending: "ending"
        case .saving: "saving"
        case .ended: "ended"
        }
    }
}

/// What the node's own page of metrics shows, at one moment.
struct NodeReading: Sendable {
    struct GPU: Sendable {
        let device: NVMLDevice
        /// Nil while it does not answer.
        let sample: NVMLSample?
        /// Of this program's run; 0 for none.
        let lastXid: Int
    }

    let driver: String?
    let gpus: [GPU]
    let standing: NodeStanding
    /// What the node offers; nil before its first look.
    let offer: OfferTerms?
    let at: BootTime
}
