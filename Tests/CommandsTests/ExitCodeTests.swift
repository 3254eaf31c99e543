import Domain
import Testing
import Wire

@testable import Commands

@Suite struct ExitCodeTests {
    private static let spec = """
        type: batch
        image: localhost/base:1
        run: echo hello
        budget: {max_total: 1 USD}
        """

    /// Nothing listens on this port: it is the discard port's neighbour, closed on loopback.
    private static let nowhere = [
        "ORBAN_API_URL": "http://127.0.0.1:1", "ORBAN_TOKEN": "orb_0",
    ]

    @Test func `without a terminal and without yes a paid act ends at once`() async throws {
        let program = try Program(Self.nowhere)
        try program.folder.write(Self.spec, to: "job.yaml")
        let (code, output, error) = await program.run(["run", "job.yaml"])
        #expect(code == 2)
        #expect(output.isEmpty && error.contains("error[confirm_required]"))
        #expect(error.contains("1.00 USD"))
    }

    @Test func `being told not to ask counts as no terminal`() async throws {
        let program = try Program(Self.nowhere)
        try program.folder.write(Self.spec, to: "job.yaml")
        for words in [["run", "job.yaml", "--no-input"], ["stop", "x", "--no-input"]] {
            let (code, _, error) = await program.run(words, isInteractive: true, answer: "y")
            #expect(code == 2)
            #expect(error.contains("error[confirm_required]"))
        }
    }

    @Test func `yes is refused without a budget`() async throws {
        let program = try Program(Self.nowhere)
        try program.folder.write("type: batch\nimage: i\nrun: x\n", to: "job.yaml")
        let (code, _, error) = await program.run(["run", "job.yaml", "-y"])
        #expect(code == 2)
        #expect(error.contains("--budget"))
        let (other, _, problem) = await program.run(["plan", "job.yaml"])
        #expect(other == 7)
        #expect(problem.contains("error[budget_missing]"))
    }

    @Test func `a fault of the spec is shown with its line and a caret`() async throws {
        let program = try Program(Self.nowhere)
        try program.folder.write(
            "type: batch\nimage: i\nrun: x\nbudgte: {max_total: 5 USD}\n", to: "job.yaml")
        let (code, _, error) = await program.run(["run", "job.yaml", "-y"])
        #expect(code == 2)
        let lines = error.split(separator: "\n").map(String.init)
        #expect(lines[0].contains("error[spec_invalid]: job.yaml:4:1"))
        #expect(lines[1].hasSuffix("4 | budgte: {max_total: 5 USD}"))
        #expect(lines[2].contains("^^^^^^ did you mean \"budget\"?"))
    }

    @Test func `a market that is not there is exit 10, in both languages and as JSON`() async throws
    {
        let program = try Program(Self.nowhere)
        let (code, output, error) = await program.run(["balance"])
        #expect(code == 10)
        #expect(output.isEmpty && error.contains("error[market_unreachable]"))
        let (_, _, chinese) = await program.run(["balance", "--lang", "zh-TW"])
        #expect(chinese.contains("錯誤[market_unreachable]"))
        let (same, none, json) = await program.run(["balance", "-o", "json"])
        #expect(same == 10 && none.isEmpty)
        let problem = try WireJSON.decode(ProblemDTO.self, from: json.utf8)
        #expect(problem.code == "market_unreachable" && problem.retryable)
    }

    @Test(
        arguments: [
            (["run", "absent.yaml", "-y"], 3, "file_not_found"),
            (["ps"], 2, "usage"), (["nonsense"], 2, "usage"),
            (["audit", "mirror", "m", "--offline"], 8, "proof_invalid"),
            (["logs", "a/b/c"], 2, "usage"), (["cp", "a", "b"], 2, "usage"),
            (["node", "join", "x"], 2, "usage"),
            (["run", "--image", "i", "--budget", "1", "-y"], 2, "usage"),
            (
                ["run", "--image", "i", "--name", "-bad-", "--budget", "1", "-y", "--", "x"], 2,
                "spec_invalid"
            ),
            (
                ["run", "--image", "i", "-e", "NOVALUE", "--budget", "1", "-y", "--", "x"], 2,
                "usage"
            ),
        ] as [([String], Int32, String)])
    func `each failure has its code`(words: [String], code: Int32, name: String) async throws {
        let (found, output, error) = await (try Program()).run(words)
        #expect(found == code)
        #expect(output.isEmpty)
        #expect(error.contains("error[\(name)]"))
    }

    @Test func `a context without a key needs a login`() async throws {
        let program = try Program()
        try Settings(environment: program.environment).save(
            Context(name: "m", url: "http://127.0.0.1:1", authorityPEM: nil))
        let (code, _, error) = await program.run(["ps"])
        #expect(code == 4)
        #expect(error.contains("error[login_required]"))
    }

    @Test func `version is data and asks nobody`() async throws {
        let (code, output, error) = await (try Program()).run(["version", "-o", "json"])
        #expect(code == 0 && error.isEmpty)
        #expect(try WireJSON.decode(VersionDTO.self, from: output.utf8).name == "orban")
    }
}
