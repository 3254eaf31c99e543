// Commands: the `orban` command line as a library.
//
// It turns words into one leaf command, asks a market over HTTP (or is the market, or a node), and
// shows what it heard. It decides nothing about jobs or money; what it verifies for an auditor it
// computes alone from the bytes it was given. Standard output carries data only; all else goes to
// standard error. Start reading at `CommandLine.run`, then `CommandTable`, then one file of `Verbs`.

import Wire

/// One run of the program.
package enum OrbanCommandLine {
    /// Runs `words` (without the program's own name).
    ///
    /// - Returns: the exit code, by the table of `ExitCode` or the job's own.
    package static func run(_ words: [String], surroundings: Surroundings) async -> Int32 {
        let hints = OutputHints(words, environment: surroundings.environment)
        do {
            switch try ArgumentReader(table: CommandTable.all).read(words) {
            case .help(let subject):
                let help = HelpPage(table: CommandTable.all, language: hints.language)
                try surroundings.terminal.write(help.text(for: subject))
                return ExitCode.done.rawValue
            case .command(let command, let arguments):
                _ = try (arguments.value(.output), arguments.value(.language))
                let session = Session(arguments, hints: hints, surroundings: surroundings)
                return try await command.run(session)
            }
        } catch {
            return ErrorReport(hints, surroundings.terminal).show(error)
        }
    }
}
