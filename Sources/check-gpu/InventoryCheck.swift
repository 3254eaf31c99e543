import CUDA
import NVML

/// All that NVML tells of each GPU, and whether `nvidia-smi` tells the same.
struct InventoryCheck {
    let inventory: NVMLInventory
    let cuda: Result<CUDALibrary, CUDAUnavailable>

    func findings() -> [Finding] {
        let smi = SMI.ask()
        let found = inventory.devices.map { finding(of: $0, smi) }
        return found
            + inventory.failures.map { failure in
                Finding(
                    check: "inventory", gpu: failure.call,
                    verdict: .failed("\(failure.text) (\(failure.code))"), values: [])
            }
    }

    private func finding(of device: NVMLDevice, _ smi: SMI) -> Finding {
        let differences = smi.differences(from: device, inventory)
        let verdict: Verdict =
            differences.isEmpty ? .passed : .failed("nvidia-smi and NVML disagree")
        return Finding(
            check: "inventory", gpu: device.uuid, verdict: verdict,
            values: values(of: device) + [
                .init("smi", .text(smi.word)),
                .init(
                    "differences",
                    .list(
                        differences.map { difference in
                            .object([
                                .init("field", .text(difference.field)),
                                .init("nvml", .text(difference.nvml)),
                                .init("smi", .text(difference.smi)),
                            ])
                        })),
            ])
    }

    private func values(of device: NVMLDevice) -> [JSON.Field] {
        let shown = (try? cuda.get().devices())?.first { $0.isNamed(device.uuid) }
        return [
            .init("index", .count(device.index)), .init("name", .text(device.name)),
            .init("vram_bytes", .integer(device.vramBytes)),
            .init("compute_capability", .optional(device.computeCapability)),
            .init("pci_bus", .optional(device.pciBus)), .init("minor", .optional(device.minor)),
            .init("ecc", .optional(device.isECCEnabled)),
            .init("mig", .optional(device.isMIGEnabled)),
            .init("instances", .texts(device.instances.map(\.uuid))),
            .init("driver", .text(inventory.driverVersion)),
            .init("nvml", .optional(inventory.nvmlVersion)),
            .init("cuda", .optional(inventory.cudaVersion)),
            .init("cuda_library", .text(libraryWord)),
            .init("cuda_bytes", .optional(shown?.totalBytes)),
            .init("multiprocessors", .optional(shown?.multiprocessors)),
        ]
    }

    private var libraryWord: String {
        switch cuda {
        case .success(let library): library.driverVersion() ?? "opened"
        case .failure(let failure): failure.description
        }
    }
}

/// What `nvidia-smi` says, or why it says nothing.
enum SMI {
    case rows([[String]])
    case missing(String)
    case broken(String)

    struct Difference: Hashable { let field, nvml, smi: String }

    private static let fields = [
        "uuid", "name", "memory.total", "driver_version", "pci.bus_id", "compute_cap",
    ]

    static func ask() -> SMI {
        let arguments = [
            "--query-gpu=" + fields.joined(separator: ","), "--format=csv,noheader,nounits",
        ]
        do {
            let run = try Child.run("nvidia-smi", arguments, within: 30)
            guard run.code == 0 else { return .broken("exit code \(run.code)") }
            return .rows(run.text.split(separator: "\n").map(row))
        } catch {
            return .missing("nvidia-smi does not start: \(error)")
        }
    }

    private static func row(_ line: Substring) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { part in
            var part = part.drop { $0 == " " }
            while part.last == " " { part.removeLast() }
            return String(part)
        }
    }

    /// One that is missing is no fault; one that does not answer is.
    func differences(from device: NVMLDevice, _ inventory: NVMLInventory) -> [Difference] {
        switch self {
        case .missing: return []
        case .broken(let why):
            return [Difference(field: "nvidia-smi", nvml: "answers", smi: why)]
        case .rows(let rows):
            guard let row = rows.first(where: { $0.first == device.uuid }) else {
                return [Difference(field: "uuid", nvml: device.uuid, smi: "no such row")]
            }
            let ours = [
                device.uuid, device.name, String(device.vramBytes >> 20), inventory.driverVersion,
                device.pciBus ?? "", device.computeCapability ?? "",
            ]
            return Self.fields.indices.compactMap { index in
                let theirs = index < row.count ? row[index] : "no such field"
                return theirs == ours[index]
                    ? nil
                    : Difference(field: Self.fields[index], nvml: ours[index], smi: theirs)
            }
        }
    }

    var word: String {
        switch self {
        case .rows: "compared"
        case .missing(let why), .broken(let why): why
        }
    }
}
