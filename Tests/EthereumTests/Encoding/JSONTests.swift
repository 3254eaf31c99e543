import Ethereum
import Testing

@Suite struct JSONTests {
    private static let bounds = JSON.Bounds(bytes: 1_000, depth: 3, values: 10)

    private func parse(_ text: String) throws -> JSON {
        try JSON(parsing: text, within: Self.bounds)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "-", "1e", "nul", "\"a",
        "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\n\"", "1 2", "[1 2]",
        "{a:1}", "{\"a\" 1}", "NaN", "'a'", "\u{FEFF}1",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSON.Refusal.form) { try parse(text) }
    }

    @Test func `what passes a bound is refused`() {
        #expect(throws: JSON.Refusal.tooDeep) { try parse("[[[[]]]]") }
        #expect(throws: JSON.Refusal.tooMany) { try parse("[1,1,1,1,1,1,1,1,1,1]") }
        #expect(throws: JSON.Refusal.tooLong) { try parse("\"\("a".repeated(1_000))\"") }
        #expect(throws: JSON.Refusal.duplicateName) { try parse("{\"a\":1,\"\\u0061\":2}") }
        #expect(throws: JSON.Refusal.form) { try JSON(parsing: [34, 0xFF, 34], within: .file) }
    }

    @Test func `numbers stay as they are written`() throws {
        #expect(
            try parse("123456789012345678901234567890") == .number("123456789012345678901234567890")
        )
        #expect(try parse(" -0.5e+7 ") == .number("-0.5e+7"))
    }

    @Test func `what is written is read again`() throws {
        let value = JSON.object([
            "a\"\\\u{1}é🚀": .array([.null, .bool(true), .number(-7), .string("\u{0}\n")]),
            "": .object([:]),
        ])
        #expect(try JSON(parsing: value.bytes, within: .file) == value)
        #expect(try parse("\"\\ud83d\\ude80\\/\\b\\u00e9\"") == .string("🚀/\u{8}é"))
    }
}
