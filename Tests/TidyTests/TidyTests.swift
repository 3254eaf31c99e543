import Testing

/// The rules of form, kept by every file of the repository.
@Suite struct TidyTests {
    private func expectNone(
        _ rule: (SourceFile) -> [Finding], location: SourceLocation = #_sourceLocation
    ) {
        let findings = SourceTree.files.flatMap(rule)
        let report = findings.map(\.description).joined(separator: "\n")
        #expect(findings.isEmpty, "\n\(report)", sourceLocation: location)
    }

    @Test func `the tree that is read is this repository`() {
        let paths = SourceTree.files.map(\.path)
        #expect(paths.contains("Package.swift"))
        #expect(paths.contains("Sources/Domain/Domain.swift"))
        #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
        #expect(SourceTree.files.count { $0.isSource } > 20)
    }

    @Test func `no file is longer than 500 lines, no test file longer than 800`() {
        expectNone { Lengths.file($0, exceptions: Exception.list) }
    }

    @Test func `no function is longer than 70 lines`() {
        expectNone { Lengths.functions($0, exceptions: Exception.list) }
    }

    @Test func `no line is longer than 120 columns`() {
        expectNone(Lengths.columns)
    }

    @Test(arguments: Exception.list)
    func `an exception from a length is exactly as long as the code`(exception: Exception) throws {
        let file = try #require(SourceTree.files.first { $0.path == exception.path })
        let lines =
            switch exception.measure {
            case .file: file.lines.count
            case .longestFunction: Lengths.bodies(in: file.tokens).map(\.count).max() ?? 0
            }
        #expect(lines == exception.lines, "it may only shrink; write down its new size")
    }

    @Test func `clock, randomness and sleep are in no core file and in few others`() {
        expectNone { Bans.impurity($0, allowances: Allowance.list) }
    }

    @Test(arguments: Allowance.list)
    func `an allowance is used`(allowance: Allowance) throws {
        let file = try #require(SourceTree.files.first { $0.path == allowance.path })
        #expect(!Bans.impurity(file, allowances: []).isEmpty, "the file no longer needs it")
        #expect(!allowance.reason.isEmpty)
    }

    @Test func `words and engines are synchronous`() {
        expectNone(Bans.concurrency)
    }

    @Test func `money, capacity and time are never floating point`() {
        expectNone(Bans.floatingPoint)
    }

    @Test func `nothing in the sources crashes without saying why`() {
        expectNone(Bans.crashes)
    }

    @Test func `no task is detached`() {
        expectNone(Bans.detachedTasks)
    }

    @Test func `only commands print`() {
        expectNone(Bans.printing)
    }

    @Test func `nothing is public`() {
        expectNone(Bans.publicity)
    }

    @Test func `what the compiler cannot check carries its proof`() {
        expectNone(Bans.unsafety)
    }

    @Test func `modules import downwards only`() {
        expectNone(Imports.graph)
    }

    @Test func `the core imports no I/O`() {
        expectNone(Imports.core)
    }

    @Test func `no text names a machine's folders or registries`() {
        expectNone(Wording.machines)
    }
}
