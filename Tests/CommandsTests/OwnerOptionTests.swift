import Foundation
import Hosting
import Testing
import Wire

@testable import Commands

/// What an owner says of the machine is refused before anything starts, with why and how to fix it.
@Suite struct OwnerOptionTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let words: [String]
        let english: [String]
        let chinese: String
        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(arguments: [
        Wrong(
            words: ["--schedule", "nights"], english: ["\"nights\"", "Mon-Fri 19:00-08:00"],
            chinese: "「nights」不是日子"),
        Wrong(
            words: ["--schedule", "Mon-Fri 19-08 UTC"],
            english: ["19-08", "two digits", "09:00-18:00"],
            chinese: "兩位數"),
        Wrong(
            words: ["--schedule", "Mon 19:00-08:00"], english: ["time zone", "behind"],
            chinese: "缺少時區"),
        Wrong(
            words: ["--schedule", "Mon 19:00-08:00 Asia/Atlantis"],
            english: ["Asia/Atlantis", "IANA"], chinese: "不認得時區"),
        Wrong(
            words: ["--schedule", "Mon 1:00-2:00 UTC; Tue 1:00-2:00"], english: ["1:00-2:00"],
            chinese: "不是時間"),
        Wrong(
            words: ["--yield", "gpu", "--nvml", "none"], english: ["--nvml"], chinese: "沒有可讀取的 GPU"),
        Wrong(
            words: ["--yield", "sometimes"], english: ["sometimes", "never"], chinese: "兩者以逗號相連"),
        Wrong(words: ["--yield", "gpu,gpu"], english: ["gpu,gpu"], chinese: "gpu,gpu"),
        Wrong(
            words: ["--grace", "25h"], english: ["--grace", "25h", "1d"], chinese: "介於 0s 與 1d"),
        Wrong(words: ["--idle", "9s"], english: ["--idle", "9s", "10s"], chinese: "介於 10s 與 1d"),
    ])
    func `a wrong word is a usage error in both languages`(_ wrong: Wrong) async throws {
        for (language, parts) in [("en", wrong.english), ("zh-TW", [wrong.chinese])] {
            let program = try Program()
            let (code, output, error) = await program.run(
                ["up", "--simulate", "--lang", language] + wrong.words)
            #expect(code == 2 && output.isEmpty)
            for part in parts { #expect(error.contains(part), "\(error)") }
        }
    }

    @Test func `a desktop that nobody can see is not yielded to, and it says why`() async throws {
        let isVisible = FileManager.default.fileExists(atPath: "/dev/input")
        guard !isVisible else { return }
        let program = try Program()
        let (code, _, error) = await program.run(["up", "--simulate", "--yield", "desktop"])
        #expect(code == 2)
        #expect(error.contains("keyboard") && error.contains("leave desktop out"), "\(error)")
    }

    @Test(arguments: [
        ("never", []), ("gpu", [OwnerPolicy.Use.gpu]), ("desktop,gpu", [.desktop, .gpu]),
    ])
    func `what is yielded to is a list`(text: String, uses: [OwnerPolicy.Use]) {
        #expect(OwnerPolicy.Uses(text)?.uses == Set(uses))
    }

    @Test func `a drain's time is refused before anybody is asked`() async throws {
        let program = try Program(["ORBAN_API_URL": "http://127.0.0.1:1", "ORBAN_TOKEN": "orb_0"])
        for (text, part) in [("noon", "2026-11-27T12:00+08:00"), ("2020-01-01T00:00Z", "is over")] {
            let (code, _, error) = await program.run(["node", "drain", "nod_1", "--by", text])
            #expect(code == 2 && error.contains(part), "\(error)")
        }
    }
}
