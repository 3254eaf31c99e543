import Foundation
import Hostile
import Testing

/// The corpus of hostile jobs in the real profile; a case counts only with its control.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct HostileTests {
    @Test func `no hostile job gets what its control gets without one protection`() async throws {
        let results = try await HostileStage.run(imagePath: Rig.imagePath) { stage in
            try await stage.results(of: HostileCase.all)
        }
        let all =
            try await results + ArchiveCase.all.map { $0.result() } + NameCase.results()
        for result in all {
            #expect(result.outcome == .held, "\(result.name): \(result.detail)")
            #expect(result.control == .escaped, "control of \(result.name): \(result.detail)")
        }
        // The counter of what arrives outside sees what a control without its protection sends.
        #expect(results.contains { $0.controlPackets > 0 })
        let tally = HostileTally(all)
        try FileHandle.standardOutput.write(contentsOf: Data((tally.line + "\n").utf8))
        #expect(tally.cases >= 20)
        #expect(tally.controls == tally.cases)
        #expect(tally.escapes == 0)
        #expect(tally.packets == 0)
    }
}
