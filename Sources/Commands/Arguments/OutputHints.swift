import Wire

/// Data as people or programs read it.
enum OutputForm: String, Hashable, Sendable, CaseIterable {
    case table, json
}

/// The language and form of a run's words, known before they are understood: an error about them
/// is shown in the language and the form that they ask for.
struct OutputHints: Sendable {
    let language: Language
    let form: OutputForm
    /// As they were given.
    let words: [String]
    /// How help is asked for about what they name.
    let help: String

    /// Flag, then `ORBAN_LANG` and the locale; `-o`, then `ORBAN_OUTPUT`.
    init(_ words: [String], environment: [String: String]) {
        self.words = words
        help = CommandTable.help(about: words)
        let words = Array(words.prefix { $0 != "--" })
        let spoken = Self.value(of: ["--lang"], in: words).flatMap(Language.init(tag:))
        language = spoken ?? Language(environment: environment)
        let asked = Self.value(of: ["-o", "--output"], in: words) ?? environment["ORBAN_OUTPUT"]
        form = asked.flatMap(OutputForm.init(rawValue:)) ?? .table
    }

    /// The last value given to one of these names.
    private static func value(of names: [String], in words: [String]) -> String? {
        var found: String?
        for (index, word) in words.enumerated() {
            for name in names {
                if word == name, index + 1 < words.count { found = words[index + 1] }
                let attached = name.hasPrefix("--") ? name + "=" : name
                if word.hasPrefix(attached), word != name {
                    found = String(word.dropFirst(attached.count))
                }
            }
        }
        return found
    }
}
