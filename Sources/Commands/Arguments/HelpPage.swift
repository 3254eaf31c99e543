import Wire

/// Help from the table alone: what it does not hold, help does not show.
struct HelpPage {
    let table: [LeafCommand]
    let language: Language

    /// The page of one command, of a noun's commands, or of all.
    ///
    /// - Throws: `UsageFault.unknownCommand` when no command begins so.
    func text(for subject: [String]) throws(UsageFault) -> String {
        let listed = table.filter { $0.listing == .listed }
        let exact = table.first { $0.path == subject || subject == [$0.shortcut ?? ""] }
        if let exact { return page(of: exact) }
        let some = listed.filter { $0.path.starts(with: subject) }
        guard !some.isEmpty else {
            throw .unknownCommand(subject.joined(separator: " "), nearest: nil)
        }
        return overview(some, isWhole: subject.isEmpty)
    }

    private func overview(_ commands: [LeafCommand], isWhole: Bool) -> String {
        var lines: [String] = []
        if isWhole {
            lines = [told(.helpProgram), "", told(.helpUsage) + "  orban <…> [--help]", ""]
        }
        let rows = commands.map { command -> [String] in
            let operands = shownOperands(command)
            return ["  orban " + command.name + operands, told(command.summary)]
        }
        lines += Table.aligned(rows)
        if isWhole {
            lines += ["", told(.helpEverywhere)] + optionLines(CommandTable.global)
            lines += ["", told(.helpExitCodes)]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func page(of command: LeafCommand) -> String {
        var lines = [told(command.summary), ""]
        let canonical = command.path.joined(separator: " ")
        lines.append(told(.helpUsage) + "  orban " + command.name + shownOperands(command))
        if command.shortcut != nil {
            lines.append(told(.helpSameAs, ["command": "orban " + canonical]))
        }
        if !command.operands.isEmpty {
            lines.append("")
            lines += Table.aligned(command.operands.map { ["  <\($0.name)>", told($0.help)] })
        }
        if !command.options.isEmpty { lines += [""] + optionLines(command.options) }
        lines += ["", told(.helpEverywhere)] + optionLines(CommandTable.global)
        return lines.joined(separator: "\n") + "\n"
    }

    private func shownOperands(_ command: LeafCommand) -> String {
        var text = command.operands.map { operand in
            switch operand.count {
            case .one: " <\(operand.name)>"
            case .optional: " [<\(operand.name)>]"
            case .many: " <\(operand.name)>…"
            }
        }.joined()
        if case .taken(let name) = command.rest { text += " [-- \(name)…]" }
        return text
    }

    private func optionLines(_ options: [OptionForm]) -> [String] {
        Table.aligned(
            options.map { option in
                let short = option.short.map { "-\($0), " } ?? "    "
                let value = option.placeholder.map { " " + $0 } ?? ""
                return ["  \(short)--\(option.name)\(value)", told(option.help)]
            })
    }

    private func told(_ message: Message, _ values: [String: String] = [:]) -> String {
        message.text(in: language, values)
    }
}
