import Domain
import Foundation

extension Beacon {
    /// Reads `NAME=URL` or `NAME=URL@LATITUDE,LONGITUDE`; the URL is absolute, `http` or `https`, or
    /// the market's own `/v1/beacon`, of which a place may be said that way.
    init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = BeaconName(String(parts[0])) else { return nil }
        var url = parts[1]
        var place: Coordinates?
        if let at = url.lastIndex(of: "@") {
            place = Coordinates(url[url.index(after: at)...])
            guard place != nil else { return nil }
            url = url[..<at]
        }
        guard Self.isAddress(String(url)) else { return nil }
        self.init(name: name, url: String(url), place: place)
    }

    private static func isAddress(_ text: String) -> Bool {
        guard text != marketPath else { return true }
        guard text.utf8.count <= 1_000, let parts = URLComponents(string: text),
            let scheme = parts.scheme, let host = parts.host
        else { return false }
        return ["http", "https"].contains(scheme) && !host.isEmpty && parts.user == nil
            && parts.fragment == nil
    }
}
