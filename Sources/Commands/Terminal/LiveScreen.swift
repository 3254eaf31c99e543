import Glibc

/// How large a terminal is.
package struct TerminalSize: Hashable, Sendable {
    package let rows: Int
    package let columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// Of the process's standard output; nil where that is no terminal.
    static func ofOutput() -> TerminalSize? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0,
            size.ws_col > 0
        else { return nil }
        return TerminalSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }
}

/// Lines that are drawn again and again in one place, cut to what the terminal has.
struct LiveScreen {
    let terminal: Terminal
    private var drawn = 0

    init(_ terminal: Terminal) { self.terminal = terminal }

    mutating func draw(_ lines: [String]) throws {
        let size = terminal.size() ?? TerminalSize(rows: 24, columns: 80)
        let shown = lines.prefix(max(1, size.rows - 1)).map { Self.cut($0, to: size.columns) }
        var text = drawn > 0 ? "\u{1B}[\(drawn)A\r" : ""
        // Each line to its end, then all that was below.
        text += shown.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
        try terminal.write(text)
        drawn = shown.count
    }

    private static func cut(_ line: String, to columns: Int) -> String {
        guard ColumnWidth.of(line) > columns else { return line }
        var (text, width) = ("", 0)
        for character in line {
            width += ColumnWidth.of(character)
            if width >= columns { break }
            text.append(character)
        }
        return text + "…"
    }
}
