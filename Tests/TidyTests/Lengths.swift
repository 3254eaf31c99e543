/// How long files, functions and lines may be.
enum Lengths {
    static let fileLimit = 500
    static let testFileLimit = 800
    static let functionLimit = 70
    static let columnLimit = 120

    static func file(_ file: SourceFile, exceptions: [Exception]) -> [Finding] {
        guard file.isSource || file.isTest else { return [] }
        let limit =
            Exception.lines(file.path, .file, in: exceptions)
            ?? (file.isTest ? testFileLimit : fileLimit)
        guard file.lines.count > limit else { return [] }
        return [file.finding(limit + 1, "the file has \(file.lines.count) lines of \(limit)")]
    }

    static func functions(_ file: SourceFile, exceptions: [Exception]) -> [Finding] {
        guard file.isSource || file.isTest else { return [] }
        let limit =
            Exception.lines(file.path, .longestFunction, in: exceptions) ?? functionLimit
        return bodies(in: file.tokens).filter { $0.count > limit }.map {
            file.finding($0.lowerBound, "the function has \($0.count) lines of \(limit)")
        }
    }

    static func columns(_ file: SourceFile) -> [Finding] {
        guard file.isSource || file.isTest else { return [] }
        return file.lines.enumerated()
            .filter { $1.utf8.count > columnLimit && $1.count > columnLimit }
            .map { file.finding($0 + 1, "the line has \($1.count) columns of \(columnLimit)") }
    }

    /// The lines of each function, initializer, subscript and computed property, from its first
    /// keyword to its closing brace.
    static func bodies(in tokens: [Token]) -> [ClosedRange<Int>] {
        tokens.indices.compactMap { start in
            guard isDeclaration(tokens, at: start),
                let open = openingBrace(tokens, after: start),
                let close = closingBrace(tokens, from: open)
            else { return nil }
            return tokens[start].line...tokens[close].line
        }
    }

    private static func isDeclaration(_ tokens: [Token], at index: Int) -> Bool {
        let token = tokens[index]
        guard token.kind == .word, index == 0 || tokens[index - 1].text != "." else { return false }
        switch token.text {
        case "func", "deinit", "var": return true
        case "init", "subscript":
            guard index + 1 < tokens.count else { return false }
            return ["(", "<", "?", "!"].contains(tokens[index + 1].text)
        default: return false
        }
    }

    /// The brace that opens the body; nil for a requirement or a stored property.
    private static func openingBrace(_ tokens: [Token], after start: Int) -> Int? {
        let isProperty = tokens[start].text == "var"
        var depth = 0
        for index in tokens.indices[(start + 1)...] {
            let token = tokens[index]
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return index
            case "}" where depth <= 0, ";" where depth == 0: return nil
            case "=" where depth == 0 && isProperty: return nil
            default: if depth == 0, startsStatement(token) { return nil }
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private static func startsStatement(_ token: Token) -> Bool {
        let words = [
            "func", "init", "deinit", "subscript", "var", "let", "case", "static", "mutating",
            "struct", "enum", "class", "actor", "extension", "protocol", "typealias", "import",
            "associatedtype", "package", "private", "fileprivate", "internal", "return",
        ]
        return token.kind == .word && words.contains(token.text)
    }

    private static func closingBrace(_ tokens: [Token], from open: Int) -> Int? {
        var depth = 0
        for index in tokens.indices[open...] where tokens[index].kind == .symbol {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}
