import CCUDA
import DynamicLibrary
import Glibc

/// CUDA: memory and kernels on NVIDIA's GPUs, through the driver's own interface.
///
/// Opens `libcuda` at run time, so that the same program runs where there is none. Knows nothing of
/// leases. What the library answers is not believed: texts are cut, counts are capped. Every call
/// blocks for as long as the driver takes; a kernel that runs for ever blocks for ever.
/// Start reading at `CUDALibrary`, then `CUDAContext`; `Kernels` is what runs on the device.

/// The driver's library, opened and initialised. It stays open until the program ends: the driver
/// has threads of its own in it.
package final class CUDALibrary {
    /// The name under which the driver installs it; searched as ld.so(8) says.
    package static let systemName = "libcuda.so.1"
    /// More devices than a machine can have are not asked for.
    private static let mostDevices: Int32 = 64
    private static let nameSize: Int32 = 96

    let functions: orban_cuda_functions

    private init(_ functions: orban_cuda_functions) { self.functions = functions }

    /// Opens the library of that name or path and initialises it.
    package static func open(
        _ path: String = systemName
    ) throws(CUDAUnavailable) -> CUDALibrary {
        let library = CUDALibrary(try functions(of: path))
        do {
            try library.check("cuInit", library.functions.initialize?(0))
        } catch {
            throw CUDAUnavailable(cause: .initFailed(error))
        }
        return library
    }

    private static func functions(
        of path: String
    ) throws(CUDAUnavailable) -> orban_cuda_functions {
        do throws(DynamicLibrary.Absence) {
            return try orban_cuda_functions(from: try DynamicLibrary.open(path))
        } catch {
            switch error {
            case .library(let reason): throw CUDAUnavailable(cause: .noLibrary(reason))
            case .symbol(let name): throw CUDAUnavailable(cause: .symbolMissing(name))
            }
        }
    }

    /// The newest CUDA that the driver supports, for example `12.4`.
    package func driverVersion() -> String? {
        var version: Int32 = 0
        guard let ask = functions.driver_version, ask(&version) == ORBAN_CUDA_SUCCESS,
            (1_000..<1_000_000).contains(version)
        else { return nil }
        return "\(version / 1_000).\(version % 1_000 / 10)"
    }

    /// In CUDA's own order, which is not that of NVML: a UUID says which is which.
    package func devices() throws(CUDAFailure) -> [CUDADevice] {
        var count: Int32 = 0
        try check("cuDeviceGetCount", functions.device_count?(&count))
        var found: [CUDADevice] = []
        for index in 0..<min(max(count, 0), Self.mostDevices) {
            found.append(try device(index))
        }
        return found
    }

    private func device(_ index: Int32) throws(CUDAFailure) -> CUDADevice {
        var number: orban_cuda_device = 0
        try check("cuDeviceGet(\(index))", functions.device?(&number, index))
        var uuid = orban_cuda_uuid()
        try check("cuDeviceGetUuid_v2(\(index))", functions.uuid?(&uuid, number))
        var total = 0
        try check("cuDeviceTotalMem_v2(\(index))", functions.total_memory?(&total, number))
        return CUDADevice(
            number: number, uuid: withUnsafeBytes(of: uuid) { Array($0) }, name: name(of: number),
            totalBytes: Int64(clamping: total),
            multiprocessors: attribute(ORBAN_CUDA_MULTIPROCESSORS, of: number),
            capabilityMajor: attribute(ORBAN_CUDA_CAPABILITY_MAJOR, of: number),
            capabilityMinor: attribute(ORBAN_CUDA_CAPABILITY_MINOR, of: number))
    }

    private func name(of device: orban_cuda_device) -> String? {
        guard let ask = functions.name else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(Self.nameSize) * 2)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress,
                ask(start, Self.nameSize, device) == ORBAN_CUDA_SUCCESS
            else { return nil }
            return String(cut: start, limit: Int(Self.nameSize))
        }
    }

    private func attribute(_ attribute: Int32, of device: orban_cuda_device) -> Int? {
        var value: Int32 = 0
        guard let ask = functions.attribute, ask(&value, attribute, device) == ORBAN_CUDA_SUCCESS,
            value >= 0
        else { return nil }
        return Int(value)
    }
}

/// A device as CUDA shows it. What is nil the driver does not tell.
package struct CUDADevice: Hashable, Sendable {
    let number: Int32
    /// 16 bytes: those of NVML's UUID, without the word before them.
    package let uuid: [UInt8]
    package let name: String?
    package let totalBytes: Int64
    package let multiprocessors: Int?
    package let capabilityMajor: Int?
    package let capabilityMinor: Int?

    /// Whether NVML's `GPU-…` or `MIG-…` names this device.
    package func isNamed(_ text: String) -> Bool {
        let digits = text.drop { $0 != "-" }.filter { $0 != "-" }
        return digits.lowercased() == uuid.map(Self.hex).joined()
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
