/// What a provider promises of a lease's time, and gives back where it was less (DESIGN §6, "SLA credit").
package struct ServiceLevel: Hashable, Sendable, Codable {
    /// The least share of the time from start to end that is billed.
    package let availability: BasisPoints
    /// The share of the charge that the renter gets back where it was less.
    package let credit: BasisPoints

    /// Nil where either is nothing: that is no promise.
    package init?(availability: BasisPoints, credit: BasisPoints) {
        guard availability.value > 0, credit.value > 0 else { return nil }
        self.availability = availability
        self.credit = credit
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard
            let level = ServiceLevel(
                availability: try values.decode(BasisPoints.self, forKey: .availability),
                credit: try values.decode(BasisPoints.self, forKey: .credit))
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not within 1…10000 bps"))
        }
        self = level
    }

    private enum CodingKeys: String, CodingKey { case availability, credit }
}
