import Domain

/// A market as this user knows it.
struct Context: Hashable, Sendable {
    let name: String
    /// No slash at its end.
    let url: String
    /// What an https market's certificate must be signed by; nil: the system's roots.
    let authorityPEM: String?
}
