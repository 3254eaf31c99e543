import Wire

/// What the words of a run ask for.
enum Request: Sendable {
    case command(LeafCommand, Arguments)
    /// Help about the commands whose canonical words begin so; all of them when empty.
    case help([String])
}

/// Sorts words by the table of commands: `--name value`, `--name=value`, `-n value`, `-nvalue`;
/// options and operands in any order; everything after `--` belongs to the command.
struct ArgumentReader {
    let table: [LeafCommand]

    private struct Reading {
        var words: [String] = []
        var command: LeafCommand?
        var operands: [String] = []
        var rest: [String] = []
        var values: [String: [String]] = [:]
        var asksHelp = false
    }

    /// - Throws: `UsageFault`.
    func read(_ words: [String]) throws(UsageFault) -> Request {
        var reading = Reading()
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                reading.rest = Array(words[index...])
                break
            }
            if word.hasPrefix("-"), word != "-" {
                try readOption(word, words, &index, &reading)
            } else if reading.command == nil {
                try readName(word, &reading)
            } else {
                reading.operands.append(word)
            }
        }
        return try finish(reading)
    }

    private func finish(_ reading: Reading) throws(UsageFault) -> Request {
        if reading.words.first == "help" { return .help(Array(reading.words.dropFirst())) }
        guard let command = reading.command else { return .help(reading.words) }
        if reading.asksHelp { return .help(command.path) }
        try check(reading, command)
        let arguments = Arguments(
            command: command, operands: reading.operands, rest: reading.rest,
            values: reading.values)
        return .command(command, arguments)
    }

    private func check(_ reading: Reading, _ command: LeafCommand) throws(UsageFault) {
        let needed = command.operands.filter { $0.count == .one || $0.count == .many }
        if reading.operands.count < needed.count {
            throw .operandMissing(needed[reading.operands.count].name, command: command.name)
        }
        let takesMany = command.operands.contains { $0.count == .many }
        if !takesMany, reading.operands.count > command.operands.count {
            throw .operandExtra(
                reading.operands[command.operands.count], command: command.name)
        }
        if command.rest == .refused, let extra = reading.rest.first {
            throw .operandExtra(extra, command: command.name)
        }
    }

    /// One word of the command's name: a shortcut, or the next of its canonical words.
    private func readName(_ word: String, _ reading: inout Reading) throws(UsageFault) {
        reading.words.append(word)
        if reading.words.first == "help" { return }
        if reading.words.count == 1, let short = table.first(where: { $0.shortcut == word }) {
            reading.command = short
            return
        }
        let candidates = table.filter { $0.path.starts(with: reading.words) }
        guard !candidates.isEmpty else {
            let known = Set(table.flatMap { [$0.shortcut, next(of: $0, after: reading.words)] })
            throw .unknownCommand(
                reading.words.joined(separator: " "),
                nearest: UsageFault.nearest(to: word, in: known.compactMap { $0 }.sorted()))
        }
        reading.command = candidates.first { $0.path == reading.words }
    }

    /// The canonical word that could stand where the last of `words` stands.
    private func next(of command: LeafCommand, after words: [String]) -> String? {
        let before = words.dropLast()
        guard command.path.starts(with: before), command.path.count > before.count else {
            return nil
        }
        return command.path[before.count]
    }

    private func readOption(
        _ word: String, _ words: [String], _ index: inout Int, _ reading: inout Reading
    ) throws(UsageFault) {
        if word == "-h" || word == "--help" {
            reading.asksHelp = true
            return
        }
        let (form, attached) = try option(word, reading.command)
        guard form.placeholder != nil else {
            guard attached == nil else { throw .flagWithValue("--" + form.name) }
            reading.values[form.name, default: []].append("")
            return
        }
        if let attached {
            reading.values[form.name, default: []].append(attached)
        } else {
            guard index < words.count else { throw .valueMissing("--" + form.name) }
            reading.values[form.name, default: []].append(words[index])
            index += 1
        }
    }

    private func option(
        _ word: String, _ command: LeafCommand?
    ) throws(UsageFault) -> (OptionForm, attached: String?) {
        let known = CommandTable.global + (command?.options ?? [])
        if word.hasPrefix("--") {
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let form = known.first(where: { $0.name == name }) else {
                let nearest = UsageFault.nearest(to: name, in: known.map(\.name))
                throw .unknownOption("--" + name, nearest: nearest.map { "--" + $0 })
            }
            return (form, parts.count == 2 ? String(parts[1]) : nil)
        }
        let letter = word.dropFirst().first
        guard let form = known.first(where: { $0.short == letter }) else {
            throw .unknownOption(word, nearest: nil)
        }
        let attached = String(word.dropFirst(2))
        return (form, attached.isEmpty ? nil : attached)
    }
}
