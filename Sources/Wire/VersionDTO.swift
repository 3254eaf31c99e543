/// What answers here.
package struct VersionDTO: Codable, Hashable, Sendable {
    package let name: String
    package let version: String
    package let api: String
    /// The log's origin: which market this is.
    package let origin: String?

    package init(name: String, version: String, api: String, origin: String? = nil) {
        self.name = name
        self.version = version
        self.api = api
        self.origin = origin
    }
}
