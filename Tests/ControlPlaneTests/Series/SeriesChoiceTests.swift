import Domain
import Testing

@testable import ControlPlane

/// Which leases are told of where not all can be.
@Suite struct SeriesChoiceTests {
    @Test func `of each task its latest attempt comes first, then those before it`() {
        let places = (1...3).flatMap { task in
            (1...Int64(4 - task)).map { attempt in
                LeasePlace(
                    id: LeaseID("lse_\(task)-\(attempt)")!, task: task, attempt: attempt)
            }
        }
        func told(_ most: Int) -> [String] {
            LeasePlace.latest(places.reversed(), most: most).map(\.id.text)
        }
        #expect(told(3) == ["lse_1-3", "lse_2-2", "lse_3-1"])
        #expect(told(9) == ["lse_1-3", "lse_2-2", "lse_3-1", "lse_1-2", "lse_2-1", "lse_1-1"])
        #expect(told(0) == [])
    }
}
