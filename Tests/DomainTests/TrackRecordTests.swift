import Domain
import Testing

@Suite struct TrackRecordTests {
    @Test func `an unknown machine is believed to lose a hundredth`() {
        #expect(TrackRecord().isEmpty)
        #expect(TrackRecord().burden == 1_024 * 100 / 99)
    }

    @Test func `what was lost is paid for again by what stands, and long service outweighs belief`()
    {
        var (good, bad) = (TrackRecord(), TrackRecord())
        for _ in 0..<1_000 {
            good.note(ran: 3_600, isLost: false)
            bad.note(ran: 1_800, isLost: true)
            bad.note(ran: 1_800, isLost: false)
        }
        #expect(good.burden == 1_024)
        #expect((2_000...2_048).contains(bad.burden))
    }

    @Test func `what was long ago counts less, and no record grows beyond bounds`() {
        var record = TrackRecord()
        for _ in 0..<100 { record.note(ran: .max, isLost: true) }
        #expect(record.burden == 16 * 1_024)
        for _ in 0..<100 { record.note(ran: 3_600_000, isLost: false) }
        #expect(record.burden < 1_100)
        #expect(record.seconds <= 7_200_000)
        record.note(ran: -5, isLost: true)
        #expect(record.lost >= 0)
    }
}
