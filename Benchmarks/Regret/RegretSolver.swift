import Foundation

/// `script/optimum`, a line in and a line out.
final class RegretSolver {
    struct Problem: Encodable {
        let capacity: [Int]
        let limitS: Double
        let gap: Double
        let duals: Bool
        let orders: [Order]

        private enum CodingKeys: String, CodingKey {
            case capacity, gap, duals, orders
            case limitS = "limit_s"
        }
    }

    /// An array, as the script reads it.
    struct Order: Encodable {
        let start: Int64
        let end: Int64
        let devices: Int
        /// Node and micro-units.
        let values: [(node: Int, value: Int64)]

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(start)
            try list.encode(end)
            try list.encode(devices)
            try list.encode(values.map { [Int64($0.node), $0.value] })
        }
    }

    struct Answer: Decodable {
        let optimum: Double
        let bound: Double
        let seconds: Double
        let choices: [Int]
        /// Node, moment, micro-units for a device from then to the node's next moment.
        let duals: [[Double]]
    }

    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()
    private var unread: [UInt8] = []

    /// Starts it with the interpreter that `ORBAN_SOLVER` names, which has `highspy`.
    init() throws {
        let named = ProcessInfo.processInfo.environment["ORBAN_SOLVER"]
        let python = try required(named, "ORBAN_SOLVER; script/bench sets it")
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["script/optimum"]
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func solve(_ problem: Problem) throws -> Answer {
        let line = try JSONEncoder().encode(problem) + Data("\n".utf8)
        try questions.fileHandleForWriting.write(contentsOf: line)
        return try JSONDecoder().decode(Answer.self, from: Data(try readLine()))
    }

    private func readLine() throws -> [UInt8] {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return Array(unread[..<end])
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Ended() }
            unread += more
        }
    }

    struct Ended: Error, CustomStringConvertible {
        let description = "the solver has ended; script/bootstrap --solver installs what it needs"
    }
}
