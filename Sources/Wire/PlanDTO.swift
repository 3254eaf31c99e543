package import Domain

/// `POST /v1/plans`: prices a job and buys nothing.
package struct PlanRequest: Codable, Hashable, Sendable {
    /// The job spec, YAML or JSON.
    package let spec: String
    package let inputs: [InputDTO]
    package let imageDigest: BlobDigest?
    /// How far the renter is from the market's beacons; it matters where the spec has a ceiling.
    package let roundTrips: RoundTrips?

    package init(
        spec: String, inputs: [InputDTO] = [], imageDigest: BlobDigest? = nil,
        roundTrips: RoundTrips? = nil
    ) {
        self.roundTrips = roundTrips
        self.spec = spec
        self.inputs = inputs
        self.imageDigest = imageDigest
    }

    private enum CodingKeys: String, CodingKey {
        case spec, inputs
        case imageDigest = "image_digest"
        case roundTrips = "round_trips"
    }
}

/// How many offers fail one filter; each offer counts once.
package struct RejectionDTO: Codable, Hashable, Sendable {
    /// The stable name of the filter, for example `memory` or `price`.
    package let code: String
    package let count: Int
    /// A sentence in the reader's language.
    package let text: String

    package init(code: String, count: Int, text: String) {
        self.code = code
        self.count = count
        self.text = text
    }
}

/// What a job would cost at least, probably and at worst, and why offers do not fit it.
package struct PlanDTO: Codable, Hashable, Sendable {
    package let name: String
    package let tasks: Int
    package let image: ImageDTO
    package let budget: MoneyDTO
    package let low: MoneyDTO
    /// Left out where no offer fits: nothing is known then.
    package let likely: MoneyDTO?
    /// Never above the budget: there the job stops.
    package let worst: MoneyDTO
    /// Offers that fit now.
    package let feasible: Int
    package let totalOffers: Int
    package let rejected: [RejectionDTO]
    package let maxDurationSeconds: Int64
    package let cheapestMicroPerHour: Int64?
    package let fixes: [FixDTO]
    /// Where nothing fits now because of what runs.
    package let expectedStart: ExpectedStartDTO?
    /// Left out where the spec has no ceiling.
    package let latency: PlanLatencyDTO?
    /// If it were submitted now; left out where the spec has no schedule, and so is the next.
    package let deadline: DeadlineDTO?
    package let outlook: DeadlineOutlookDTO?
    /// Left out where tasks start one by one.
    package let gang: PlanGangDTO?
    /// Left out where the job is on demand.
    package let spot: PlanSpotDTO?
    /// Left out where the renter's balance pays.
    package let vault: PlanVaultDTO?

    package init(
        name: String, tasks: Int, image: ImageDTO, budget: MoneyDTO, low: MoneyDTO,
        likely: MoneyDTO?, worst: MoneyDTO, feasible: Int, totalOffers: Int,
        rejected: [RejectionDTO], maxDurationSeconds: Int64, cheapestMicroPerHour: Int64? = nil,
        fixes: [FixDTO] = [], expectedStart: ExpectedStartDTO? = nil,
        latency: PlanLatencyDTO? = nil, deadline: DeadlineDTO? = nil,
        outlook: DeadlineOutlookDTO? = nil, gang: PlanGangDTO? = nil, spot: PlanSpotDTO? = nil,
        vault: PlanVaultDTO? = nil
    ) {
        self.vault = vault
        self.spot = spot
        self.deadline = deadline
        self.outlook = outlook
        self.gang = gang
        self.latency = latency
        self.name = name
        self.tasks = tasks
        self.image = image
        self.budget = budget
        self.low = low
        self.likely = likely
        self.worst = worst
        self.feasible = feasible
        self.totalOffers = totalOffers
        self.rejected = rejected
        self.maxDurationSeconds = maxDurationSeconds
        self.cheapestMicroPerHour = cheapestMicroPerHour
        self.fixes = fixes
        self.expectedStart = expectedStart
    }

    private enum CodingKeys: String, CodingKey {
        case name, tasks, image, budget, low, likely, worst, feasible
        case totalOffers = "total_offers"
        case
            rejected
        case maxDurationSeconds = "max_duration_seconds"
        case
            cheapestMicroPerHour = "cheapest_micro_per_hour"
        case fixes, latency, deadline, outlook, gang, spot, vault
        case expectedStart = "expected_start"
    }
}

/// How many tasks start together, and how many of them have a place now: nothing starts with fewer.
package struct PlanGangDTO: Codable, Hashable, Sendable {
    package let members: Int
    package let placed: Int

    package init(members: Int, placed: Int) {
        self.members = members
        self.placed = placed
    }

    package var isWhole: Bool { placed == members }
}

/// The deposit that a job would be paid from.
package struct PlanVaultDTO: Codable, Hashable, Sendable {
    package let payer: ChainAddress
    /// What of it no job holds.
    package let available: MoneyDTO
    /// So much may be worked for beyond what its user has signed; then its jobs end.
    package let unsignedLimit: MoneyDTO
    /// Whether the market may sign for the payer.
    package let custodial: Bool
    /// True where the price of each lease is locked before it starts; left out elsewhere.
    package let isLocked: Bool?

    package init(
        payer: ChainAddress, available: MoneyDTO, unsignedLimit: MoneyDTO, custodial: Bool,
        isLocked: Bool? = nil
    ) {
        self.isLocked = isLocked
        self.custodial = custodial
        self.payer = payer
        self.available = available
        self.unsignedLimit = unsignedLimit
    }

    private enum CodingKeys: String, CodingKey {
        case payer, available, custodial
        case isLocked = "locked"
        case unsignedLimit = "unsigned_limit"
    }
}

/// On what terms a job gives its place to on-demand orders.
package struct PlanSpotDTO: Codable, Hashable, Sendable {
    package let noticeSeconds: Int64

    package init(_ terms: SpotTerms) { noticeSeconds = terms.noticeMilliseconds / 1_000 }

    private enum CodingKeys: String, CodingKey { case noticeSeconds = "notice_seconds" }
}

/// How near offers are, in microseconds there and back.
package struct PlanLatencyDTO: Codable, Hashable, Sendable {
    /// The offer with the least upper bound; it need not fit.
    package struct Nearest: Codable, Hashable, Sendable {
        package let node: NodeID
        package let lower: Int64
        package let estimate: Int64
        package let upper: Int64

        package init(node: NodeID, _ trip: RoundTripEstimate) {
            self.node = node
            lower = trip.lower
            estimate = trip.estimate
            upper = trip.upper
        }
    }

    package let ceiling: Int64
    /// Left out where no beacon was measured by the renter and by a node.
    package let nearest: Nearest?

    package init(ceiling: Int64, nearest: Nearest?) {
        self.ceiling = ceiling
        self.nearest = nearest
    }
}

extension PlanRequest {
    /// `inputs` may be absent.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            spec: try container.decode(String.self, forKey: .spec),
            inputs: try container.decodeIfPresent([InputDTO].self, forKey: .inputs) ?? [],
            imageDigest: try container.decodeIfPresent(BlobDigest.self, forKey: .imageDigest),
            roundTrips: try container.decodeIfPresent(RoundTrips.self, forKey: .roundTrips))
    }
}
