/// Words and calls that have no place in some or all of the sources.
enum Bans {
    /// The clock, fresh identifiers, unseeded randomness and sleeping.
    static func impurity(_ file: SourceFile, allowances: [Allowance]) -> [Finding] {
        guard file.isSource else { return [] }
        let isCore = Layers.core.contains(file.target ?? "")
        guard isCore || !allowances.contains(where: { $0.path == file.path }) else { return [] }
        let clocks = isCore ? ["ContinuousClock", "SuspendingClock", "CFAbsoluteTime"] : []
        let calls = ["Date(", "Date.init(", "Date.now", "UUID(", "UUID.init(", "Task.sleep"]
        return ban(calls + clocks, in: file, "is passed in from the listed files")
            + unseeded(file)
    }

    /// `.random(…)` and its kin without a generator.
    private static func unseeded(_ file: SourceFile) -> [Finding] {
        [".random(", ".randomElement(", ".shuffled(", ".shuffle("].flatMap { call in
            matches(of: call, in: file.tokens)
                .filter { !arguments(file.tokens, from: $0 + 2).contains("using") }
                .map { file.finding(file.tokens[$0].line, "\(call) needs a generator") }
        }
    }

    /// The words at the top level of the argument list that opens at `open`.
    private static func arguments(_ tokens: [Token], from open: Int) -> [String] {
        var depth = 0
        var words: [String] = []
        for token in tokens[open...] {
            if ["(", "[", "{"].contains(token.text) { depth += 1 }
            if [")", "]", "}"].contains(token.text) { depth -= 1 }
            if depth == 0 { break }
            if depth == 1, token.kind == .word { words.append(token.text) }
        }
        return words
    }

    static func concurrency(_ file: SourceFile) -> [Finding] {
        guard file.isSource, Layers.synchronous.contains(file.target ?? "") else { return [] }
        return ban(["async", "await", "Mutex", "Task"], in: file, "the engines are synchronous")
            + matches(of: "actor", in: file.tokens)
            .filter { $0 + 1 < file.tokens.count && file.tokens[$0 + 1].kind == .word }
            .map { file.finding(file.tokens[$0].line, "actor: the engines are synchronous") }
    }

    static func floatingPoint(_ file: SourceFile) -> [Finding] {
        guard file.isSource, Layers.exact.contains(file.target ?? ""),
            !Layers.approximate.contains(file.path)
        else { return [] }
        let types = ["Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat"]
        return ban(types, in: file, "is not exact")
    }

    static func crashes(_ file: SourceFile) -> [Finding] {
        guard file.isSource else { return [] }
        return ban(["try!", "as!", "fatalError("], in: file, "hides the cause")
    }

    static func detachedTasks(_ file: SourceFile) -> [Finding] {
        guard file.isSource else { return [] }
        return ban(["Task.detached"], in: file, "belongs to nobody")
    }

    static func printing(_ file: SourceFile) -> [Finding] {
        guard file.isSource, !Layers.speaking.contains(file.target ?? "") else { return [] }
        return ["print(", "debugPrint("].flatMap { call in
            matches(of: call, in: file.tokens).filter { !isMember(file.tokens, at: $0) }
                .map { file.finding(file.tokens[$0].line, "\(call) is for Commands alone") }
        }
    }

    /// Somebody's own `print`: called on a value, or being declared.
    private static func isMember(_ tokens: [Token], at index: Int) -> Bool {
        guard index > 0 else { return false }
        switch tokens[index - 1].text {
        case "func": return true
        case ".": return index < 2 || tokens[index - 2].text != "Swift"
        default: return false
        }
    }

    static func publicity(_ file: SourceFile) -> [Finding] {
        guard file.isSource else { return [] }
        let words = matches(of: "public", in: file.tokens)
            .filter { $0 == 0 || file.tokens[$0 - 1].text != "." }
        let opens = ["open class", "open func", "open var", "open subscript"]
            .flatMap { matches(of: $0, in: file.tokens) }
        return (words + opens).sorted().map {
            file.finding(file.tokens[$0].line, "programs publish nothing; use package")
        }
    }

    /// What the compiler cannot check carries its proof on the line or within the four above.
    static func unsafety(_ file: SourceFile) -> [Finding] {
        guard file.isSource else { return [] }
        return ["@unchecked", "nonisolated(unsafe)"].flatMap { matches(of: $0, in: file.tokens) }
            .map { file.tokens[$0].line }
            .filter { line in
                let above = file.lines[max(0, line - 5)..<min(line, file.lines.count)]
                return !above.contains { $0.contains("// SAFETY:") }
            }
            .map { file.finding($0, "a // SAFETY: comment must say why this is right") }
    }

    private static func ban(
        _ patterns: [String], in file: SourceFile, _ reason: String
    ) -> [Finding] {
        patterns.flatMap { pattern in
            matches(of: pattern, in: file.tokens)
                .map { file.finding(file.tokens[$0].line, "\(pattern) \(reason)") }
        }
    }

    /// Where the tokens of `pattern` stand in a row, attached where they are in the pattern.
    static func matches(of pattern: String, in tokens: [Token]) -> [Int] {
        let wanted = Lexer.tokens(of: pattern)
        guard let first = wanted.first, tokens.count >= wanted.count else { return [] }
        return (0...(tokens.count - wanted.count)).filter { start in
            tokens[start].kind == first.kind && tokens[start].text == first.text
                && zip(tokens[(start + 1)...], wanted.dropFirst()).allSatisfy {
                    $0.kind == $1.kind && $0.text == $1.text
                        && ($0.isAttached || !$1.isAttached)
                }
        }
    }
}
