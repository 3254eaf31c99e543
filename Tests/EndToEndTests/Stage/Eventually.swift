/// Something that was awaited did not become so.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// Looks until `look` finds something.
///
/// - Throws: `TimedOut` after `limit`; whatever `look` throws.
@discardableResult
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30),
    _ look: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if let value = try await look() { return value }
        guard clock.now < end else {
            throw TimedOut(description: "\(what): not within \(limit)")
        }
        try await clock.sleep(for: .milliseconds(20))
    }
}

/// Looks until a condition holds.
func eventually(
    _ what: String, within limit: Duration = .seconds(30),
    holds condition: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit) { try await condition() ? () : nil }
}
