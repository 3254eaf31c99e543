import Domain

/// A market as this user knows it.
struct Context: Hashable, Sendable {
    let name: String
    /// No slash at its end.
    let url: String
    /// What an https market's certificate must be signed by; nil: the system's roots.
    let authorityPEM: String?
    /// Whether this user lets it be measured how far they are from the market's beacons.
    var latency = LatencySetting.on

    enum LatencySetting: String, Hashable, Sendable { case on, off }
}
