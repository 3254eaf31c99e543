package import Domain

/// A job as a renter writes it (`orban.yaml`), proven: every value is within its bounds.
///
/// YAML 1.2 or JSON. What is absent takes these defaults: `name` job, 0.5 CPU, 1 GiB of memory,
/// 1 GiB of disk, no GPU, every country, tier any, 1 task, `parallel` all, `max_failures` 0,
/// `max_duration` 1h, `fence` 8s, no network, no deadline, `max_price` 100 USD/h (the budget bounds
/// it). `image` and `run` are needed; `budget.max_total` is needed before a job has terms.
package struct JobSpec: Hashable, Sendable {
    /// Something put into the container, read-only.
    package struct Input: Hashable, Sendable {
        /// A path on the renter's machine; never sent.
        package var from: String?
        package var path: String
        /// What its bytes must be; nil: whatever is uploaded.
        package var digest: BlobDigest?

        package init(from: String?, path: String, digest: BlobDigest?) {
            self.from = from
            self.path = path
            self.digest = digest
        }
    }

    /// A folder of the container that is kept.
    package struct Output: Hashable, Sendable {
        package var path: String
        /// Where the renter wants it on their machine; never sent.
        package var to: String?

        package init(path: String, to: String?) {
            self.path = path
            self.to = to
        }
    }

    /// What its charges are paid from.
    package enum Payment: String, Hashable, Sendable, CaseIterable {
        /// The renter's money with the market.
        case balance
        /// The renter's deposit in the vault on the market's chain.
        case vault
        /// What the renter's wallet locks in the escrow on the market's chain for each lease.
        case lock
    }

    package static let defaultName = "job"
    package static let defaultResources = Resources(
        milliCPU: 500, memoryBytes: 1 << 30, diskBytes: 1 << 30)
    package static let defaultMaxDuration: Int64 = 3600
    package static let defaultFence: Int64 = 8
    /// The bid of a spec without `max_price`, in micro-units per hour: 100 USD/h.
    package static let rateCeiling: Int64 = 100_000_000
    package static let maximumMounts = 64
    package static let maximumVariables = 256
    package static let maximumCommandBytes = 64 << 10
    package static let maximumVariableBytes = 32 << 10
    package static let maximumDevices = 64
    package static let maximumCountries = 64
    /// 366 days, the longest lease.
    package static let maximumDuration: Int64 = 366 * 86_400
    /// Of `max_latency`, in microseconds: two of the longest readings make the longest round trip.
    package static let latencyBounds: ClosedRange<Int64> = 100...2 * RoundTrips.bounds.upperBound

    package var name: String
    package var image: String
    package var command: [String]
    package var environment: [Workload.Variable]
    package var slice: Resources
    package var devices: DeviceNeed
    package var countries: [String]
    package var minimumTier: Tier
    package var tasks: Int
    package var parallel: Int
    package var maxFailures: Int
    package var inputs: [Input]
    package var outputs: [Output]
    package var budget: Money?
    package var maxPrice: Rate?
    package var payment: Payment
    package var maxDuration: Int64
    package var fence: Int64
    package var network: NetworkAccess
    /// Microseconds there and back between the renter and the node.
    package var maxLatency: Int64?
    /// On what terms it gives its place to on-demand orders, for the spot price; nil: never.
    package var spot: SpotTerms?
    package var schedule: Schedule
    /// Whether its tasks start together or not at all.
    package var isGang: Bool
    /// What its tasks do not share while they run.
    package var spread: Formation.Spread?

    /// A job of one task with every default.
    package init(image: String, command: [String]) {
        name = Self.defaultName
        self.image = image
        self.command = command
        environment = []
        slice = Self.defaultResources
        devices = .none
        countries = []
        minimumTier = .new
        tasks = 1
        parallel = 1
        maxFailures = 0
        inputs = []
        outputs = []
        budget = nil
        maxPrice = nil
        payment = .balance
        maxDuration = Self.defaultMaxDuration
        fence = Self.defaultFence
        network = .none
        maxLatency = nil
        spot = nil
        schedule = Schedule()
        isGang = false
        spread = nil
    }
}
