import Testing

@testable import Commands

@Suite struct SparklineTests {
    @Test(
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7], 7, "▁▂▃▄▅▆▇█"), ([0, 50, 100], 100, "▁▅█"),
            ([nil, 10, nil], 10, " █ "), ([200, -5], 100, "█▁"), ([0, 0], 0, "▁▁"), ([5], 0, "▁"),
            ([], 10, ""), ([.max, 1], 1 << 40, "█▁"),
        ] as [([Int64?], Int64, String)])
    func `a bar is as high as its part of the most, and nothing known is a gap`(
        values: [Int64?], most: Int64, line: String
    ) {
        #expect(Sparkline.of(values, most: most) == line)
    }

    @Test func `every bar is one column wide`() {
        let line = Sparkline.of((0...7).map { $0 }, most: 7)
        #expect(ColumnWidth.of(line) == 8)
    }

    @Test func `values fall into the part of their time, and each part is their mean`() {
        let buckets = TimeBuckets(start: 1000, end: 5000, count: 4)
        let means = buckets.means(
            of: [9, 1, 2, nil, 4, 8, 7], at: [999, 1000, 1999, 2500, 3000, 4999, 5000])
        #expect(means == [2, nil, 4, 8])
    }

    @Test(arguments: [(8000, 1, 8), (20_000, 1, 8), (3000, 1, 3), (15_000, 5, 3), (1000, 10, 1)])
    func `no bar stands for less than a sample`(span: Int64, step: Int64, count: Int) {
        #expect(TimeBuckets(from: 5000, to: 5000 + span, leastSeconds: step).count == count)
    }

    @Test func `lines are drawn over the last ones and cut to the terminal`() throws {
        let recorded = RecordedTerminal()
        let terminal = Terminal(
            isOutputTerminal: true, isErrorTerminal: true, isInputTerminal: true,
            send: recorded.terminal().send, readLine: { nil },
            size: { TerminalSize(rows: 3, columns: 6) })
        var screen = LiveScreen(terminal)
        try screen.draw(["abc"])
        try screen.draw(["工作工作", "short", "never shown"])
        try screen.draw(["x"])
        #expect(
            recorded.output == "abc\u{1B}[K\n\u{1B}[J"
                + "\u{1B}[1A\r工作…\u{1B}[K\nshort\u{1B}[K\n\u{1B}[J"
                + "\u{1B}[2A\rx\u{1B}[K\n\u{1B}[J")
    }
}
