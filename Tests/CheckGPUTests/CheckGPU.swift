import Foundation
import Testing

/// The program as it is built, on the doubles of both libraries.
struct CheckGPU {
    /// How it ended, and its lines.
    struct Run {
        let code: Int32
        let lines: [Line]

        func line(_ check: String) throws -> Line {
            try #require(lines.first { $0.check == check }, "no line of \(check): \(lines)")
        }
    }

    /// What the tests look at of a line.
    struct Line: Decodable {
        struct Shape: Decodable {
            let shape: String
            let seed: UInt64
            let right: Bool
            let compared: String
            let fnv1a64: String
            let tops: Double?
        }

        struct Difference: Decodable { let field, nvml, smi: String }

        // swift-format-ignore: AlwaysUseLowerCamelCase
        enum CodingKeys: String, CodingKey {
            case check, gpu, ok, why, skipped, at, gpus, checks, failed, shapes, smi, differences
            case xids, end, error, untold
            case patternBefore = "pattern_before_percent"
            case patternAfter = "pattern_after"
            case notZero = "words_not_zero"
            case sampled = "words_sampled"
            case seen = "processes_seen"
            case left = "processes_left"
            case billed = "billed_seconds"
            case ran = "ran_ms"
            case late = "meter_after_death_ms"
        }

        let check, gpu, why, at, smi, end, error: String?
        let ok: Bool?
        let skipped: Skipped?
        let gpus, checks, failed, sampled, seen, left, patternAfter, notZero, billed: Int?
        let patternBefore, ran, late: Double?
        let shapes: [Shape]?
        let differences: [Difference]?
        let xids: [Int]?
        let untold: [String]?
    }

    /// The reason on a check's line, the count on the last one.
    enum Skipped: Decodable, Equatable {
        case why(String)
        case count(Int)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            do {
                self = .count(try value.decode(Int.self))
            } catch {
                self = .why(try value.decode(String.self))
            }
        }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The paths of the program and of the two doubles, or why there are none.
    static let parts: Result<[String], Unavailable> = Result { () throws(Unavailable) in
        guard let orban = ProcessInfo.processInfo.environment["ORBAN_BINARY"], !orban.isEmpty
        else { throw Unavailable(why: "ORBAN_BINARY names no binary to test") }
        let program = URL(fileURLWithPath: orban).deletingLastPathComponent()
            .appending(path: "check-gpu").path
        guard access(program, X_OK) == 0 else { throw Unavailable(why: "no program \(program)") }
        return [program, try double([]), try double(["--cuda"])]
    }

    struct Unavailable: Error { let why: String }

    static let missing: String? = {
        if case .failure(let failure) = parts { failure.why } else { nil }
    }()

    private static func double(_ arguments: [String]) throws(Unavailable) -> String {
        let run = start(folder.path + "/script/double", arguments, [:])
        guard run.code == 0 else { throw Unavailable(why: "script/double: \(run.code)") }
        return run.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs it in an environment of its own.
    ///
    /// - Parameters:
    ///   - orders: what the control file of the doubles says at first.
    ///   - smi: the text of a program `nvidia-smi`, found before any other.
    static func run(
        _ arguments: [String] = [], _ environment: [String: String] = [:], orders: String = "",
        smi: String? = nil
    ) throws -> Run {
        let parts = try parts.get()
        let place = FileManager.default.temporaryDirectory
            .appending(path: "orban-check-gpu-\(getpid())")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let state = place.appending(path: "orders")
        try Data(orders.utf8).write(to: state)
        if let smi {
            let program = place.appending(path: "nvidia-smi")
            try Data(("#!/bin/sh\n" + smi).utf8).write(to: program)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: program.path)
        }
        var all = environment
        all["FAKE_NVML_STATE"] = state.path
        all["FAKE_NVML_COUNT"] = environment["FAKE_NVML_COUNT"] ?? "1"
        all["PATH"] = place.path + ":/usr/bin:/bin"
        let run = start(
            parts[0],
            ["--nvml", parts[1], "--cuda", parts[2], "--scale", "small"] + arguments, all)
        let lines = try run.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        return Run(code: run.code, lines: lines)
    }

    private struct Text {
        let code: Int32
        let text: String
    }

    /// The script on a machine that has the program, as `ORBAN_CHECK_GPU` names it.
    static func script(_ arguments: [String]) throws -> Run {
        let run = start(
            folder.path + "/script/check-gpu", arguments, ["ORBAN_CHECK_GPU": try parts.get()[0]])
        let lines = try run.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        return Run(code: run.code, lines: lines)
    }

    private static func start(
        _ path: String, _ arguments: [String], _ environment: [String: String]
    ) -> Text {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return Text(code: -1, text: "\(error)") }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Text(code: process.terminationStatus, text: String(decoding: bytes, as: UTF8.self))
    }
}

/// Everything that runs the program, one run after the other.
@Suite(
    .serialized,
    .enabled(if: CheckGPU.missing == nil, Comment(rawValue: CheckGPU.missing ?? "")))
enum CheckGPUTests {}
