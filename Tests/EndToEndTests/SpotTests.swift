import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Spot jobs pay less, and make way for those that do not.
    struct SpotTests {
        /// Saves what it has when it is asked to leave; its second run is done at once.
        private static let saving = """
            trap 'echo saved > /out/state; echo saved; exit 143' TERM; echo "attempt $ORBAN_ATTEMPT"
            [ "$ORBAN_ATTEMPT" = 1 ] || exit 0
            while :; do sleep 0.1; done
            """

        @Test(needsContainers)
        func `an on-demand job takes a spot job's place, which saves, leaves and runs again`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(
                    stage, node: Site.nodeOptions + ["--spot-price", "0.5 USD/h"])
                var spot = JobText("spot", Self.saving)
                (spot.cpu, spot.placement) = ("0.5", #"{"spot": {"notice": "20s"}}"#)
                spot.outputs = ["/out": "./results"]
                try await Self.checkPlan(try site.write(spot), site)
                try await site.submit(spot)
                _ = try await site.running("spot")
                try await eventually("it has ears") {
                    try await site.output("spot") == "attempt 1\n" ? () : nil
                }
                var demand = JobText("demand", "sleep 3; echo done")
                demand.cpu = "0.5"
                let plan = try await site.run(.renter, ["plan", try site.write(demand)])
                #expect((plan.out + plan.err).contains("for spot work makes way"), "\(plan)")
                try await site.submit(demand)
                let over = try await site.over("demand")
                #expect(over.exitCode == 0)
                let again = try await site.over("spot")
                #expect(again.exitCode == 0 && again.taskList.first?.attempt == 2)
                #expect(try await site.output("spot") == "attempt 1\nsaved\nattempt 2\n")

                let lines = try await site.invoice("spot").lines
                #expect(lines.map(\.endedBy) == ["yielded:preempted", "exit:0"])
                #expect(lines.map(\.microPerHour) == [500_000, 500_000])
                #expect(try await site.invoice("demand").lines.map(\.microPerHour) == [1_234_567])
                try await Self.checkOrder(site)
                try await Books(of: site).check()
            }
        }

        private static func checkPlan(_ file: String, _ site: Site) async throws {
            let told = try await site.ok(.renter, ["plan", file])
            #expect(
                told.contains(
                    "pays the spot price; may be asked to leave at any time, with 20s notice"))
            let offers = try await site.ok(.renter, ["offers"])
            #expect(offers.contains("SPOT/H") && offers.contains("0.50 USD"))
        }

        /// The events of both jobs tell the same story, in its order.
        private static func checkOrder(_ site: Site) async throws {
            let spot = try await site.ok(.renter, ["events", "spot"])
            let demand = try await site.ok(.renter, ["events", "demand"])
            print("events of the spot job:\n\(spot)\nevents of the on-demand job:\n\(demand)")
            #expect(spot.contains("asked to make way for an on-demand order, has until 20"))
            #expect(spot.contains("ended: an on-demand order took its place"))
            #expect(spot.contains("placed anew"))
            let chinese = try await site.ok(.renter, ["events", "spot", "--lang", "zh-TW"])
            #expect(chinese.contains("須讓位給隨需訂單，期限") && chinese.contains("已讓位"))
        }
    }
}
