import Domain
import Testing

@Suite struct TrackRecordTests {
    private static let ask = try! Rate(microPerHour: 8_000)

    @Test func `a small lease weighs by its share, and a start that failed counts ten minutes`()
        throws
    {
        let (eighth, least) = (try Rate(microPerHour: 1_000), Rate.least)
        var record = TrackRecord()
        record.note(ran: 8_000, isLost: false, at: eighth, of: Self.ask)
        #expect(record.seconds == 1_000)
        record.note(ran: 0, isLost: true, at: Self.ask, of: Self.ask)
        #expect(record.lost == 600)
        for _ in 0..<1_000 { record.note(ran: 3_600, isLost: true, at: least, of: Self.ask) }
        #expect(record.lost == 600)
    }

    @Test func `an unknown machine is believed to lose a hundredth`() {
        #expect(TrackRecord().isEmpty)
        #expect(TrackRecord().burden == 1_024 * 100 / 99)
    }

    @Test func `what was lost is paid for again by what stands, and long service outweighs belief`()
    {
        var (good, bad) = (TrackRecord(), TrackRecord())
        for _ in 0..<1_000 {
            good.note(ran: 3_600, isLost: false, at: Self.ask, of: Self.ask)
            bad.note(ran: 1_800, isLost: true, at: Self.ask, of: Self.ask)
            bad.note(ran: 1_800, isLost: false, at: Self.ask, of: Self.ask)
        }
        #expect(good.burden == 1_024)
        #expect((2_000...2_048).contains(bad.burden))
    }

    @Test func `what was long ago counts less, and no record grows beyond bounds`() {
        var record = TrackRecord()
        for _ in 0..<100 { record.note(ran: .max, isLost: true, at: Self.ask, of: Self.ask) }
        #expect(record.burden == 16 * 1_024)
        for _ in 0..<100 { record.note(ran: 3_600_000, isLost: false, at: Self.ask, of: Self.ask) }
        #expect(record.burden < 1_100)
        #expect(record.seconds <= 7_200_000)
        record.note(ran: -5, isLost: true, at: Self.ask, of: Self.ask)
        #expect(record.lost >= 0)
    }
}
