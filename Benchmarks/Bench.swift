// Benchmarks: what `script/bench` runs, one JSON object a line.
//
// Every figure that depends on the machine stands beside one of the same work done otherwise in the
// same run: bare commits, the container started directly, `/bin/true`. Samples are printed, so a
// reader can take other percentiles. Start reading at `PathBench`.

import Foundation
import Staging

@main
enum Bench {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            guard words.first == "path" else { throw Usage() }
            try await PathBench.run(Array(words.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(error is Usage ? 2 : 1)
        }
    }
}

struct Usage: Error, CustomStringConvertible {
    let description = "usage: bench path [\(PathBench.names.joined(separator: "|"))…]"
}

/// Diagnostics; figures alone go to standard output.
func say(_ text: String) { FileHandle.standardError.write(Data("bench: \(text)\n".utf8)) }

func required<Value>(_ value: Value?, _ what: String) throws -> Value {
    guard let value else { throw Stage.Unexpected(description: "there is no \(what)") }
    return value
}
