import Testing

/// Each rule reports what breaks it and is silent about what does not: a rule that reports nothing
/// on the tree is known to be able to.
@Suite struct ControlTests {
    struct Control: Sendable, CustomTestStringConvertible {
        let rule: @Sendable (SourceFile) -> [Finding]
        let path: String
        let source: String
        /// The lines that the rule must report, in order.
        let lines: [Int]

        var testDescription: String { "\(path): \(source.prefix(60))" }

        init(
            _ rule: @escaping @Sendable (SourceFile) -> [Finding], _ path: String,
            _ source: String, _ lines: [Int]
        ) {
            self.rule = rule
            self.path = path
            self.source = source
            self.lines = lines
        }
    }

    static let core = "Sources/Domain/A.swift"
    static let program = "Sources/ControlPlane/A.swift"
    static let command = "Sources/Commands/A.swift"
    static let test = "Tests/DomainTests/A.swift"

    static func purity(_ file: SourceFile) -> [Finding] {
        Bans.impurity(
            file, allowances: [Allowance(path: "Sources/ControlPlane/Ok.swift", reason: "test")])
    }

    static let impurity = [
        Control(purity, core, "let a = 1\nlet b = Date()", [2]),
        Control(purity, core, "let a = Foundation.Date.now", [1]),
        Control(purity, core, "let a = UUID().uuidString", [1]),
        Control(purity, core, "try await Task.sleep(for: .seconds(1))", [1]),
        Control(purity, core, "let a = ContinuousClock().now", [1]),
        Control(purity, core, "let a = Int.random(in: 0..<f(using: 1))", [1]),
        Control(purity, core, "let a = list.shuffled()\nlet b = list.randomElement()", [2, 1]),
        Control(purity, core, "let a = Int.random(in: 0...9, using: &generator)", []),
        Control(purity, core, "// Date()\nlet a = \"Date()\" /* UUID() */", []),
        Control(purity, core, "let a = \"now \\(Date())\"", [1]),
        Control(purity, core, "let a = invalidDate(1), b = Update()", []),
        Control(purity, program, "let a = Date()", [1]),
        Control(purity, program, "let a = Task.sleep", [1]),
        Control(purity, program, "let a = ContinuousClock()", []),
        Control(purity, "Sources/ControlPlane/Ok.swift", "let a = Date()", []),
        Control(purity, test, "let a = Date()", []),
    ]

    static let words = [
        Control(Bans.concurrency, core, "func a() async {}", [1]),
        Control(Bans.concurrency, core, "actor Book {}", [1]),
        Control(Bans.concurrency, core, "let actor = 1, asynchronous = 2", []),
        Control(Bans.concurrency, "Sources/Marketplace/A.swift", "func a() async {}", []),
        Control(Bans.floatingPoint, core, "let a: Double = 1\nlet b = Float(2)", [1, 2]),
        Control(Bans.floatingPoint, core, "let aDouble = 1 // Double", []),
        Control(Bans.floatingPoint, program, "let a: Double = 1", []),
        Control(Bans.crashes, program, "let a = try! b()", [1]),
        Control(Bans.crashes, program, "let a = b as! C", [1]),
        Control(Bans.crashes, program, "fatalError(\"no\")", [1]),
        Control(Bans.crashes, program, "let a = try !b()\nlet c = d as? E", []),
        Control(Bans.crashes, test, "let a = try! b()", []),
        Control(Bans.detachedTasks, program, "Task.detached { }", [1]),
        Control(Bans.detachedTasks, program, "Task { }", []),
        Control(Bans.printing, program, "print(1)\ndebugPrint(2)\nSwift.print(3)", [1, 3, 2]),
        Control(Bans.printing, program, "page.print(1)\nfunc print(_ page: Page) {}", []),
        Control(Bans.printing, command, "print(1)", []),
        Control(Bans.publicity, core, "public struct A {}\npublic import B", [1, 2]),
        Control(Bans.publicity, core, "open class A {}", [1]),
        Control(Bans.publicity, core, "case open\nlet a = B.public // public", []),
        Control(Bans.unsafety, program, "struct A: @unchecked Sendable {}", [1]),
        Control(Bans.unsafety, program, "\n\nnonisolated(unsafe) var a = 1", [3]),
        Control(
            Bans.unsafety, program, "// SAFETY: never changed\nnonisolated(unsafe) var a = 1", []),
    ]

