import Domain
import Probing
import Wire

extension Flag {
    static let noLatency = Flag("no-latency", .optionNoLatency)
}

extension Session {
    /// All of it: who waits for a plan waits no longer for this.
    private static let measureMilliseconds: Int64 = 1_000

    /// How far this machine is from the market's beacons.
    ///
    /// - Returns: nil where the job sets no ceiling, for then it changes nothing; and where the user
    ///   does not want it told: no offer is known to be near then.
    /// - Throws: as `MarketClient` does, when the market is not reached.
    func measured(for spec: JobSpec, _ market: MarketClient) async throws -> RoundTrips? {
        guard spec.maxLatency != nil, !arguments.has(.noLatency) else { return nil }
        let context = try context()
        guard context.latency == .on else { return nil }
        let list: ListDTO<BeaconDTO> = try await market.get("/v1/beacons")
        let probe = BeaconProbe(
            marketURL: context.url, authorityPEM: context.authorityPEM, clock: ContinuousClock(),
            milliseconds: Self.measureMilliseconds)
        return try await probe.measure(list.data.map(\.beacon))
    }
}
