/// The languages people read us in.
package enum Language: String, Hashable, Sendable, Codable, CaseIterable {
    case english = "en"
    /// Traditional Chinese as used in Taiwan.
    case traditionalChinese = "zh-TW"

    /// Reads a POSIX locale (`zh_TW.UTF-8`), a BCP 47 tag (`zh-Hant-TW`) or `en`.
    ///
    /// Simplified Chinese has no text of its own and reads English; so do unknown languages: nil.
    package init?(tag: String) {
        let name = tag.prefix { $0 != "." && $0 != "@" }.lowercased()
        let parts = name.split { $0 == "-" || $0 == "_" }
        switch parts.first {
        case "en", "c", "posix": self = .english
        case "zh":
            let simplified = parts.dropFirst().contains { ["cn", "sg", "hans"].contains($0) }
            self = simplified ? .english : .traditionalChinese
        default: return nil
        }
    }

    /// The language of a process: the first non-empty of `ORBAN_LANG`, `LC_ALL`, `LC_MESSAGES`,
    /// `LANG`; English when that one is unknown.
    package init(environment: [String: String]) {
        let names = ["ORBAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        let value = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = value.flatMap(Language.init(tag:)) ?? .english
    }

    /// The best of an `Accept-Language` header (RFC 9110 §12.5.4); English when none is ours.
    package init(acceptLanguage header: String?) {
        var best: (language: Language, weight: Int)?
        for range in (header ?? "").prefix(1024).split(separator: ",").prefix(32) {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = parts.first, let language = Language(tag: tag) else { continue }
            let weight = Self.weight(parts.dropFirst().first { $0.lowercased().hasPrefix("q=") })
            if weight > (best?.weight ?? 0) { best = (language, weight) }
        }
        self = best?.language ?? .english
    }

    /// `q=0.8` as 800; 1000 when absent, 0 when malformed.
    private static func weight(_ parameter: String?) -> Int {
        guard let parameter else { return 1000 }
        let digits = parameter.dropFirst(2).split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = digits.first.flatMap({ Int($0) }), (0...1).contains(whole) else {
            return 0
        }
        let fraction = digits.count == 2 ? String(digits[1].prefix(3)) : ""
        let padded = fraction + String(repeating: "0", count: max(0, 3 - fraction.count))
        guard let thousandths = Int(padded), thousandths >= 0 else { return 0 }
        return min(1000, whole * 1000 + thousandths)
    }
}
