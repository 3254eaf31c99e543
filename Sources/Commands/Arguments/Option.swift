import Wire

/// How an option is written and what its help says; a flag takes no value.
struct OptionForm: Hashable, Sendable {
    /// Long name without dashes.
    let name: String
    let short: Character?
    /// What stands for the value in help; nil for a flag.
    let placeholder: String?
    let help: Message

    /// Whether `word` names it and nothing more: its value is the next word.
    func isWritten(_ word: String) -> Bool {
        word == "--" + name || short.map { word == "-\($0)" } ?? false
    }
}

/// An option with a value of one type.
struct Option<Value: Sendable>: Sendable {
    let form: OptionForm
    let value: ValueForm<Value>

    init(
        _ name: String, short: Character? = nil, _ placeholder: String, _ help: Message,
        _ value: ValueForm<Value>
    ) {
        form = OptionForm(name: name, short: short, placeholder: placeholder, help: help)
        self.value = value
    }
}

extension Option where Value == String {
    init(_ name: String, short: Character? = nil, _ placeholder: String, _ help: Message) {
        self.init(name, short: short, placeholder, help, .text)
    }
}

/// An option that is there or not.
struct Flag: Sendable {
    let form: OptionForm

    init(_ name: String, short: Character? = nil, _ help: Message) {
        form = OptionForm(name: name, short: short, placeholder: nil, help: help)
    }
}

/// A word that a command takes by its place.
struct Operand: Hashable, Sendable {
    enum Count: Hashable, Sendable { case one, optional, many }

    let name: String
    let count: Count
    let help: Message

    init(_ name: String, _ help: Message) { self.init(name, .one, help) }

    init(_ name: String, _ count: Count, _ help: Message) {
        self.name = name
        self.count = count
        self.help = help
    }
}
