/// Something that was awaited did not become so.
package struct TimedOut: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Looks until `look` finds something.
///
/// - Throws: `TimedOut` after `limit`; whatever `look` throws.
@discardableResult
package func eventually<Value>(
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
package func eventually(
    _ what: String, within limit: Duration = .seconds(30),
    holds condition: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit) { try await condition() ? () : nil }
}
