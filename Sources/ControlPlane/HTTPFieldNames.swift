import HTTPTypes

/// Header names that the HTTP types do not name themselves; nil never happens for these texts.
enum HTTPFieldNames {
    static let lastEventID = HTTPField.Name("Last-Event-ID")
    static let requestID = HTTPField.Name("X-Request-Id")
    static let uploadOffset = HTTPField.Name("Upload-Offset")
}
