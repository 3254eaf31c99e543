import Foundation

/// A rule broken at one place.
struct Finding: Hashable, Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// A text file of the repository.
struct SourceFile: Sendable {
    /// From the root of the repository, for example `Sources/Domain/Money.swift`.
    let path: String
    let lines: [Substring]
    /// Empty when the file is not Swift.
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        self.lines = lines
        tokens = path.hasSuffix(".swift") ? Lexer.tokens(of: text) : []
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isSource: Bool { isSwift && path.hasPrefix("Sources/") && !isGenerated }
    var isTest: Bool { isSwift && path.hasPrefix("Tests/") && !isGenerated }
    /// Written by a program, and judged by it.
    var isGenerated: Bool { path.contains("/Generated/") }

    /// The target whose folder the file lies in; nil outside `Sources`.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    func finding(_ line: Int, _ message: String) -> Finding {
        Finding(path: path, line: line, message: message)
    }
}

/// The repository that these tests lie in.
enum SourceTree {
    static let files: [SourceFile] = load()

    static var root: URL {
        URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Every text file under `root`, ascending by path, without what git or a build keeps there.
    private static func load() -> [SourceFile] {
        let keys: [URLResourceKey] = [.isRegularFileKey, .fileSizeKey]
        let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys)
        var files: [SourceFile] = []
        while let url = walk?.nextObject() as? URL {
            if isForeign(url.lastPathComponent) {
                walk?.skipDescendants()
                continue
            }
            let values = try? url.resourceValues(forKeys: Set(keys))
            guard values?.isRegularFile == true, (values?.fileSize ?? 0) < 1 << 20,
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            let path = url.path.dropFirst(root.path.count).drop { $0 == "/" }
            files.append(SourceFile(path: String(path), text: text))
        }
        return files.sorted { $0.path < $1.path }
    }

    private static func isForeign(_ name: String) -> Bool {
        let exact = [".git", ".swiftpm", ".venv", "__pycache__", "node_modules", "shared"]
        return exact.contains(name) || name.hasPrefix(".build")
            || name == "Package.resolved"
    }
}
