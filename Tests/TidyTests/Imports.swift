/// Who may import whom.
enum Imports {
    struct Import: Hashable {
        let module: String
        let line: Int
    }

    /// Arrows point down only, along the table of `Layers`.
    static func graph(_ file: SourceFile) -> [Finding] {
        guard file.isSwift, let target = file.target else { return [] }
        guard let allowed = Layers.imports[target] else {
            return [file.finding(1, "target \(target) has no row in the module graph")]
        }
        return imports(of: file)
            .filter { Layers.imports[$0.module] != nil && !allowed.contains($0.module) }
            .map { file.finding($0.line, "\(target) may not import \($0.module)") }
    }

    /// The core is the standard library, hashing and collections.
    static func core(_ file: SourceFile) -> [Finding] {
        guard file.isSwift, let target = file.target, Layers.core.contains(target) else {
            return []
        }
        return imports(of: file)
            .filter { Layers.imports[$0.module] == nil }
            .filter { !Layers.coreLibraries.contains($0.module) }
            .map { file.finding($0.line, "\(target) is core and may not import \($0.module)") }
    }

    static func imports(of file: SourceFile) -> [Import] {
        let kinds = [
            "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
        ]
        return Bans.matches(of: "import", in: file.tokens).compactMap { index in
            let names = file.tokens[(index + 1)...].prefix(2).filter { $0.kind == .word }
            guard index == 0 || file.tokens[index - 1].text != ".", let first = names.first
            else { return nil }
            let module = kinds.contains(first.text) ? names.last : first
            return module.map { Import(module: $0.text, line: file.tokens[index].line) }
        }
    }
}
