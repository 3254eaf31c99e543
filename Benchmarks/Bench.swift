// Benchmarks: what `script/bench` runs, one JSON object a line.
//
// Every figure that depends on the machine stands beside one of the same work done otherwise in the
// same run: bare commits, the container started directly, `/bin/true`. Samples are printed, so a
// reader can take other percentiles. Start reading at `PathBench` and `NodeBench`.

import Foundation
import Staging

@main
enum Bench {
    static let suites = [
        (name: "path", measures: PathBench.measures), (name: "node", measures: NodeBench.measures),
    ]

    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            switch words.first {
            case "openb": return try OpenBBench(Array(words.dropFirst())).run()
            case "churn": return try ChurnBench(Array(words.dropFirst())).run()
            case "deadline": return try DeadlineBench(Array(words.dropFirst())).run()
            case "steady": return try SteadyBench(Array(words.dropFirst())).run()
            case "regret": return try RegretBench(Array(words.dropFirst())).run()
            case "chain": return try await ChainBench(Array(words.dropFirst())).run()
            default: break
            }
            guard let measures = suites.first(where: { $0.name == words.first })?.measures else {
                throw Usage()
            }
            try await Measure.run(Array(words.dropFirst()), of: measures)
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(error is Usage || error is BadUsage ? 2 : 1)
        }
    }
}

struct Usage: Error, CustomStringConvertible {
    let description =
        "usage: "
        + Bench.suites.map { suite in
            "bench \(suite.name) [\(suite.measures.map(\.name).joined(separator: "|"))…]"
        }.joined(separator: "\n       ") + "\n       " + OpenBBench.usage + "\n       " + ChurnBench.usage
        + "\n       " + SteadyBench.usage + "\n       " + DeadlineBench.usage
        + "\n       " + RegretBench.usage + "\n       " + ChainBench.usage
}

/// Diagnostics; figures alone go to standard output.
func say(_ text: String) { FileHandle.standardError.write(Data("bench: \(text)\n".utf8)) }

func required<Value>(_ value: Value?, _ what: String) throws -> Value {
    guard let value else { throw Stage.Unexpected(description: "there is no \(what)") }
    return value
}
