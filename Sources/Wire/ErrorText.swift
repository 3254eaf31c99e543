/// What people read about one error code.
package struct ErrorText: Hashable, Sendable {
    /// The same for every occurrence.
    package let title: Bilingual
    /// What happened this time; may hold placeholders.
    package let detail: Bilingual
    /// What to do; may hold the detail's placeholders.
    package let hint: Bilingual?
    /// The words of the command that the hint proposes, where there is one; may hold placeholders.
    package let command: [String]?

    init(
        _ title: Bilingual, _ detail: Bilingual, hint: Bilingual? = nil, command: [String]? = nil
    ) {
        self.title = title
        self.detail = detail
        self.hint = hint
        self.command = command
    }

    private static let all = ofRefusals.merging(ofEdges) { first, _ in first }
        .merging(ofLocal) { first, _ in first }

    /// The sum of the tables' sizes: equals the number of codes when none stands twice.
    static var countOfTexts: Int {
        ofRefusals.count + ofEdges.count + ofLocal.count
    }

    /// A test holds the table complete; a code without text would show itself.
    package static func of(_ code: ErrorCode) -> ErrorText {
        let bare = Bilingual(code.rawValue, code.rawValue)
        return all[code] ?? ErrorText(bare, bare)
    }

    static func hasText(_ code: ErrorCode) -> Bool { all[code] != nil }
}
