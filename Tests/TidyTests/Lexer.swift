/// One token of Swift source, as far as the rules need to tell tokens apart.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A keyword, name or number.
        case word
        /// A name in backticks, without them: never a keyword.
        case quotedName
        /// One punctuation character.
        case symbol
        /// A string literal, text left out; the code inside its interpolations follows it.
        case string
    }

    let kind: Kind
    let text: String
    /// Counted from 1.
    let line: Int
    /// No space or comment between this token and the one before it.
    let isAttached: Bool
}

/// Splits Swift source into tokens and skips comments and the text of strings.
///
/// Knows nested comments, one-line, multi-line and raw strings, and interpolation. Does not know
/// regular expression literals between bare slashes, which no file here has.
struct Lexer {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var isAttached = false
    private var tokens: [Token] = []

    static func tokens(of source: String) -> [Token] {
        var lexer = Lexer(bytes: Array(source.utf8))
        lexer.code(until: .end)
        return lexer.tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private enum Stop { case end, closingParenthesis }

    private mutating func code(until stop: Stop) {
        var depth = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ")"), depth == 0, stop == .closingParenthesis {
                index += 1
                return
            }
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            step(byte)
        }
    }

    private mutating func step(_ byte: UInt8) {
        if Self.isSpace(byte) {
            advance()
            isAttached = false
        } else if isNext("//") {
            while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        } else if isNext("/*") {
            comment()
        } else if let hashes = hashesOfString() {
            string(hashes: hashes)
        } else if byte == UInt8(ascii: "`") {
            quotedName()
        } else if Self.isWord(byte) {
            let start = index
            while index < bytes.count, Self.isWord(bytes[index]) { index += 1 }
            add(.word, bytes[start..<index])
        } else {
            index += 1
            add(.symbol, bytes[(index - 1)..<index])
        }
    }

    private mutating func add(_ kind: Token.Kind, _ text: ArraySlice<UInt8>) {
        tokens.append(
            Token(
                kind: kind, text: String(decoding: text, as: UTF8.self), line: line,
                isAttached: isAttached))
        isAttached = true
    }

    private mutating func advance() {
        if bytes[index] == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private func isNext(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[index...].starts(with: $0) }
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                index += 2
            } else if isNext("*/") {
                depth -= 1
                index += 2
            } else {
                advance()
            }
        } while depth > 0 && index < bytes.count
        isAttached = false
    }

    private mutating func quotedName() {
        let start = index + 1
        let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "`") } ?? bytes.count
        add(.quotedName, bytes[start..<end])
        index = min(end + 1, bytes.count)
    }

    /// The number of `#` before the quote when a string starts here.
    private func hashesOfString() -> Int? {
        let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
        let quote = index + hashes
        return quote < bytes.count && bytes[quote] == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func string(hashes: Int) {
        add(.string, [])
        index += hashes
        let quotes = isNext("\"\"\"") ? 3 : 1
        index += quotes
        let tail = Array(repeating: UInt8(ascii: "#"), count: hashes)
        let end = Array(repeating: UInt8(ascii: "\""), count: quotes) + tail
        let escape = [UInt8(ascii: "\\")] + tail
        while index < bytes.count {
            if bytes[index...].starts(with: end) {
                index += end.count
                return
            }
            guard bytes[index...].starts(with: escape) else {
                advance()
                continue
            }
            index += escape.count
            guard index < bytes.count else { return }
            let isInterpolation = bytes[index] == UInt8(ascii: "(")
            advance()
            if isInterpolation { code(until: .closingParenthesis) }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "$"), 128...:
            true
        default: false
        }
    }
}
