import Marketplace
import Testing

extension EndToEnd {
    /// The real market, killed at each commit and each effect, before and after it.
    struct CrashTests {
        /// How many markets live at a time; most of a life is waiting.
        private static let lanes = 4

        /// What this run enumerates: all, or by day every other point, and those alone that can be
        /// reached here.
        static let points: [FaultPoint] = {
            let all = FaultPoint.all.filter {
                Stage.missingForContainers == nil || Ordeal.Course(reaching: $0) != .output
            }
            // The long ones first, so that nobody waits for them alone.
            let long = all.filter { Ordeal.Course(reaching: $0) != .short }
            let short = all.filter { Ordeal.Course(reaching: $0) == .short }
            return long + short
        }()

        @Test func `a market killed at any fault point completes its work, nothing twice, nothing lost`()
            async throws
        {
            let clock = ContinuousClock()
            let start = clock.now
            await withTaskGroup { group in
                for lane in 0..<Self.lanes {
                    group.addTask {
                        for index in stride(from: lane, to: Self.points.count, by: Self.lanes) {
                            await Self.endure(Self.points[index])
                        }
                    }
                }
            }
            print("killed at \(Self.points.count) fault points in \(clock.now - start)")
        }

        private static func endure(_ point: FaultPoint) async {
            do {
                try await Stage.run { try await Ordeal(point, on: $0).live() }
            } catch {
                Issue.record("\(point.text): \(error)")
            }
        }
    }
}
