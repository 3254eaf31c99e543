import Foundation
import NVML
import Testing

/// The double of the library (Tests/Doubles/nvml), as `script/double` builds it.
enum NVMLDouble {
    /// Why it cannot be had on this machine, or nil. Anything but "nothing to be fetched, nothing
    /// cached" is a fault, which the tests then run into.
    static let missing: String? = {
        guard case .failure(let failure) = whole, failure.code == 69 else { return nil }
        return failure.output
    }()

    static let whole = Result { () throws(ScriptFailure) in try script([]) }

    /// Without some of its functions.
    static func path(without symbols: [String]) throws -> String {
        symbols.isEmpty ? try whole.get() : try script(["--without"] + symbols)
    }

    /// A Python that has NVIDIA's bindings.
    static func python() throws -> String { try script(["--python"]) }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func script(_ arguments: [String]) throws(ScriptFailure) -> String {
        let run = try run(folder.path + "/script/double", arguments)
        guard run.code == 0 else { throw run }
        return run.output
    }

    /// What a program wrote to standard output, without white space at its end; standard error
    /// instead when it failed.
    static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws(ScriptFailure) -> ScriptFailure {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = (Pipe(), FileManager.default.temporaryDirectory)
        let errorFile = errors.appending(path: "orban-nvml-\(getpid()).stderr")
        guard FileManager.default.createFile(atPath: errorFile.path, contents: nil) else {
            throw ScriptFailure(code: -1, output: "cannot write \(errorFile.path)")
        }
        defer { unlink(errorFile.path) }
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: errorFile.path)
        do { try process.run() } catch { throw ScriptFailure(code: -1, output: "\(error)") }
        var text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            text = FileManager.default.contents(atPath: errorFile.path) ?? Data()
        }
        return ScriptFailure(
            code: process.terminationStatus,
            output: String(decoding: text, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Opens the double in an environment of its own and takes all away afterwards.
    static func open<Result>(
        _ environment: [String: String] = [:], without symbols: [String] = [],
        _ body: (NVMLLibrary, Orders) async throws -> Result
    ) async throws -> Result {
        let path = try path(without: symbols)
        return try await surrounded(by: environment) { orders in
            try await body(try NVMLLibrary.open(path), orders)
        }
    }

    static func surrounded<Result>(
        by environment: [String: String], _ body: (Orders) async throws -> Result
    ) async throws -> Result {
        let orders = Orders()
        let all = environment.merging(["FAKE_NVML_STATE": orders.path]) { $1 }
        for (name, value) in all { setenv(name, value, 1) }
        defer {
            for name in all.keys { unsetenv(name) }
            orders.remove()
        }
        return try await body(orders)
    }
}

/// How a program ended.
struct ScriptFailure: Error {
    let code: Int32
    let output: String
}

/// The control file of a double.
struct Orders {
    let path = FileManager.default.temporaryDirectory
        .appending(path: "orban-nvml-\(getpid()).orders").path

    /// From now on these lines hold, and no others.
    func give(_ lines: String...) throws {
        let text = lines.map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func remove() { unlink(path) }

    /// Whether a call hangs in the double now.
    var isHanging: Bool { access(path + ".hanging", F_OK) == 0 }
}

/// All that sets the environment, one test after the other.
@Suite(
    .serialized,
    .enabled(if: NVMLDouble.missing == nil, Comment(rawValue: NVMLDouble.missing ?? "")))
enum DoubleTests {}
