import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// A machine's hours, as its market hears of them.
    struct HoursTests {
        /// `HH:MM` of a moment of today or tomorrow, in whole minutes of UTC.
        private static func text(_ minute: Int64) -> String {
            let ofDay = minute % 1_440
            func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return padded(ofDay / 60) + ":" + padded(ofDay % 60)
        }

        @Test func `an offer says until when it is open: until what runs is asked to leave`()
            async throws
        {
            try await Stage.run { stage in
                let minute = Int64(Date().timeIntervalSince1970) / 60
                let (opens, closes) = (minute - 60, minute + 121)
                let site = try await Site.up(
                    stage,
                    node: Site.simulated + [
                        "--grace", "60s", "--schedule",
                        "daily \(Self.text(opens))-\(Self.text(closes)) UTC",
                    ])
                let end = try await eventually("the offer has its hours") {
                    let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                    return offers.data.first?.openUntil?.timestamp
                }
                let told = Timestamp(milliseconds: (closes - 1) * 60_000)
                #expect(abs(end.millisecondsSince(told)) < 5_000)
                let page = try await site.ok(.renter, ["offers"])
                #expect(page.contains("open, until 20"), "\(page)")
                #expect(page.contains("99.0 %"))
                // The spec expects to need three hours without a break, and there are two.
                let asked = PlanTests.merged(
                    try PlanTests.base(site),
                    try PlanTests.object(
                        #"{"limits":{"max_duration":"4h"},"schedule":{"expect":"3h"}}"#))
                let plan = try await PlanTests.plan(asked, site)
                #expect(plan.rejected.map(\.code) == ["window"])
                let fix = try #require(plan.fixes.first)
                #expect(fix.title.hasPrefix("be done within 1h5"), "\(fix.title)")
                let patch = try WireJSON.encode(try #require(fix.patch))
                let mended = PlanTests.merged(asked, try PlanTests.object(Data(patch)))
                #expect(try await PlanTests.plan(mended, site).feasible == 1)
            }
        }
    }
}
