import Wire

/// One command that does something: a path of words, maybe a shortcut for it, and what it takes.
struct LeafCommand: Sendable {
    enum Listing: Hashable, Sendable { case listed, hidden }

    /// What a command does with the words after `--`.
    enum Rest: Hashable, Sendable {
        case refused
        case taken(String)
    }

    /// Canonical words, noun first: `job create`.
    let path: [String]
    /// The one word that means the same: `run`.
    let shortcut: String?
    let summary: Message
    let operands: [Operand]
    let rest: Rest
    let options: [OptionForm]
    let listing: Listing
    /// Returns the exit code.
    let run: @Sendable (Session) async throws -> Int32

    init(
        _ path: String, shortcut: String? = nil, _ summary: Message, operands: [Operand] = [],
        rest: Rest = .refused, options: [OptionForm] = [], listing: Listing = .listed,
        run: @escaping @Sendable (Session) async throws -> Int32
    ) {
        self.path = path.split(separator: " ").map(String.init)
        self.shortcut = shortcut
        self.summary = summary
        self.operands = operands
        self.rest = rest
        self.options = options
        self.listing = listing
        self.run = run
    }

    /// What people type: the shortcut where there is one.
    var name: String { shortcut ?? path.joined(separator: " ") }

    /// Whether it is called so, or its canonical words begin so.
    func begins(with words: [String]) -> Bool {
        path.starts(with: words) || shortcut.map { words == [$0] } ?? false
    }
}
