/// One text in every language we speak. Templates hold placeholders `{name}`, and for words that a
/// number asks for `{name|task|tasks}`: the first where the value is 1, else the second.
package struct Bilingual: Hashable, Sendable {
    package let english: String
    package let traditionalChinese: String

    init(_ english: String, _ traditionalChinese: String) {
        self.english = english
        self.traditionalChinese = traditionalChinese
    }

    package func template(in language: Language) -> String {
        switch language {
        case .english: english
        case .traditionalChinese: traditionalChinese
        }
    }

    /// The text with each `{name}` replaced by its value, once: values are never expanded again.
    /// A placeholder without a value stays as it is.
    package func text(in language: Language, _ values: [String: String] = [:]) -> String {
        var rest = Substring(template(in: language))
        var text = ""
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open]
            text += Self.filled(rest[rest.index(after: open)..<close], values)
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    private static func filled(_ placeholder: Substring, _ values: [String: String]) -> String {
        let parts = placeholder.split(separator: "|", omittingEmptySubsequences: false)
        guard let value = values[String(parts[0])] else { return "{\(placeholder)}" }
        switch parts.count {
        case 1: return value
        case 3: return String(value == "1" ? parts[1] : parts[2])
        default: return "{\(placeholder)}"
        }
    }
}

extension Message {
    private static let groups = [
        textsCommon, textsStates, textsMismatch, textsPlan, textsTables, textsRun, textsEvents,
        textsMoney, textsTelemetry, textsLocal,
        textsAudit, textsPlaces, textsSpec, textsHelp, textsCommands, textsChain,
        textsVouchers, textsSettlement, textsEscrow,
    ]

    /// All texts by key; a test holds it complete.
    package static let catalogue: [Message: Bilingual] = groups.reduce(into: [:]) { all, group in
        all.merge(group) { first, _ in first }
    }

    /// The sum of the groups' sizes: equals `catalogue.count` when no key stands twice.
    static var countOfTexts: Int { groups.reduce(0) { $0 + $1.count } }

    /// The text in `language`; the key itself should its text be missing.
    package func text(in language: Language, _ values: [String: String] = [:]) -> String {
        Self.catalogue[self]?.text(in: language, values) ?? rawValue
    }
}
