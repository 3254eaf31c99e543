import Domain
import Testing

@testable import Wire

@Suite struct TimeDTOTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2000-02-29T12:00:00.001Z", 951_825_600_001),
        ("2026-11-22T10:20:30.250Z", 1_795_342_830_250),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func `a time is RFC 3339 text in UTC with milliseconds`(text: String, milliseconds: Int64) {
        let time = TimeDTO(Timestamp(milliseconds: milliseconds))
        #expect(time.description == text)
        #expect(TimeDTO(text) == time)
    }

    @Test func `each day of four centuries reads back as itself`() {
        for day in stride(from: Int64(-100_000), through: 146_097, by: 1) {
            let time = TimeDTO(Timestamp(milliseconds: day * 86_400_000 + 1))
            guard TimeDTO(time.description) == time else {
                Issue.record("day \(day) gives \(time)")
                return
            }
        }
    }

    @Test func `a finer fraction is cut and a missing one is zero`() {
        #expect(TimeDTO("1970-01-01T00:00:01Z")?.timestamp.milliseconds == 1000)
        #expect(TimeDTO("1970-01-01T00:00:01.5Z")?.timestamp.milliseconds == 1500)
        #expect(TimeDTO("1970-01-01T00:00:01.0019999Z")?.timestamp.milliseconds == 1001)
    }

    @Test(arguments: [
        "", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+08:00",
        "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-02-29T00:00:00Z",
        "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z",
        "1970-01-01 00:00:00Z", "1970-1-01T00:00:000Z", "+970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.12345678901Z", "１970-01-01T00:00:00Z",
    ])
    func `anything else is no time`(text: String) {
        #expect(TimeDTO(text) == nil)
    }
}
