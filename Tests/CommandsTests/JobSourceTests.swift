import Domain
import Testing
import Wire

@testable import Commands

@Suite struct JobSourceTests {
    private func source(_ words: [String], files: [String: String] = [:]) throws -> JobSource {
        let program = try Program()
        for (name, text) in files { try program.folder.write(text, to: name) }
        let words = ["run"] + words
        guard
            case .command(_, let arguments) = try ArgumentReader(table: CommandTable.all).read(
                words)
        else { throw UsageFault.imageOrFileNeeded }
        let session = Session(
            arguments, hints: OutputHints(words, environment: [:]),
            surroundings: Surroundings(
                environment: program.environment, terminal: RecordedTerminal().terminal(),
                folder: program.folder.path))
        return try JobSource(session)
    }

    private let file = """
        type: batch
        name: from-file
        image: localhost/base:1
        run: python3 /in/a.py
        env: {A: one, B: two}
        resources: {cpu: 2, memory: 2GB}
        inputs: [{from: ./a.py, path: /in/a.py}]
        outputs: [{path: /out, to: ./results}]
        budget: {max_total: 0.50 USD}
        """

    @Test func `options go before the file and leave the rest of it`() throws {
        let source = try source(
            [
                "sub/job.yaml", "--budget", "3", "--name", "other", "-e", "B=three", "-e", "C=",
                "--memory", "4GB", "--gpu", "24GB..:2", "--image", "localhost/base:2",
            ], files: ["sub/job.yaml": file])
        let spec = source.spec
        #expect(spec.budget?.micro == 3_000_000)
        #expect(spec.name == "other" && spec.image == "localhost/base:2")
        #expect(spec.environment.map { "\($0.name)=\($0.value)" } == ["A=one", "B=three", "C="])
        #expect(spec.slice.milliCPU == 2000 && spec.slice.memoryBytes == 4_000_000_000)
        #expect(spec.devices.count == 2 && spec.devices.vramBytes == 24_000_000_000)
        #expect(spec.inputs.first?.from == "./a.py" && spec.outputs.first?.to == "./results")
        #expect(source.folder.hasSuffix("/sub"))
    }

    @Test func `an image and a command are a job`() throws {
        let spec = try source(
            ["--image", "localhost/base:1", "--budget", "0.25", "--", "sh", "-c", "echo \"工作\""]
        ).spec
        #expect(spec.command == ["sh", "-c", "echo \"工作\""])
        #expect(spec.budget?.micro == 250_000)
        #expect(spec.slice == JobSpec.defaultResources)
    }

    @Test func `what an option puts in keeps the rules of a spec`() throws {
        #expect(throws: WireError.self) {
            try source(["job.yaml", "--name", "Not A Name"], files: ["job.yaml": file])
        }
        #expect(throws: WireError.self) {
            try source(["job.yaml", "-e", "1X=2"], files: ["job.yaml": file])
        }
    }

    @Test(arguments: [
        (
            ["--gpu", "3", "job.yaml", "--budget=2 USD", "-e", "A=b c", "-e", "Q='x'"],
            "orban run --budget '2 USD' --env 'A=b c' --env 'Q=@x@' --gpu 3 job.yaml"
                .replacing("@", with: #"'\''"#)
        ),
        (
            [
                "-c", "lab", "--image", "i:1", "--cpus", "2", "--memory", "4GB", "--network",
                "egress",
            ]
                + ["--name", "n", "--budget", "1", "--", "sh", "-c", "echo *"],
            "orban run --budget 1 --name n --image i:1 --cpus 2 --memory 4GB --network egress"
                + " --context lab -- sh -c 'echo *'"
        ),
    ])
    func `the line that buys what was planned has every word that was planned with`(
        words: [String], line: String
    ) throws {
        guard
            case .command(_, let arguments) = try ArgumentReader(table: CommandTable.all).read(
                ["plan"] + words)
        else { throw UsageFault.imageOrFileNeeded }
        let forms = JobSource.options + [Option<String>.context.form]
        #expect(arguments.line("run", forms) == line)
    }

    @Test(
        arguments: [
            (["--name", "Not A Name"], "--name", "/name"), (["--image", ""], "--image", nil),
            (["-e", "1X=2"], "--env", "/env/1X"),
        ] as [([String], String, String?)])
    func `a fault in an option is shown at the option, not in a text that nobody wrote`(
        words: [String], option: String, pointer: String?
    ) throws {
        do {
            _ = try source(
                words + ["--image", "i", "--", "x"].dropFirst(words[0] == "--image" ? 2 : 0))
            Issue.record("accepted")
        } catch WireError.specInvalid(let error) {
            #expect(error.file == option && error.position == nil)
            #expect(pointer.map { error.pointer == $0 } ?? true, "\(error.pointer)")
            #expect(error.excerpt(in: .english).isEmpty)
        } catch UsageFault.valueRefused(let named, _, _) {
            #expect(named == option)
        }
    }

    @Test func `a file and a command together are refused`() throws {
        #expect(throws: UsageFault.imageOrFileNeeded) {
            try source(["job.yaml", "--", "x"], files: ["job.yaml": file])
        }
        #expect(throws: UsageFault.imageOrFileNeeded) { try source(["--image", "i"]) }
    }
}