    static let imports = [
        Control(Imports.graph, core, "import Matching", [1]),
        Control(Imports.graph, "Sources/Matching/A.swift", "import Domain", []),
        Control(Imports.graph, "Sources/Matching/A.swift", "package import Accounting", [1]),
        Control(Imports.graph, "Sources/Matching/A.swift", "import struct Hosting.Fence", [1]),
        Control(Imports.graph, program, "\nimport Hosting\nimport Wire", [2]),
        Control(Imports.graph, program, "@preconcurrency import NodeAgent", [1]),
        Control(Imports.graph, program, "// import Hosting\nlet a = \"import Hosting\"", []),
        Control(Imports.graph, "Sources/Utils/A.swift", "let a = 1", [1]),
        Control(Imports.core, core, "import Foundation", [1]),
        Control(Imports.core, core, "import Crypto\ninternal import Glibc", [2]),
        Control(Imports.core, "Sources/Marketplace/A.swift", "import NIOCore", [1]),
        Control(Imports.core, "Sources/Matching/A.swift", "import OrderedCollections", []),
        Control(Imports.core, program, "import Foundation", []),
    ]

    static let wording = [
        Control(Wording.machines, "README.md", "run it\nin /" + "root/a", [2]),
        Control(Wording.machines, "script/a", "cd /" + "work/main", [1]),
        Control(Wording.machines, core, "let a = \"/" + "work/main\"", [1]),
        Control(Wording.machines, "script/a", #"ls ./work/a "$tree"/root/b */work/"#, []),
        Control(Wording.machines, "script/a", "ls ${c}/work/d /a/work/e", []),
        Control(Wording.machines, "script/a", "pip --index-" + "url=x", [1]),
        Control(Wording.machines, "README.md", "pull docker." + "io/library/a", [1]),
    ]

    @Test(arguments: impurity + words + imports + wording)
    func `a rule reports exactly what breaks it`(control: Control) {
        let file = SourceFile(path: control.path, text: control.source)
        #expect(control.rule(file).map(\.line) == control.lines)
    }

    private func text(lines: Int) -> String {
        (1...lines).map { "let a\($0) = 1\n" }.joined()
    }

    @Test func `a file one line too long is reported, and its exception holds it there`() {
        let longest = SourceFile(path: Self.core, text: text(lines: 500))
        #expect(Lengths.file(longest, exceptions: []).isEmpty)
        let long = SourceFile(path: Self.core, text: text(lines: 501))
        #expect(Lengths.file(long, exceptions: []).map(\.line) == [501])
        let exception = Exception(path: Self.core, measure: .file, lines: 501)
        #expect(Lengths.file(long, exceptions: [exception]).isEmpty)
        let longer = SourceFile(path: Self.core, text: text(lines: 502))
        #expect(Lengths.file(longer, exceptions: [exception]).count == 1)
        #expect(
            Lengths.file(SourceFile(path: Self.test, text: text(lines: 800)), exceptions: [])
                .isEmpty)
        #expect(
            Lengths.file(SourceFile(path: Self.test, text: text(lines: 801)), exceptions: [])
                .count == 1)
    }

    @Test(arguments: [
        "func f(a: () -> Void = {}) -> Int {", "init?(a: Int) throws {", "var a: [Int] {",
        "subscript(a: Int) -> Int {", "deinit {", "func `it's a { name`() {",
    ])
    func `a function one line too long is reported`(head: String) {
        let before = "protocol P { func g() -> Int; var b: Int { get } }\nlet c = \"{\" // {\n"
        let fits = SourceFile(path: Self.core, text: before + "\(head)\n\(text(lines: 68))}\n")
        #expect(Lengths.functions(fits, exceptions: []).isEmpty)
        let long = SourceFile(path: Self.core, text: before + "\(head)\n\(text(lines: 69))}\n")
        #expect(Lengths.functions(long, exceptions: []).map(\.line) == [3])
        let exception = Exception(path: Self.core, measure: .longestFunction, lines: 71)
        #expect(Lengths.functions(long, exceptions: [exception]).isEmpty)
    }

    @Test func `a long type, table or call is not a long function`() {
        let body = text(lines: 100)
        for head in ["struct A {", "let a = [", "var a = B {", "self.init(", "A.init("] {
            let end = head.hasSuffix("{") ? "}" : head.hasSuffix("[") ? "]" : ")"
            let file = SourceFile(path: Self.core, text: "\(head)\n\(body)\(end)\n")
            #expect(Lengths.functions(file, exceptions: []).isEmpty, "\(head)")
        }
    }

    @Test func `a line one column too long is reported, counted in characters`() {
        let fits = String(repeating: "字", count: 120)
        let file = SourceFile(path: Self.core, text: "// a\n\(fits)\n\(fits)字\n")
        #expect(Lengths.columns(file).map(\.line) == [3])
    }

    @Test func `generated code is judged by its generator`() {
        let file = SourceFile(
            path: "Sources/Wire/Generated/A.swift", text: "public let a = try! b()\n")
        #expect(Bans.publicity(file).isEmpty)
        #expect(Bans.crashes(file).isEmpty)
    }
}
