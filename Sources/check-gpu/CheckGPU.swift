import CUDA
import Glibc
import NVML

/// check-gpu: whether what Orban relies on is true of the GPUs of this machine.
///
/// A small program of its own, so that it can be carried to a machine that has a GPU and nothing
/// else. It writes one JSON object a line for each check of each GPU, and one at the end. On a
/// machine without a GPU it says why, and all is well. `docs/gpu.md` explains the lines.
/// Start reading at `CheckGPU.check`; one file for each check.
@main
struct CheckGPU {
    let options: Options
    let nvml: NVMLLibrary
    let inventory: NVMLInventory

    static func main() {
        do {
            exit(try run(Options(Array(CommandLine.arguments.dropFirst()))))
        } catch {
            guard !error.text.isEmpty else {
                Output.write(Options.help)
                exit(0)
            }
            Output.write("check-gpu: \(error.text)\n" + Options.help, to: STDERR_FILENO)
            exit(64)
        }
    }

    private static func run(_ options: Options) -> Int32 {
        if let victim = options.victim { return Victim.run(on: victim, cuda: options.cuda) }
        do {
            let nvml = try NVMLLibrary.open(options.nvml ?? NVMLLibrary.systemName)
            let inventory = try nvml.inventory()
            guard !inventory.devices.isEmpty || !inventory.failures.isEmpty else {
                Report.noGPU("the driver shows no device")
                return 0
            }
            return CheckGPU(options: options, nvml: nvml, inventory: inventory).check()
        } catch let error as NVMLUnavailable {
            Report.noGPU(error.description)
        } catch let error as NVMLFailure {
            Report.noGPU("\(error.call): \(error.text) (\(error.code))")
        } catch {
            Report.noGPU("\(error)")
        }
        return 0
    }

    /// Everything that was asked for, in the order in which less can go wrong first.
    private func check() -> Int32 {
        var report = Report()
        let checks = options.checks
        let cuda = Result { () throws(CUDAUnavailable) in
            try CUDALibrary.open(options.cuda ?? CUDALibrary.systemName)
        }
        if checks.contains(.inventory) {
            for finding in InventoryCheck(inventory: inventory, cuda: cuda).findings() {
                report.add(finding)
            }
        }
        if checks.contains(.sample) {
            for finding in SampleCheck(nvml: nvml, scale: options.scale).findings() {
                report.add(finding)
            }
        }
        for device in inventory.devices {
            for check in checks where check != .inventory && check != .sample {
                report.add(finding(of: check, on: device, cuda))
            }
        }
        report.end(gpus: inventory.devices.count)
        return report.exitCode
    }

    private func finding(
        of check: Options.Check, on device: NVMLDevice, _ cuda: Result<CUDALibrary, CUDAUnavailable>
    ) -> Finding {
        let bench = Bench(options: options, nvml: nvml, device: device)
        var values: [JSON.Field] = []
        let verdict: Verdict
        if device.isMIGEnabled == true {
            verdict = .skipped("in MIG mode work runs on its instances alone")
        } else {
            do {
                let library = try cuda.get()
                guard let place = try library.devices().first(where: { $0.isNamed(device.uuid) })
                else { throw Unseen() }
                verdict = try bench.verdict(of: check, on: place, library, &values)
            } catch {
                verdict = .failed("\(error)")
            }
        }
        return Finding(check: check.rawValue, gpu: device.uuid, verdict: verdict, values: values)
    }
}

/// CUDA does not show a device that NVML shows.
struct Unseen: Error, CustomStringConvertible {
    let description = "CUDA shows no device of this UUID"
}

/// One GPU under check.
struct Bench {
    let options: Options
    let nvml: NVMLLibrary
    let device: NVMLDevice

    /// What was measured goes into `values`, also as far as it came before a failure.
    func verdict(
        of check: Options.Check, on place: CUDADevice, _ library: CUDALibrary,
        _ values: inout [JSON.Field]
    ) throws -> Verdict {
        switch check {
        case .gemm: try GEMMCheck(bench: self, place: place).verdict(library, &values)
        case .scrub: try ScrubCheck(bench: self, place: place).verdict(library, &values)
        case .meter: try MeterCheck(bench: self, place: place).verdict(library, &values)
        case .inventory, .sample: .skipped("is of all devices at once")
        }
    }

    /// What NVML says of this GPU now.
    func sample() -> NVMLSample? { nvml.sample().first { $0.uuid == device.uuid } }
}
