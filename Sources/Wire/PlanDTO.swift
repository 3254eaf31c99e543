package import Domain

/// `POST /v1/plans`: prices a job and buys nothing.
package struct PlanRequest: Codable, Hashable, Sendable {
    /// The job spec, YAML or JSON.
    package let spec: String
    package let inputs: [InputDTO]
    package let imageDigest: BlobDigest?

    package init(spec: String, inputs: [InputDTO] = [], imageDigest: BlobDigest? = nil) {
        self.spec = spec
        self.inputs = inputs
        self.imageDigest = imageDigest
    }

    private enum CodingKeys: String, CodingKey {
        case spec, inputs
        case imageDigest = "image_digest"
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

    package init(
        name: String, tasks: Int, image: ImageDTO, budget: MoneyDTO, low: MoneyDTO,
        likely: MoneyDTO?, worst: MoneyDTO, feasible: Int, totalOffers: Int,
        rejected: [RejectionDTO], maxDurationSeconds: Int64, cheapestMicroPerHour: Int64? = nil,
        fixes: [FixDTO] = [], expectedStart: ExpectedStartDTO? = nil
    ) {
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
        case fixes
        case expectedStart = "expected_start"
    }
}

extension PlanRequest {
    /// `inputs` may be absent.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            spec: try container.decode(String.self, forKey: .spec),
            inputs: try container.decodeIfPresent([InputDTO].self, forKey: .inputs) ?? [],
            imageDigest: try container.decodeIfPresent(BlobDigest.self, forKey: .imageDigest))
    }
}
