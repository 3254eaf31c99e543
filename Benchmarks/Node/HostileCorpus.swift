import Hostile
import Staging

/// Every hostile job, archive and name, and its control. Goals: 20 cases, as many controls, no escape, no
/// packet at a target outside.
struct HostileCorpus: Figure {
    let measure = "hostile"
    let goalCases = 20
    let cases: Int
    let controls: Int
    let escapes: Int
    let packets: Int
    let goalEscapes = 0
    let goalPackets = 0
    /// At the same targets from the controls: the counter counts.
    let controlPackets: Int

    static func measure() async throws -> any Figure {
        let jobs = try await HostileStage.run(imagePath: Stage.baseImage) { stage in
            try await stage.results(of: HostileCase.all)
        }
        let all = try await jobs + ArchiveCase.all.map { $0.result() } + NameCase.results()
        for result in all where result.outcome != .held || result.control != .escaped {
            say("\(result.name): \(result.outcome), control \(result.control): \(result.detail)")
        }
        let tally = HostileTally(all)
        return HostileCorpus(
            cases: tally.cases, controls: tally.controls, escapes: tally.escapes,
            packets: tally.packets, controlPackets: all.reduce(0) { $0 + $1.controlPackets })
    }
}
