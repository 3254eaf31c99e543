import Foundation
import Glibc
import Testing
import Wire

@testable import Commands

/// What stands where a bundle is wanted, and folders where files are.
@Suite struct BundleFileTests {
    private static let nowhere = [
        "ORBAN_API_URL": "http://127.0.0.1:1", "ORBAN_TOKEN": "orb_0",
    ]

    /// Both ends of a pipe into which all was written.
    private static func pipe(_ text: String) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        defer { close(ends[1]) }
        // Less than what a pipe holds.
        let bytes = Array(text.utf8)
        try #require(write(ends[1], bytes, bytes.count) == bytes.count)
        return ends[0]
    }

    @Test(
        arguments: [
            ("absent.json", 3, "file_not_found"), ("./absent", 3, "file_not_found"),
            ("folder/absent", 3, "file_not_found"), ("folder/", 1, "file_unusable"),
            ("no-file", 10, "market_unreachable"), ("folder", 10, "market_unreachable"),
            ("job_01AB", 10, "market_unreachable"), ("bad", 8, "proof_invalid"),
            ("bad.bundle", 8, "proof_invalid"),
        ] as [(String, Int32, String)])
    func `what looks like a path is never asked of the market`(
        name: String, code: Int32, error: String
    ) async throws {
        let program = try Program(Self.nowhere)
        for file in ["bad", "bad.bundle", "folder/bad"] {
            try program.folder.write("no bundle", to: file)
        }
        let (found, output, said) = await program.run(["audit", "verify", name])
        #expect(found == code && output.isEmpty)
        #expect(said.contains("error[\(error)]"), "\(said)")
    }

    @Test func `a bundle is read from a pipe to its end`() async throws {
        let good = try #require(BundleVector.all.first)
        let text = try WireJSON.text(good.bundle)
        let program = try Program(Self.nowhere)
        let ends = try Self.pipe(text)
        defer { close(ends) }
        let (code, output, _) = await program.run(["audit", "verify", "/dev/fd/\(ends)"])
        #expect(code == 0 && output.contains("job_J"))

        let input = try Self.pipe(text)
        defer { close(input) }
        let surroundings = Surroundings(
            environment: [:], terminal: RecordedTerminal().terminal(), folder: "/")
        let file = BundleFile("-", in: surroundings)
        #expect(try file.bytes(standardInput: input) == Array(text.utf8))
        #expect(!file.mayBeJob)
    }

    @Test(arguments: [["audit", "mirror"], ["audit", "evidence"]])
    func `a file where a folder is wanted has its code, in both languages`(
        words: [String]
    ) async throws {
        let program = try Program(Self.nowhere)
        try program.folder.write("x", to: "file")
        for (path, why) in [
            ("file", "a file stands where a folder is needed"),
            ("file/below", "a file stands where a folder is needed"),
        ] {
            let (code, output, error) = await program.run(words + [path])
            #expect(code == 1 && output.isEmpty)
            #expect(error.contains("error[file_unusable]") && error.contains(why), "\(error)")
            #expect(error.contains(program.folder.path + "/" + path), "\(error)")
            let (_, _, chinese) = await program.run(words + [path, "--lang", "zh-TW"])
            #expect(chinese.contains("錯誤[file_unusable]"))
            #expect(chinese.contains("需要資料夾之處是檔案"), "\(chinese)")
        }
    }
}
