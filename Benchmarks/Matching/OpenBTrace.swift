import Foundation
import Matching
import Simulation

/// Alibaba's GPU cluster trace v2023, `openb`, as its authors' simulator plays it (Weng et al., "Beware
/// of Fragmentation", USENIX ATC 2023): each pod arrives once, in an order drawn by the seed; pods drawn
/// again are appended until 1.3 times the cluster is asked for; nobody leaves and nobody tries again.
struct OpenBTrace {
    struct Pod {
        let name: String
        let need: PodNeed
    }

    struct Node {
        let name: String
        let machine: PodNode
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    /// By name.
    let pods: [Pod]
    let nodes: [Node]

    init(_ name: String, in folder: String) throws {
        self.name = name
        let nodeRows = try Self.rows("\(folder)/openb_node_list_gpu_node.csv")
        let models = Set(nodeRows.compactMap { $0["model"] }).sorted()
        nodes = try nodeRows.map { row in
            guard let name = row["sn"], let cpu = Self.number(row["cpu_milli"]),
                let memory = Self.number(row["memory_mib"]), let count = Self.number(row["gpu"]),
                let model = row["model"].flatMap({ models.firstIndex(of: $0) }),
                count <= 64, model < 64
            else { throw Malformed(description: "not a node: \(row)") }
            let machine = PodNode(
                milliCPU: cpu, memory: memory, devices: Int(count), model: model)
            return Node(name: name, machine: machine)
        }
        pods = try Self.rows("\(folder)/openb_pod_list_\(name).csv").map { row in
            guard let name = row["name"], let need = Self.need(row, models) else {
                throw Malformed(description: "not a pod: \(row)")
            }
            return Pod(name: name, need: need)
        }.sorted { $0.name < $1.name }
    }

    private static func need(_ row: [String: String], _ models: [String]) -> PodNeed? {
        guard let cpu = number(row["cpu_milli"]), let memory = number(row["memory_mib"]),
            let count = number(row["num_gpu"]), let milli = number(row["gpu_milli"])
        else { return nil }
        let named = (row["gpu_spec"] ?? "").split(separator: "|").map(String.init)
        let accepted = named.compactMap { models.firstIndex(of: $0) }
            .reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
        return PodNeed(
            milliCPU: cpu, memory: memory, count: Int(count),
            units: Int32(clamping: min(milli, Int64(PodNeed.whole))),
            models: named.isEmpty ? .max : accepted)
    }

    static func number(_ text: String?) -> Int64? { text.flatMap { Int64($0) } }

    /// The lines of a file by the names in its first one.
    static func rows(_ path: String) throws -> [[String: String]] {
        let lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(whereSeparator: \.isNewline)
        guard let header = lines.first?.split(separator: ",").map(String.init) else { return [] }
        return lines.dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return Dictionary(
                zip(header, fields.map(String.init)), uniquingKeysWith: { first, _ in first })
        }
    }

    /// All the orders of the trace, which is what a scheduler here knows beforehand.
    var mix: [(need: PodNeed, count: Int64)] {
        var counts: [PodNeed: Int64] = [:]
        for pod in pods { counts[pod.need, default: 0] += 1 }
        return counts.map { ($0.key, $0.value) }
    }

    /// One cluster and one order of arrivals.
    struct Draw {
        /// The order is the naming: ties go to the first.
        let nodes: [Node]
        let arrivals: [Pod]
        /// Units of devices.
        let capacity: Int64
    }

    func draw(seed: UInt64) -> Draw {
        var random = Randomness(state: seed)
        let nodes = random.shuffled(self.nodes)
        let capacity = nodes.reduce(0) {
            $0 + Int64($1.machine.devices) * Int64(PodNeed.whole)
        }
        var arrivals = random.shuffled(pods)
        var asked = pods.reduce(0) { $0 + Self.units($1) }
        while asked * 10 > capacity * 13 {
            asked -= Self.units(arrivals.remove(at: random.below(arrivals.count)))
        }
        while true {
            let pod = pods[random.below(pods.count)]
            guard (asked + Self.units(pod)) * 10 <= capacity * 13 else { break }
            asked += Self.units(pod)
            arrivals.append(pod)
        }
        return Draw(nodes: nodes, arrivals: arrivals, capacity: capacity)
    }

    static func units(_ pod: Pod) -> Int64 { Int64(pod.need.count) * Int64(pod.need.units) }
}

extension Randomness {
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for index in elements.indices.dropFirst().reversed() {
            elements.swapAt(index, below(index + 1))
        }
        return elements
    }
}
