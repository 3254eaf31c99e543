import Wire

/// The words of one run, sorted into what its command takes.
struct Arguments: Sendable {
    let command: String
    let operands: [String]
    /// The words after `--`.
    let rest: [String]
    private let values: [String: [String]]
    private let declared: [String]

    init(
        command: LeafCommand, operands: [String], rest: [String], values: [String: [String]]
    ) {
        self.command = command.name
        self.operands = operands
        self.rest = rest
        self.values = values
        declared = (command.options + CommandTable.global).map(\.name)
    }

    /// The last value given; nil when there is none.
    ///
    /// - Throws: `UsageFault.valueRefused` when it is no such value.
    func value<Value>(_ option: Option<Value>) throws(UsageFault) -> Value? {
        try all(option).last
    }

    /// Every value given, in order.
    func all<Value>(_ option: Option<Value>) throws(UsageFault) -> [Value] {
        var parsed: [Value] = []
        for text in texts(option.form) {
            parsed.append(try option.value.value(text, of: "--" + option.form.name))
        }
        return parsed
    }

    func has(_ flag: Flag) -> Bool { !texts(flag.form).isEmpty }

    /// The command that does `verb` with the same operands, rest and values of these options, for a
    /// shell.
    func line(_ verb: String, _ forms: [OptionForm]) -> String {
        let options = forms.flatMap { form in
            texts(form).flatMap { ["--" + form.name] + (form.placeholder == nil ? [] : [$0]) }
        }
        let rest = rest.isEmpty ? [] : ["--"] + rest
        return ShellWords.line(["orban", verb] + options + operands + rest)
    }

    private func texts(_ form: OptionForm) -> [String] {
        precondition(declared.contains(form.name), "\(command) does not declare --\(form.name)")
        return values[form.name] ?? []
    }
}
