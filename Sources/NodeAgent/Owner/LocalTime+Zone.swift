package import Domain
import Foundation

extension LocalTime {
    /// The clocks of a zone by its IANA name, such as `Asia/Taipei` or `UTC`.
    ///
    /// - Returns: nil where this machine knows no zone of that name.
    package init?(zone name: String) {
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else {
            return nil
        }
        self.init(zone)
    }

    /// The clocks of where this machine stands.
    package static var ofMachine: LocalTime { LocalTime(.current) }

    private init(_ zone: TimeZone) {
        self.init { seconds in
            // A moment that was given, not one that is read off a clock.
            Int64(zone.secondsFromGMT(for: .init(timeIntervalSince1970: Double(seconds))))
        }
    }
}
