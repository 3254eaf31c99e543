import Domain
import Testing
import Wire

@testable import Commands

@Suite struct ArgumentReaderTests {
    private let reader = ArgumentReader(table: CommandTable.all)

    private func arguments(_ words: String) throws -> Arguments {
        let words = words.split(separator: " ").map(String.init)
        guard case .command(_, let arguments) = try reader.read(words) else {
            throw UsageFault.unknownCommand(words.joined(separator: " "), nearest: nil)
        }
        return arguments
    }

    @Test(arguments: [
        ("rnu", UsageFault.unknownCommand("rnu", nearest: "run")),
        ("audit verfy x", .unknownCommand("audit verfy", nearest: "verify")),
        ("market keys", .unknownCommand("market keys", nearest: "key")),
        ("run --bugdet 5 a", .unknownOption("--bugdet", nearest: "--budget")),
        ("ps -x", .unknownOption("-x", nearest: nil)),
        ("run a --budget", .valueMissing("--budget")),
        ("run a --yes=no", .flagWithValue("--yes")),
        ("show", .operandMissing("job", command: "show")),
        ("stop", .operandMissing("job", command: "stop")),
        ("show a b", .operandExtra("b", command: "show")),
        ("ps -- a", .operandExtra("a", command: "ps")),
        ("--budget 5 run a", .unknownOption("--budget", nearest: nil)),
    ])
    func `wrong words are refused by what is wrong with them`(
        words: String, fault: UsageFault
    ) {
        #expect(throws: fault) { try arguments(words) }
    }

    @Test(arguments: [
        "run --budget 0 a", "run --budget -1 a", "run --budget x a", "run --budget 0.0000001 a",
        "run --cpus many a", "run --memory 5 a", "up --port 65536", "up --price 0",
        "up --commission-bps 10001", "ps --limit 0", "wait --timeout 5x a", "ps -o yaml",
        "ps --lang xx",
    ])
    func `a value that is none is refused`(words: String) async throws {
        let program = try Program()
        let spec = "type: batch\nimage: i\nrun: x\nbudget: {max_total: 1 USD}\n"
        try program.folder.write(spec, to: "a")
        let (code, _, error) = await program.run(
            words.split(separator: " ").map(String.init) + ["--no-input"])
        #expect(code == ExitCode.usage.rawValue)
        #expect(error.contains("usage") && error.contains("--"))
    }

    @Test(arguments: [
        ("ps -x", "orban help ps"), ("rnu", "orban help"), ("market keys", "orban help market"),
        ("audit verfy x", "orban help audit"), ("node run --cpus 0", "orban help node run"),
        ("--lang zh-TW -o json node run x", "orban help node run"), ("run -- ps", "orban help run"),
        ("job create --bugdet 5 a", "orban help job create"), ("", "orban help"),
    ])
    func `wrong usage points at the help of what was meant`(words: String, help: String) {
        #expect(CommandTable.help(about: words.split(separator: " ").map(String.init)) == help)
    }

    @Test(arguments: ["up --price 1", "up --price=1.000000", "up --price 1_USD/h"])
    func `a price without a unit is one in USD an hour`(words: String) throws {
        let words = words.split(separator: " ").map { $0.replacing("_", with: " ") }.map(
            String.init)
        guard case .command(_, let arguments) = try reader.read(words) else { return }
        #expect(try arguments.value(Option<Rate>.price)?.microPerHour == 1_000_000)
    }

    @Test func `a shortcut and its canonical words are one command`() throws {
        for command in CommandTable.all {
            guard let shortcut = command.shortcut else { continue }
            let words = command.operands.filter { $0.count != .optional }.map { _ in "w" }
            for name in [[shortcut], command.path] {
                guard case .command(let found, _) = try reader.read(name + words) else {
                    Issue.record("\(name) is no command")
                    continue
                }
                #expect(found.path == command.path)
            }
        }
    }

    @Test(arguments: [
        "run --budget 5 file", "run file --budget=5", "run --budget=5 file",
        "run --budget 1 file --budget 5",
    ])
    func `options stand anywhere and the last value counts`(words: String) throws {
        let arguments = try arguments(words)
        #expect(arguments.operands == ["file"])
        #expect(try arguments.value(Option<Money>.budget)?.micro == 5_000_000)
    }

    @Test func `short options take their value attached or after them`() throws {
        let arguments = try arguments("run -e A=1 -eB=2 -y -d file")
        #expect(try arguments.all(Option<String>.variable) == ["A=1", "B=2"])
        #expect(arguments.has(.yes) && arguments.has(.detach))
    }

    @Test func `what follows two dashes belongs to the command`() throws {
        let arguments = try arguments("run --image i -- sh -c --budget -y")
        #expect(arguments.rest == ["sh", "-c", "--budget", "-y"])
        #expect(!arguments.has(.yes))
    }

    @Test func `no command begins with all the words of another`() {
        for command in CommandTable.all {
            let inside = CommandTable.all.filter {
                $0.path != command.path && $0.path.starts(with: command.path)
            }
            #expect(inside.isEmpty, "\(command.path)")
        }
        let shortcuts = CommandTable.all.compactMap(\.shortcut)
        #expect(Set(shortcuts).count == shortcuts.count)
        let nouns = CommandTable.all.filter { $0.path.count > 1 }.map { $0.path[0] }
        #expect(Set(shortcuts).isDisjoint(with: nouns))
    }

    @Test func `no command has two options of one name or letter`() {
        for command in CommandTable.all {
            let options = command.options + CommandTable.global
            #expect(Set(options.map(\.name)).count == options.count, "\(command.name)")
            let letters = options.compactMap(\.short)
            #expect(Set(letters).count == letters.count, "\(command.name)")
        }
    }

    @Test(arguments: [
        (["-o", "json", "ps"], OutputForm.json), (["ps", "--output=json"], .json),
        (["ps", "-ojson"], .json), (["ps"], .table), (["run", "--", "-o", "json"], .table),
    ])
    func `the form of errors is known before the words are understood`(
        words: [String], form: OutputForm
    ) {
        #expect(OutputHints(words, environment: [:]).form == form)
    }

    @Test func `language comes from the flag, then the environment`() {
        #expect(OutputHints(["ps"], environment: [:]).language == .english)
        let chinese = ["ORBAN_LANG": "zh-TW"]
        #expect(OutputHints(["ps"], environment: chinese).language == .traditionalChinese)
        #expect(OutputHints(["ps", "--lang", "en"], environment: chinese).language == .english)
    }
}
