import Testing

@testable import ContainerEngine

struct WallTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00.5Z", 951_825_600_500_000_000),
            ("2026-11-22T12:24:07.597714345Z", 1_795_350_247_597_714_345),
            ("2026-11-22T20:24:07.597714345+08:00", 1_795_350_247_597_714_345),
            ("2026-11-22T06:54:07-05:30", 1_795_350_247_000_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000_000_000),
        ] as [(String, Int64)])
    func `an RFC 3339 time is nanoseconds since 1970`(text: String, expected: Int64) {
        #expect(WallTime.nanoseconds(rfc3339: text) == expected)
    }

    @Test(arguments: [
        "", "0001-01-01T00:00:00Z", "2262-01-01T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-22 12:24:07Z", "2026-11-22T12:24:07", "2026-11-22T12:24:07.Z",
        "2026-11-22T12:24:07.1234567890Z", "2026-11-22T12:24:07+0800", "2026-11-22T25:00:00Z",
        "２０26-11-22T12:24:07Z",
    ])
    func `other text is no time`(text: String) {
        #expect(WallTime.nanoseconds(rfc3339: text) == nil)
    }
}

struct BootClockTests {
    @Test func `the start time is field 22, whatever the command is called`() {
        let after = (3...21).map { "\($0)" }.joined(separator: " ") + " 4200 23 24"
        for command in ["sh", "a b", "x) R 1 (y", ")"] {
            let line = "17 (\(command)) \(after)\n"
            #expect(BootClock.nanoseconds(inStat: line, ticksPerSecond: 100) == 42_000_000_000)
        }
    }

    @Test(arguments: ["", "17 (sh", "17 (sh) R 1", "17 (sh) " + String(repeating: "x ", count: 40)])
    func `a line that is none has no start time`(line: String) {
        #expect(BootClock.nanoseconds(inStat: line, ticksPerSecond: 100) == nil)
    }

    @Test func `this process started before now and after the boot`() throws {
        let start = try BootClock.startTime(ofProcess: ProcessID.current)
        #expect(start > 0)
        #expect(start <= BootClock.now())
        #expect(try BootClock.bootID().count == 36)
    }
}
