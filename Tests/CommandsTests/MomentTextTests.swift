import Domain
import Testing
import Wire

@testable import Commands

@Suite struct MomentTextTests {
    /// Eight hours ahead, as in Taipei.
    private static let zone = LocalTime { _ in 8 * 3600 }
    private static let now = TimeDTO("2026-11-27T03:30:00.250Z")!.timestamp

    @Test(arguments: [
        ("12:00", "2026-11-27T04:00:00.000Z"), ("11:30", "2026-11-28T03:30:00.000Z"),
        ("00:00", "2026-11-27T16:00:00.000Z"), ("2h", "2026-11-27T05:30:00.250Z"),
        ("1h30m", "2026-11-27T05:00:00.250Z"),
        ("2026-11-27T12:00+08:00", "2026-11-27T04:00:00.000Z"),
        ("2026-11-26T20:00-08:00", "2026-11-27T04:00:00.000Z"),
        ("2026-11-27T04:00Z", "2026-11-27T04:00:00.000Z"),
        ("2026-11-27T04:00:01.5Z", "2026-11-27T04:00:01.500Z"),
        ("2026-11-27T12:00:30+08:00", "2026-11-27T04:00:30.000Z"),
        ("0s", nil), ("2026-11-27T03:30Z", nil), ("367d", nil), ("2028-01-01T00:00Z", nil),
    ])
    func `a moment is a time here, one with its zone, or from now; not over, within a year`(
        text: String, moment: String?
    ) throws {
        let named = try #require(MomentText(text)).moment(after: Self.now, in: Self.zone)
        #expect(named.map { TimeDTO($0).description } == moment)
    }

    @Test(arguments: [
        "", "noon", "24:00", "12:60", "1:00", "12:0", "2026-11-27", "2026-11-27T12:00",
        "2026-11-27T25:00Z", "2026-02-30T12:00Z", "2026-11-27T12:00+8", "+08:00", "12:00Z", "2",
        "-2h", "२h",
    ])
    func `what is no moment is none`(text: String) {
        #expect(MomentText(text) == nil)
    }

    @Test func `what is shown can be given back`() throws {
        for offset: Int64 in [0, 8 * 3600, -5 * 3600, 5 * 3600 + 2700, -12_600] {
            let zone = LocalTime { _ in offset }
            let moment = try #require(TimeDTO("2026-11-27T04:00:00Z")).timestamp
            let text = MomentText.text(of: moment, in: zone)
            #expect(MomentText(text) == .at(moment), "\(text)")
        }
        let text = MomentText.text(of: Timestamp(milliseconds: 0), in: Self.zone)
        #expect(text == "1970-01-01T08:00+08:00")
    }

    @Test func `a moment within a minute is shown to the second, never before it is`() throws {
        let moment = try #require(MomentText("15s")).moment(after: Self.now, in: Self.zone)
        let text = MomentText.text(of: try #require(moment), in: Self.zone)
        #expect(text == "2026-11-27T11:30:16+08:00")
        let shown = try #require(MomentText(text)).moment(after: Self.now, in: Self.zone)
        #expect(try #require(shown) >= #require(moment))
    }
}
