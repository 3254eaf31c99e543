/// Rows under headings, in columns as wide as their widest cell.
struct Table {
    /// Which side of its column a cell keeps to.
    enum Side: Hashable, Sendable { case left, right }

    struct Column: Hashable, Sendable {
        let heading: String
        let side: Side

        init(_ heading: String, _ side: Side = .left) {
            self.heading = heading
            self.side = side
        }
    }

    let columns: [Column]
    var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// The table's lines, without blanks at their ends.
    var lines: [String] {
        Self.aligned([columns.map(\.heading)] + rows, columns.map(\.side))
    }

    /// Cells of one column stand under each other; columns stand two blanks apart. Control
    /// characters in a cell are shown, not sent.
    static func aligned(_ rows: [[String]], _ sides: [Side] = []) -> [String] {
        let rows = rows.map { $0.map(visible) }
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? ColumnWidth.of($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                padded(cell, to: widths[column], column < sides.count ? sides[column] : .left)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func padded(_ cell: String, to width: Int, _ side: Side) -> String {
        let blanks = String(repeating: " ", count: max(0, width - ColumnWidth.of(cell)))
        return side == .left ? cell + blanks : blanks + cell
    }

    /// Other people's text cannot move the cursor or change the colours of a terminal.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return text }
        return text.unicodeScalars.reduce(into: "") { shown, scalar in
            let isControl = scalar.properties.generalCategory == .control
            shown +=
                isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
        }
    }
}
