/// A version as its makers write it: numbers, and perhaps a mark that it comes before a release.
package struct SoftwareVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Without zeros at its end, so that 1.4 and 1.4.0 are one.
    private let numbers: [Int]
    /// Of `1.4.0-rc.3`: 3 of `rc`; nil for a release.
    private let candidate: Int?
    package let description: String

    /// Reads `1.1.5+ds1`, `v1.2.0-rc.1`, `6.18.44-fc`, `1.0.0~rc93`; nil without a number in front.
    package init?(_ text: String) {
        let plain = text.drop { $0 == "v" }
        let numeric = plain.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let numbers = numeric.split(separator: ".").compactMap { Int($0) }
        guard !numbers.isEmpty else { return nil }
        self.numbers = Array(numbers[...(numbers.lastIndex { $0 != 0 } ?? 0)])
        let rest = plain.dropFirst(numeric.count)
        candidate =
            rest.dropFirst().hasPrefix("rc")
            ? Int(rest.dropFirst(3).drop { $0 == "." }.prefix { $0.isASCII && $0.isNumber }) ?? 0
            : nil
        description = text
    }

    /// The first two numbers: what is mended apart from other lines.
    var line: [Int] { [numbers[0], numbers.count > 1 ? numbers[1] : 0] }

    package static func < (left: Self, right: Self) -> Bool {
        if left.numbers != right.numbers {
            return left.numbers.lexicographicallyPrecedes(right.numbers)
        }
        return (left.candidate ?? .max) < (right.candidate ?? .max)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.numbers == right.numbers && left.candidate == right.candidate
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(numbers)
        hasher.combine(candidate)
    }
}

/// A version of a Debian package, `[epoch:]upstream[-revision]` (deb-version(7)).
package struct DebianVersion: Hashable, Sendable {
    /// Epoch and upstream version: what a backport never changes.
    let base: String
    let revision: String

    package init(_ text: String) {
        let dash = text.lastIndex(of: "-")
        base = String(text[..<(dash ?? text.endIndex)])
        revision = dash.map { String(text[text.index(after: $0)...]) } ?? ""
    }

    /// Whether it has what `fix` has: the same upstream version in that revision or a later one.
    func contains(_ fix: DebianVersion) -> Bool {
        base == fix.base && !Self.precedes(revision, fix.revision)
    }

    /// The order of Debian Policy §5.6.12: text and numbers by turns; `~` before everything, also
    /// before the end; letters before other characters.
    static func precedes(_ left: String, _ right: String) -> Bool {
        var left = Array(left.utf8)[...]
        var right = Array(right.utf8)[...]
        while !left.isEmpty || !right.isEmpty {
            while left.first.map({ !isDigit($0) }) == true
                || right.first.map({ !isDigit($0) }) == true
            {
                let order = (weight(left.first), weight(right.first))
                if order.0 != order.1 { return order.0 < order.1 }
                left = left.dropFirst()
                right = right.dropFirst()
            }
            let numbers = (takeNumber(&left), takeNumber(&right))
            if numbers.0.count != numbers.1.count { return numbers.0.count < numbers.1.count }
            if numbers.0 != numbers.1 { return numbers.0.lexicographicallyPrecedes(numbers.1) }
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func weight(_ byte: UInt8?) -> Int {
        guard let byte, !isDigit(byte) else { return 0 }
        if byte == UInt8(ascii: "~") { return -1 }
        let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
        return isLetter ? Int(byte) : Int(byte) + 256
    }

    private static func takeNumber(_ text: inout ArraySlice<UInt8>) -> [UInt8] {
        let digits = text.prefix { isDigit($0) }
        text = text.dropFirst(digits.count)
        return Array(digits.drop { $0 == 48 })
    }
}
