import Marketplace
import Staging
import Testing

extension EndToEnd {
    /// The real market, killed at each commit and each effect, before and after it.
    struct CrashTests {
        /// How many markets live at a time; most of a life is waiting.
        private static let lanes = 4

        private struct Death {
            let point: FaultPoint
            let reach: Int
        }

        /// The first reach of every point; in a nightly run later ones too, where there are any.
        /// The long lives come first, so that nobody waits for them alone.
        private static let deaths: [Death] = {
            let points = FaultPoint.all.filter {
                Stage.missingForContainers == nil || Ordeal.Course(reaching: $0) != .output
            }
            let long = points.filter { Ordeal.Course(reaching: $0) != .short }
            let short = points.filter { Ordeal.Course(reaching: $0) == .short }
            let reaches = Stage.isNightly ? [1, 2, 3, 5] : [1]
            return reaches.flatMap { reach in
                (long + short).map { Death(point: $0, reach: reach) }
            }
        }()

        @Test
        func `a market killed at any fault point completes its work, nothing twice, nothing lost`()
            async throws
        {
            let clock = ContinuousClock()
            let start = clock.now
            let died = await withTaskGroup(of: Int.self) { group in
                for lane in 0..<Self.lanes {
                    group.addTask {
                        var died = 0
                        for index in stride(from: lane, to: Self.deaths.count, by: Self.lanes) {
                            died += await Self.endure(Self.deaths[index])
                        }
                        return died
                    }
                }
                return await group.reduce(0, +)
            }
            let all = FaultPoint.all.count
            print("market killed \(died) times, at \(all) fault points, in \(clock.now - start)")
        }

        /// - Returns: how often the market died.
        private static func endure(_ death: Death) async -> Int {
            do {
                return try await Stage.run { stage in
                    let ordeal = try await Ordeal(death.point, reach: death.reach, on: stage)
                    try await ordeal.live()
                    return ordeal.deaths
                }
            } catch {
                Issue.record("\(death.point.text), reach \(death.reach): \(error)")
                return 0
            }
        }
    }
}
