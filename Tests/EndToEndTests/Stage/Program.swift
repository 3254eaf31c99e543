import Foundation
import Glibc

/// A program that runs, or ran. What it says lies in files, so it never waits for a reader.
final class Program: Sendable {
    enum Ending: Hashable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    let name: String
    private let process: Process
    private let outPath: String
    private let errPath: String

    /// Starts it with no input.
    ///
    /// - Parameter outputs: prefix of the paths of the files with what it says.
    init(
        _ name: String, _ executable: String, _ words: [String], environment: [String: String],
        folder: String, outputs: String
    ) throws {
        self.name = name
        outPath = outputs + ".out"
        errPath = outputs + ".err"
        process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = words
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(outPath)
        process.standardError = try Self.file(errPath)
        try process.run()
    }

    private static func file(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    var pid: Int32 { process.processIdentifier }

    /// Nil while it runs.
    var ending: Ending? {
        guard !process.isRunning else { return nil }
        switch process.terminationReason {
        case .uncaughtSignal: return .killed(signal: process.terminationStatus)
        default: return .exited(process.terminationStatus)
        }
    }

    var out: String { Self.text(outPath) }
    var err: String { Self.text(errPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The end of what it said, for a failure's message.
    var lastWords: String {
        "\(name): out: \(out.suffix(1500)) err: \(err.suffix(3000))"
    }

    func signal(_ number: Int32) {
        if process.isRunning { kill(pid, number) }
    }

    func end(within limit: Duration = .seconds(30)) async throws -> Ending {
        do {
            return try await eventually("\(name) ends", within: limit) { ending }
        } catch is TimedOut {
            throw TimedOut(description: "\(name) did not end within \(limit); \(lastWords)")
        }
    }

    /// `kill -9`, and its end.
    func killNow() async throws {
        signal(SIGKILL)
        _ = try await end()
    }
}

/// A program that ran to its end.
struct Ended: CustomStringConvertible {
    let status: Int32
    let out: String
    let err: String

    var description: String { "status \(status)\nout: \(out)\nerr: \(err)" }
}
