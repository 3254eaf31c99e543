import Domain
import NVML

/// A node's metrics in Prometheus' text format, version 0.0.4. What GPUs do has the names, labels
/// and units of NVIDIA's dcgm-exporter, so that dashboards made for it work; a field that is not
/// read is not there.
struct PrometheusPage {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Kind: String { case gauge, counter }

    private struct Line {
        let labels: [(name: String, value: String)]
        let value: String
    }

    private(set) var text = ""
    private let reading: NodeReading
    private let host: String

    /// - Parameter host: the machine's own name.
    init(_ reading: NodeReading, host: String) {
        self.reading = reading
        self.host = host
        addGPUs()
        addNode()
    }

    // MARK: DCGM's fields

    private mutating func addGPUs() {
        gpu("DCGM_FI_DEV_SM_CLOCK", .gauge, "SM clock frequency (in MHz).") {
            $0.smClockMHz.map(String.init)
        }
        gpu("DCGM_FI_DEV_MEM_CLOCK", .gauge, "Memory clock frequency (in MHz).") {
            $0.memoryClockMHz.map(String.init)
        }
        gpu("DCGM_FI_DEV_GPU_TEMP", .gauge, "GPU temperature (in C).") {
            $0.temperature.map(String.init)
        }
        gpu("DCGM_FI_DEV_POWER_USAGE", .gauge, "Power draw (in W).") {
            $0.powerMilliwatts.map(Self.thousandths)
        }
        gpu(
            "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", .counter,
            "Total energy consumption since boot (in mJ)."
        ) { $0.energyMillijoules.map(String.init) }
        gpu("DCGM_FI_DEV_GPU_UTIL", .gauge, "GPU utilization (in %).") {
            $0.utilisation.map(String.init)
        }
        gpu("DCGM_FI_DEV_MEM_COPY_UTIL", .gauge, "Memory utilization (in %).") {
            $0.memoryUtilisation.map(String.init)
        }
        gpu("DCGM_FI_DEV_FB_FREE", .gauge, "Framebuffer memory free (in MiB).") {
            $0.memoryFreeBytes.map { "\($0 >> 20)" }
        }
        gpu("DCGM_FI_DEV_FB_USED", .gauge, "Framebuffer memory used (in MiB).") {
            $0.memoryUsedBytes.map { "\($0 >> 20)" }
        }
        add(
            "DCGM_FI_DEV_XID_ERRORS", .gauge, "Value of the last XID error encountered.",
            reading.gpus.map { Line(labels: labels(of: $0.device), value: "\($0.lastXid)") })
    }

    private mutating func gpu(
        _ name: String, _ kind: Kind, _ help: String, _ value: (NVMLSample) -> String?
    ) {
        add(
            name, kind, help,
            reading.gpus.compactMap { gpu in
                gpu.sample.flatMap(value).map { Line(labels: labels(of: gpu.device), value: $0) }
            })
    }

    private func labels(of gpu: NVMLDevice) -> [(name: String, value: String)] {
        [("gpu", "\(gpu.index)"), ("UUID", gpu.uuid)]
            + (gpu.pciBus.map { [("pci_bus_id", $0)] } ?? [])
            + (gpu.minor.map { [("device", "nvidia\($0)")] } ?? [])
            + [("modelName", gpu.name), ("Hostname", host)]
    }

    private static func thousandths(_ value: Int64) -> String {
        let digits = String(value % 1000)
        return "\(value / 1000)." + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    // MARK: Our own

    private mutating func addNode() {
        let standing = reading.standing
        add(
            "orban_node_leases", .gauge, "Leases on this node, by phase.",
            NodeStanding.phases.map {
                Line(labels: [("phase", $0)], value: "\(standing.leases[$0] ?? 0)")
            })
        addOffer()
        let age = standing.heartbeat.map {
            Self.thousandths(max(0, reading.at.nanosecondsSince($0)) / 1_000_000)
        }
        add(
            "orban_node_heartbeat_age_seconds", .gauge,
            "Seconds since the heartbeat was sent that the market answered last.",
            age.map { [Line(labels: [], value: $0)] } ?? [])
        add(
            "orban_node_metered_seconds_total", .counter,
            "Seconds of signed receipts that the market has accepted, and so bills.",
            [Line(labels: [], value: "\(standing.meteredSeconds)")])
        add(
            "orban_node_samples_total", .counter, "Samples taken of leases.",
            [Line(labels: [], value: "\(standing.samples)")])
        add(
            "orban_node_samples_dropped_total", .counter,
            "Samples dropped because the market did not take them in time.",
            [Line(labels: [], value: "\(standing.dropped)")])
    }

    /// The same states as the market shows, with why not.
    private mutating func addOffer() {
        guard let offer = reading.offer else { return }
        let (here, closed) = (offer.devices.count, offer.closed)
        add(
            "orban_node_devices", .gauge, "GPUs and MIG instances of this node.",
            [
                Line(labels: [("state", "offered")], value: "\(closed == nil ? here : 0)"),
                Line(labels: [("state", "closed")], value: "\(closed == nil ? 0 : here)"),
                Line(labels: [("state", "withheld")], value: "\(offer.withheld.count)"),
            ])
        let reasons = Dictionary(grouping: offer.withheld, by: \.reason).mapValues(\.count)
        add(
            "orban_node_devices_withheld", .gauge, "GPUs and MIG instances not offered, by reason.",
            reasons.keys.sorted().map {
                Line(labels: [("reason", $0)], value: "\(reasons[$0] ?? 0)")
            })
        add(
            "orban_node_closed", .gauge, "1 with the reason while nothing of this node is offered.",
            closed.map { [Line(labels: [("reason", $0.code)], value: "1")] } ?? [])
    }

    // MARK: The format

    /// Nothing at all where there is no value.
    private mutating func add(_ name: String, _ kind: Kind, _ help: String, _ lines: [Line]) {
        guard !lines.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for line in lines {
            let labels = line.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
            text += " \(line.value)\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
