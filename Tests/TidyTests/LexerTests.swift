import Testing

@Suite struct LexerTests {
    private func words(_ source: String) -> [String] {
        Lexer.tokens(of: source).filter { $0.kind == .word }.map(\.text)
    }

    static let sources: [(String, [String])] = [
        ("let a = 1", ["let", "a", "1"]),
        ("a // b\nc", ["a", "c"]),
        ("a /* b /* c */ d */ e", ["a", "e"]),
        ("a /* unfinished", ["a"]),
        (#"a("b \" c") + d"#, ["a", "d"]),
        (#"a("b \(c("d")) e") f"#, ["a", "c", "f"]),
        ("a(\"\") b", ["a", "b"]),
        ("a(\"\"\"\n b \"c\" \\(d)\n \"\"\") e", ["a", "d", "e"]),
        (##"a(#"b \(c) " \#(d)"#) e"##, ["a", "d", "e"]),
        ("#if a\n#endif", ["if", "a", "endif"]),
        ("`func a {` b", ["b"]),
        ("a(\"unfinished", ["a"]),
        ("價格 = 1", ["價格", "1"]),
    ]

    @Test(arguments: sources)
    func `comments and the text of strings are not code`(source: String, expected: [String]) {
        #expect(words(source) == expected)
    }

    @Test func `tokens know their lines and what they are attached to`() {
        let tokens = Lexer.tokens(of: "a\n/* b\n */ try!\n\"\"\"\n c\n \"\"\" d")
        #expect(tokens.map(\.text) == ["a", "try", "!", "", "d"])
        #expect(tokens.map(\.line) == [1, 3, 3, 4, 6])
        #expect(tokens.map(\.isAttached) == [false, false, true, false, false])
    }
}
