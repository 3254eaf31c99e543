package import Domain

/// A device that a node does not have any more.
package struct ReleaseDTO: Codable, Hashable, Sendable {
    package let device: DeviceID

    package init(device: DeviceID) { self.device = device }
}

/// A provider's machine as the market sees it now.
package struct NodeDTO: Codable, Hashable, Sendable {
    package let id: NodeID
    package let name: String
    package let provider: AccountID
    package let connected: Bool
    package let availability: Offer.Availability
    /// Why its owner keeps it now.
    package let closed: ClosedDTO?
    /// Live leases on it.
    package let leases: Int
    /// Devices that another node claims too.
    package let duplicates: [DuplicateDevice]
    /// Somebody else goes on trying to connect with its key, while it is connected.
    package let contested: Bool
    /// To the market's beacons, as it has measured them; its owner's and the market's to see.
    package let roundTrips: RoundTrips?
    /// Why its declared country cannot be; left out unless its round trips refute it.
    package let regionRefuted: RegionRefutation?

    package init(
        id: NodeID, name: String, provider: AccountID, connected: Bool,
        availability: Offer.Availability, closed: ClosedDTO?, leases: Int,
        duplicates: [DuplicateDevice], contested: Bool, roundTrips: RoundTrips? = nil,
        regionRefuted: RegionRefutation? = nil
    ) {
        self.roundTrips = roundTrips
        self.regionRefuted = regionRefuted
        self.id = id
        self.name = name
        self.provider = provider
        self.connected = connected
        self.availability = availability
        self.closed = closed
        self.leases = leases
        self.duplicates = duplicates
        self.contested = contested
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, provider, connected, availability, closed, leases, duplicates, contested
        case roundTrips = "round_trips"
        case regionRefuted = "region_refuted"
    }
}
