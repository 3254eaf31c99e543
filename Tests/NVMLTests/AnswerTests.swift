import DynamicLibrary
import Testing

@testable import NVML

/// How texts of the library are read.
@Suite struct AnswerTests {
    static let texts: [([UInt8], String)] = [
        (Array("NVIDIA L40S".utf8), "NVIDIA L40S"),
        (Array("NVIDIA L40S".utf8) + [0] + Array("left over".utf8), "NVIDIA L40S"),
        ([0], ""),
        (Array("顯示卡 é".utf8), "顯示卡 é"),
        (Array("\u{1B}[31mred\r\n".utf8), "\u{FFFD}[31mred\u{FFFD}\u{FFFD}"),
        (Array("a\u{202E}b\u{2028}c\u{7F}\u{85}".utf8), "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}"),
        ([0x41, 0xC3, 0x28], "A\u{FFFD}("),
        (Array(repeating: 0x41, count: 40), String(repeating: "A", count: 32)),
    ]

    @Test(arguments: texts)
    func `a text ends at its zero or its bound, and acts on no terminal`(
        bytes: [UInt8], text: String
    ) {
        let characters = bytes.map { CChar(bitPattern: $0) } + [0]
        #expect(String(bounded: characters, limit: 32) == text)
    }
}
