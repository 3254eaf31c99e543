import Wire

/// The one form in which we write our two small settings files, which is valid YAML: maps of maps,
/// two blanks deeper each, every value a JSON string on its own line. Reads what it writes, plain
/// words as values, blank lines and whole-line comments; refuses everything else.
struct PlainYAML: Hashable {
    struct Malformed: Error, Hashable, CustomStringConvertible {
        let line: Int
        var description: String { "line \(line) is not \"key: value\"" }
    }

    /// Values by their path of keys.
    private(set) var values: [[String]: String] = [:]

    init() {}

    subscript(path: [String]) -> String? {
        get { values[path] }
        set { values[path] = newValue }
    }

    /// The keys right under `path`, sorted.
    func keys(under path: [String]) -> [String] {
        let inner = values.keys.filter { $0.count > path.count && $0.starts(with: path) }
        return Set(inner.map { $0[path.count] }).sorted()
    }

    mutating func removeAll(under path: [String]) {
        values = values.filter { !$0.key.starts(with: path) }
    }

    var text: String {
        var lines: [String] = []
        var above: [String] = []
        for path in values.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let shared = zip(path.dropLast(), above).prefix { $0 == $1 }.count
            for depth in shared..<(path.count - 1) {
                lines.append(String(repeating: "  ", count: depth) + path[depth] + ":")
            }
            above = Array(path.dropLast())
            let blanks = String(repeating: "  ", count: path.count - 1)
            lines.append("\(blanks)\(path[path.count - 1]): \(Self.quoted(values[path] ?? ""))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    init(parsing text: String) throws(Malformed) {
        var above: [String] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let content = line.drop { $0 == " " }
            if content.isEmpty || content.hasPrefix("#") { continue }
            let blanks = line.count - content.count
            guard blanks % 2 == 0, blanks / 2 <= above.count,
                let colon = content.firstIndex(of: ":"), Self.isKey(content[..<colon])
            else { throw Malformed(line: index + 1) }
            above.removeLast(above.count - blanks / 2)
            above.append(String(content[..<colon]))
            let rest = content[content.index(after: colon)...].drop { $0 == " " }
            if rest.isEmpty { continue }
            guard let value = Self.value(rest) else { throw Malformed(line: index + 1) }
            values[above] = value
        }
    }

    static func isKey(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func value(_ text: Substring) -> String? {
        if text.hasPrefix("\"") { return try? WireJSON.decode(String.self, from: text.utf8) }
        let special = "'&*!|>%@`{}[],#?"
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 }
        return isPlain && !special.contains(text[text.startIndex]) ? String(text) : nil
    }

    private static func quoted(_ text: String) -> String {
        // A string always has a JSON form.
        (try? WireJSON.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
