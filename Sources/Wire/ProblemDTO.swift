/// What would help: a change of the spec, as a JSON merge patch (RFC 7396), or a command line;
/// words of it in capitals are for its reader to fill in.
package struct FixDTO: Codable, Hashable, Sendable {
    package let title: String
    package let patch: JSONValue?
    package let command: String?

    package init(title: String, patch: JSONValue? = nil, command: String? = nil) {
        self.title = title
        self.patch = patch
        self.command = command
    }
}

/// One fault of a request body or a spec.
package struct ProblemFieldDTO: Codable, Hashable, Sendable {
    /// RFC 6901 pointer into the spec or body.
    package let pointer: String
    package let code: String
    package let detail: String
    package let line: Int?
    package let column: Int?

    package init(
        pointer: String, code: String, detail: String, line: Int? = nil, column: Int? = nil
    ) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
        self.line = line
        self.column = column
    }
}

/// An error as `application/problem+json` (RFC 9457).
package struct ProblemDTO: Codable, Hashable, Sendable {
    package let type: String
    package let title: String
    package let status: Int
    package let detail: String
    /// Stable, never translated; the same in every interface.
    package let code: String
    package let hint: String?
    package let retryable: Bool
    package let requestID: String?
    package let errors: [ProblemFieldDTO]
    package let fixes: [FixDTO]

    package init(
        type: String, title: String, status: Int, detail: String, code: String, hint: String? = nil,
        retryable: Bool, requestID: String? = nil, errors: [ProblemFieldDTO] = [],
        fixes: [FixDTO] = []
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.hint = hint
        self.retryable = retryable
        self.requestID = requestID
        self.errors = errors
        self.fixes = fixes
    }

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, hint, retryable
        case requestID = "request_id"
        case errors,
            fixes
    }

    /// The same with what only the reader's own side knows would help, before all else.
    package func proposing(_ more: [FixDTO]) -> ProblemDTO {
        ProblemDTO(
            type: type, title: title, status: status, detail: detail, code: code, hint: hint,
            retryable: retryable, requestID: requestID, errors: errors, fixes: more + fixes)
    }

    package static let mediaType = "application/problem+json"
}
