import CUDA
import Foundation
import Testing

/// What `script/double` gives for CUDA.
enum CUDADouble {
    /// Why it cannot be had on this machine, or nil.
    static let missing: String? = {
        guard case .failure(let failure) = library, failure.code == 69 else { return nil }
        return failure.output
    }()

    static let library = Result { () throws(ScriptFailure) in try script("--cuda") }

    static func ptxas() throws -> String { try script("--ptxas") }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func script(_ argument: String) throws(ScriptFailure) -> String {
        let run = try run(folder.path + "/script/double", [argument])
        guard run.code == 0 else { throw run }
        return run.output
    }

    /// Standard output and error together, without white space at the end.
    static func run(_ path: String, _ arguments: [String]) throws(ScriptFailure) -> ScriptFailure {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        do { try process.run() } catch { throw ScriptFailure(code: -1, output: "\(error)") }
        // What a compiler says of one file fits into a pipe beside the other.
        let bytes =
            output.fileHandleForReading.readDataToEndOfFile()
            + errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("double: ") }
        return ScriptFailure(
            code: process.terminationStatus,
            output: (process.terminationStatus == 0 ? lines.joined(separator: "\n") : text)
                .trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

/// How a program ended.
struct ScriptFailure: Error {
    let code: Int32
    let output: String
}
