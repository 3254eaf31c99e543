import CNVML
import DynamicLibrary

/// What a device is.
extension DeviceReader {
    /// More instances than a device can have are not asked for (the most today is 7).
    private static var mostInstances: Int { 64 }

    /// The device, and which of its instances could not be read.
    struct Description {
        let device: NVMLDevice
        let failures: [NVMLFailure]
    }

    func description(index: Int) throws(NVMLFailure) -> Description {
        let isMIGEnabled = mode(functions.mig)
        var failures: [NVMLFailure] = []
        let device = NVMLDevice(
            index: index, uuid: try uuid(), name: try name(),
            vramBytes: try memory().totalBytes, computeCapability: computeCapability(),
            pciBus: pciBus(), minor: number(functions.minor), isECCEnabled: mode(functions.ecc),
            isMIGEnabled: isMIGEnabled,
            instances: isMIGEnabled == true ? instances(&failures) : [])
        return Description(device: device, failures: failures)
    }

    private func computeCapability() -> String? {
        var major: Int32 = 0
        var minor: Int32 = 0
        guard let ask = functions.capability, ask(handle, &major, &minor) == ORBAN_NVML_SUCCESS,
            (1...999).contains(major), (0...999).contains(minor)
        else { return nil }
        return "\(major).\(minor)"
    }

    private func pciBus() -> String? {
        var pci = orban_nvml_pci()
        guard let ask = functions.pci, ask(handle, &pci) == ORBAN_NVML_SUCCESS else { return nil }
        let text = withUnsafeBytes(of: pci.bus_id) { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { String(bounded: $0, limit: characters.count) } ?? ""
            }
        }
        return text.isEmpty ? nil : text
    }

    /// Places may be empty; an instance that is there and does not answer is a failure.
    private func instances(_ failures: inout [NVMLFailure]) -> [NVMLInstance] {
        guard let find = functions.instance, let most = number(functions.instance_count) else {
            return []
        }
        var found: [NVMLInstance] = []
        for index in 0..<min(most, Self.mostInstances) {
            var instance: OpaquePointer?
            guard find(handle, UInt32(index), &instance) == ORBAN_NVML_SUCCESS, let instance
            else { continue }
            do {
                found.append(try Self.instance(reader(of: instance, index)))
            } catch {
                failures.append(error)
            }
        }
        return found
    }

    private func reader(of instance: OpaquePointer, _ index: Int) -> DeviceReader {
        DeviceReader(functions: functions, handle: instance, label: "\(label), \(index)")
    }

    private static func instance(_ reader: DeviceReader) throws(NVMLFailure) -> NVMLInstance {
        NVMLInstance(
            uuid: try reader.uuid(), name: try reader.name(),
            vramBytes: try reader.memory().totalBytes,
            gpuInstance: reader.number(reader.functions.gpu_instance),
            computeInstance: reader.number(reader.functions.compute_instance))
    }
}
