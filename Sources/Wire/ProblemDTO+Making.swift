package import Domain

extension ProblemDTO {
    package init(_ refusal: Refusal, in language: Language, requestID: String? = nil) {
        self.init(
            code: refusal.errorCode, values: refusal.values, in: language, requestID: requestID)
    }

    package init(_ error: WireError, in language: Language, requestID: String? = nil) {
        var errors: [ProblemFieldDTO] = []
        var fixes: [FixDTO] = []
        if case .specInvalid(let fault) = error { errors = [fault.field(in: language)] }
        if case .noMatchingOffers(_, fixes: let proposed) = error { fixes = proposed }
        self.init(
            code: error.errorCode, values: error.values(in: language), in: language,
            requestID: requestID, errors: errors, fixes: fixes)
    }

    private init(
        code: ErrorCode, values: [String: String], in language: Language, requestID: String?,
        errors: [ProblemFieldDTO] = [], fixes: [FixDTO] = []
    ) {
        let text = ErrorText.of(code)
        let hint = text.hint?.text(in: language, values)
        let command = text.command.map { words in
            ShellWords.line(words.map { Bilingual($0, $0).text(in: language, values) })
        }
        let own = command.map { [FixDTO(title: hint ?? $0, command: $0)] } ?? []
        self.init(
            type: "https://orban.example/errors/\(code.rawValue)",
            title: text.title.text(in: language, values), status: code.status,
            detail: text.detail.text(in: language, values), code: code.rawValue,
            hint: hint, retryable: code.isRetryable, requestID: requestID, errors: errors,
            fixes: fixes + own)
    }

    /// The exit code of a command that ends with this problem; codes of a newer market fail as 1.
    package var exit: ExitCode { ErrorCode(rawValue: code)?.exit ?? .failure }

    /// What, fix and id as lines for a terminal, without colour and without a final line feed.
    package func lines(in language: Language) -> [String] {
        let exitText = Message.exitLabel.text(in: language, ["code": String(exit.rawValue)])
        let separator = language == .english ? ": " : "："
        let label = Message.errorLabel.text(in: language)
        var lines = ["\(label)[\(code)]\(separator)\(detail)  (\(exitText))"]
        let titles = fixes.map(\.title)
        let fixTitles = titles + (hint.map { titles.contains($0) ? [] : [$0] } ?? [])
        if !fixTitles.isEmpty {
            let fixText = fixTitles.joined(separator: " · ")
            lines.append("  \(Message.fixLabel.text(in: language))  \(fixText)")
        }
        if let requestID { lines.append("  \(Message.idLabel.text(in: language))  \(requestID)") }
        return lines
    }
}
