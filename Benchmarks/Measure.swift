/// What `bench` takes by its name.
struct Measure: Sendable {
    let name: String
    let take: @Sendable () async throws -> any Figure

    init(_ name: String, _ take: @escaping @Sendable () async throws -> any Figure) {
        self.name = name
        self.take = take
    }

    /// Takes the named measures, or all; one that cannot be taken ends the run.
    static func run(_ wanted: [String], of measures: [Measure]) async throws {
        guard wanted.allSatisfy({ name in measures.contains { $0.name == name } }) else {
            throw Usage()
        }
        for measure in measures where wanted.isEmpty || wanted.contains(measure.name) {
            say("\(measure.name)…")
            print(try await measure.take().line())
        }
    }
}
