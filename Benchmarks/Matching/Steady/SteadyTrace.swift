import Foundation

/// The same trace as `OpenBTrace` with its times: when each pod came and how long it stayed.
struct SteadyTrace {
    struct Pod {
        /// Seconds since the trace began.
        let created: Int64
        let seconds: Int64
        let milliCPU: Int64
        let memoryBytes: Int64
        let devices: Int
        /// Thousandths of each device.
        let milliDevice: Int64
        /// Named models; none names all.
        let models: [String]
    }

    struct Machine {
        let milliCPU: Int64
        let memoryBytes: Int64
        let devices: Int
        let model: String
    }

    /// The longest that a pod's stay counts, six hours. 266 of the 7,064 pods with devices stayed longer
    /// and hold nine tenths of all device-seconds, most of it by 34 that the trace's end cut off: they
    /// are services, which come once and stand in no queue again. Uncut they are the load alone, and
    /// nobody ever waits.
    static let longestSeconds: Int64 = 6 * 3_600

    let name: String
    /// By the time of their creation, then by name.
    let pods: [Pod]
    let machines: [Machine]

    init(_ name: String, in folder: String) throws {
        self.name = name
        machines = try OpenBTrace.rows("\(folder)/openb_node_list_gpu_node.csv").map { row in
            guard let cpu = OpenBTrace.number(row["cpu_milli"]), let model = row["model"],
                let memory = OpenBTrace.number(row["memory_mib"]),
                let devices = OpenBTrace.number(row["gpu"]), (1...8).contains(devices)
            else { throw OpenBTrace.Malformed(description: "not a node: \(row)") }
            return Machine(
                milliCPU: cpu, memoryBytes: memory << 20, devices: Int(devices), model: model)
        }
        pods = try OpenBTrace.rows("\(folder)/openb_pod_list_\(name).csv").map { row in
            guard let name = row["name"], let pod = Self.pod(row) else {
                throw OpenBTrace.Malformed(description: "not a pod: \(row)")
            }
            return (name, pod)
        }.sorted { ($0.1.created, $0.0) < ($1.1.created, $1.0) }.map(\.1)
        guard !pods.isEmpty, !machines.isEmpty else {
            throw OpenBTrace.Malformed(description: "an empty trace: \(name)")
        }
    }

    private static func pod(_ row: [String: String]) -> Pod? {
        guard let created = OpenBTrace.number(row["creation_time"]),
            let deleted = OpenBTrace.number(row["deletion_time"]),
            let cpu = OpenBTrace.number(row["cpu_milli"]),
            let memory = OpenBTrace.number(row["memory_mib"]),
            let count = OpenBTrace.number(row["num_gpu"]), (0...64).contains(count),
            let milli = OpenBTrace.number(row["gpu_milli"])
        else { return nil }
        return Pod(
            created: created, seconds: min(max(deleted - created, 1), longestSeconds),
            milliCPU: cpu, memoryBytes: memory << 20, devices: Int(count),
            milliDevice: min(milli, 1_000),
            models: (row["gpu_spec"] ?? "").split(separator: "|").map(String.init))
    }

    /// Where in the trace's busy time each pod comes, from 0 to 1. The first hundredth of the pods is
    /// spread over three quarters of the trace's time; they are taken as there from the start.
    var moments: [Double] {
        let first = pods[pods.count / 100].created
        let last = max(pods[pods.count - 1].created, first + 1)
        return pods.map { Double(max($0.created - first, 0)) / Double(last - first) }
    }
}
