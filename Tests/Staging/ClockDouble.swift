import Foundation

/// The wall clock of programs, which a test steps; the machine's, and their other clocks, stay true.
package struct ClockDouble {
    private let library: String
    private let path: String

    /// - Throws: `Stage.Unexpected` where the double cannot be built.
    package init(_ stage: Stage) async throws {
        library = try await stage.double("--clock")
        path = stage.folder + "/clock"
        try step(0)
    }

    package var environment: [String: String] { ["LD_PRELOAD": library, "FAKE_CLOCK": path] }

    /// Seconds that it is ahead of the machine's from now on.
    package func step(_ seconds: Int) throws {
        try "\(seconds)".write(toFile: path, atomically: true, encoding: .utf8)
    }
}

extension Stage {
    /// Builds one of the doubles, and tells its path.
    package func double(_ words: String...) async throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../script/double").standardized.path
        let build = try start("double", "/bin/bash", [script] + words)
        guard case .exited(0) = try await build.end(within: .seconds(120)) else {
            throw Unexpected(description: "script/double: \(build.lastWords)")
        }
        return build.out.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
