/// What no text of the repository says: it speaks of the project, not of one machine.
enum Wording {
    /// Home and working folders of a machine. Spelt in pieces, so that this file keeps the rule.
    private static let folders = ["root", "work", "Users"].map { "/\($0)/" }

    /// Hosts and settings that say where one machine gets packages and images from.
    private static let registries =
        [
            "docker io", "ghcr io", "quay io", "nvcr io", "gcr io", "pypi org", "crates io",
            "npmjs org",
        ]
        .map { $0.split(separator: " ").joined(separator: ".") }
        + [["index", "url"].joined(separator: "-")]

    static func machines(_ file: SourceFile) -> [Finding] {
        file.lines.enumerated().flatMap { number, line in
            let text = Array(line.utf8)
            let paths = folders.filter { folder in
                positions(of: folder, in: text).contains { !isContinued(text, before: $0) }
            }
            let hosts = registries.filter { !positions(of: $0, in: text).isEmpty }
            return (paths + hosts).map { file.finding(number + 1, "names a machine's \($0)") }
        }
    }

    /// A path that goes on from something before it, as `./a` or `"$folder"/a`, is not absolute.
    private static func isContinued(_ text: [UInt8], before position: Int) -> Bool {
        guard position > 0 else { return false }
        let last = text[position - 1]
        let isQuoted = last == UInt8(ascii: "\"") && position > 1
        return isPathPart(isQuoted ? text[position - 2] : last)
    }

    private static func isPathPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "}"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func positions(of needle: String, in text: [UInt8]) -> [Int] {
        let needle = Array(needle.utf8)
        guard let first = needle.first, text.count >= needle.count else { return [] }
        return (0...(text.count - needle.count)).filter {
            text[$0] == first && text[$0...].starts(with: needle)
        }
    }
}
