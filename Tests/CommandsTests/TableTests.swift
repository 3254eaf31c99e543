import Testing

@testable import Commands

@Suite struct TableTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("工作", 4), ("ＡＢ", 4), ("ｱ", 1), ("é", 1), ("e\u{301}", 1),
        ("한글", 4), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("…", 1), ("✓", 1), ("×", 1), ("「」", 4),
        ("\u{200B}", 0), ("𠮷", 2), ("，", 2), ("–", 1),
    ])
    func `a text is as wide as a terminal draws it`(text: String, width: Int) {
        #expect(ColumnWidth.of(text) == width)
    }

    @Test func `columns stand under each other whatever the width of their characters`() {
        var table = Table([.init("名稱"), .init("預算", .right), .init("STATE")])
        table.rows = [["影像", "5.00 USD", "✓ 執行中"], ["a", "120.00 USD", "✗ failed"]]
        #expect(
            table.lines == [
                "名稱        預算  STATE",
                "影像    5.00 USD  ✓ 執行中",
                "a     120.00 USD  ✗ failed",
            ])
    }

    @Test func `no line ends in blanks`() {
        #expect(Table.aligned([["a", "b"], ["long", ""]]) == ["a     b", "long"])
    }

    @Test func `control characters of other people are shown and not sent`() {
        let lines = Table.aligned([["a\u{1B}[2Jb", "c\rd"]])
        #expect(lines == ["a\\u{1b}[2Jb  c\\u{d}d"])
    }
}
