import Foundation
import Wire

/// A job spec as a renter writes it, small enough for every test's node.
package struct JobText {
    package static let container = "localhost/orban-base:1"

    package var name = "job"
    package var image = Self.container
    /// What `sh -c` runs; `command` goes before it.
    package var script = "true"
    package var command: [String]?
    package var budget: String? = "1.00 USD"
    package var maxPrice: String?
    package var pay: String?
    package var cpu = "0.25"
    package var memory = "128MB"
    package var gpus = 0
    package var maxDuration = "10m"
    package var fence = "8s"
    package var network: String?
    /// JSON.
    package var placement: String?
    /// JSON.
    package var schedule: String?
    /// JSON.
    package var array: String?
    /// Kept folders of the container, and where they are fetched to.
    package var outputs: [String: String] = [:]

    package init(_ name: String = "job", _ script: String = "true") {
        self.name = name
        self.script = script
    }

    /// JSON, which is YAML.
    package func text() throws -> String {
        var fields = [
            "\"version\": 1", "\"type\": \"batch\"", "\"name\": \(try quoted(name))",
            "\"image\": \(try quoted(image))",
            "\"run\": \(try quoted(command ?? ["sh", "-c", script]))",
            "\"resources\": {\"cpu\": \(cpu), \"memory\": \(try quoted(memory)), \"disk\": \"100MB\""
                + (gpus > 0 ? ", \"gpu\": \(gpus)}" : "}"),
            "\"limits\": {\"max_duration\": \(try quoted(maxDuration))}",
            "\"fence\": \(try quoted(fence))",
        ]
        if let network { fields.append("\"network\": \(try quoted(network))") }
        if let placement { fields.append("\"placement\": \(placement)") }
        if let schedule { fields.append("\"schedule\": \(schedule)") }
        if let array { fields.append("\"array\": \(array)") }
        if let budget {
            let more =
                try (maxPrice.map { ", \"max_price\": \(try quoted($0))" } ?? "")
                + (pay.map { ", \"pay\": \(try quoted($0))" } ?? "")
            fields.append("\"budget\": {\"max_total\": \(try quoted(budget))\(more)}")
        }
        if !outputs.isEmpty {
            let kept = try outputs.sorted { $0.key < $1.key }.map { path, to in
                "{\"path\": \(try quoted(path)), \"to\": \(try quoted(to))}"
            }
            fields.append("\"outputs\": [\(kept.joined(separator: ", "))]")
        }
        return "{" + fields.joined(separator: ",\n ") + "}\n"
    }

    private func quoted(_ value: some Encodable) throws -> String {
        String(decoding: try WireJSON.encode(value), as: UTF8.self)
    }
}

/// Shell scripts that tell their own time, by the clock that runs on while they are frozen.
package enum Script {
    /// Prints the seconds since boot about every 0.1 s, `count` times, and ends with `code`.
    package static func ticking(_ count: Int, code: Int = 0) -> String {
        """
        i=0; while [ $i -lt \(count) ]; do
            read -r now rest < /proc/uptime; echo $now; sleep 0.1; i=$((i + 1)); done
        read -r now rest < /proc/uptime; echo $now; exit \(code)
        """
    }

    /// Seconds of unfrozen run time that the printed times prove: a step of more than `pause`
    /// seconds was a pause.
    package static func unfrozen(_ output: String, pause: Double = 1.5) -> Double {
        let times = times(output)
        return zip(times, times.dropFirst()).map { $1 - $0 }.filter { $0 <= pause }.reduce(0, +)
    }

    /// The longest step between two printed times.
    package static func longestStep(_ output: String) -> Double {
        let times = times(output)
        return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
    }

    package static func times(_ output: String) -> [Double] {
        output.split(separator: "\n").compactMap { Double($0) }
    }
}
