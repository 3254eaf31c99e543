import Testing
import Wire

@testable import Commands

@Suite struct HelpPageTests {
    @Test(arguments: Language.allCases)
    func `help lists every listed command and no other`(language: Language) throws {
        let text = try HelpPage(table: CommandTable.all, language: language).text(for: [])
        for command in CommandTable.all {
            let line = "  orban \(command.name) "
            let isShown = text.split(separator: "\n").contains {
                ($0 + " ").hasPrefix(line)
            }
            #expect(isShown == (command.listing == .listed), "\(command.name)")
        }
        let named = text.split(separator: "\n").filter { $0.hasPrefix("  orban ") }
        #expect(named.count == CommandTable.all.filter { $0.listing == .listed }.count)
    }

    @Test(arguments: Language.allCases)
    func `each page names each option and operand of its command`(language: Language) throws {
        let help = HelpPage(table: CommandTable.all, language: language)
        for command in CommandTable.all {
            let page = try help.text(for: command.path)
            for option in command.options { #expect(page.contains("--\(option.name)")) }
            for operand in command.operands { #expect(page.contains("<\(operand.name)>")) }
            #expect(page.contains(command.summary.text(in: language)))
        }
    }

    @Test func `a noun alone shows its commands`() async throws {
        let (code, output, _) = await (try Program()).run(["audit"])
        #expect(code == 0)
        #expect(output.contains("orban audit verify") && !output.contains("orban run"))
    }

    @Test func `help writes nothing to disk`() async throws {
        let program = try Program()
        for words in [["--help"], ["run", "--help"], ["help", "audit"], []] {
            let (code, output, error) = await program.run(words)
            #expect(code == 0 && !output.isEmpty && error.isEmpty)
        }
        #expect(program.folder.text("config/orban/config.yaml") == nil)
        #expect(program.folder.text("config/orban/credentials.yaml") == nil)
    }
}
