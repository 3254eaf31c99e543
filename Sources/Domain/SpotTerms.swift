/// On what terms a lease gives its place to an order that asks for it without them.
///
/// Such a lease pays the offer's spot ask, where it has one.
package struct SpotTerms: Hashable, Sendable, Codable {
    /// From being told to being gone, at most; longer ones are refused.
    package static let longestNotice: Int64 = 600_000
    package static let standardNotice: Int64 = 30_000

    /// Milliseconds that its program is given to save what it has.
    package let noticeMilliseconds: Int64

    package init(noticeMilliseconds: Int64 = standardNotice) {
        self.noticeMilliseconds = min(max(noticeMilliseconds, 0), Self.longestNotice)
    }
}
