import Foundation
import NVML
import Testing

extension DoubleTests {
    @Suite struct SymbolTests {
        @Test(arguments: [
            "nvmlInit_v2", "nvmlShutdown", "nvmlDeviceGetCount_v2",
            "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetUUID", "nvmlDeviceGetName",
            "nvmlDeviceGetMemoryInfo",
        ])
        func `a missing function that is needed is named`(symbol: String) throws {
            let path = try NVMLDouble.path(without: [symbol])
            let none = try #require(throws: NVMLUnavailable.self) { try NVMLLibrary.open(path) }
            #expect(none.cause == .symbolMissing(symbol))
            #expect("\(none)" == "NVIDIA's management library lacks \(symbol)")
        }

        /// What is missing, and the fields that differ then.
        static let optional: [([String], Set<String>)] = [
            (["nvmlSystemGetDriverVersion"], ["driverVersion"]),
            (["nvmlSystemGetNVMLVersion"], ["nvmlVersion"]),
            (["nvmlSystemGetCudaDriverVersion_v2"], []),
            (
                ["nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"],
                ["cudaVersion"]
            ),
            (["nvmlDeviceGetCudaComputeCapability"], ["devices.computeCapability"]),
            (["nvmlDeviceGetPciInfo_v3"], ["devices.pciBus"]),
            (["nvmlDeviceGetMinorNumber"], ["devices.minor"]),
            (["nvmlDeviceGetEccMode"], ["devices.isECCEnabled"]),
            (["nvmlDeviceGetMigMode"], ["devices.isMIGEnabled", "devices.instances"]),
            (["nvmlDeviceGetMaxMigDeviceCount"], ["devices.instances"]),
            (["nvmlDeviceGetMigDeviceHandleByIndex"], ["devices.instances"]),
            (["nvmlDeviceGetGpuInstanceId"], ["devices.instances.gpuInstance"]),
            (["nvmlDeviceGetComputeInstanceId"], ["devices.instances.computeInstance"]),
            (["nvmlDeviceGetMemoryInfo_v2"], ["memoryUsedBytes"]),
            (["nvmlDeviceGetUtilizationRates"], ["utilisation", "memoryUtilisation"]),
            (["nvmlDeviceGetTemperature"], []),
            (["nvmlDeviceGetTemperatureV"], []),
            (["nvmlDeviceGetTemperature", "nvmlDeviceGetTemperatureV"], ["temperature"]),
            (["nvmlDeviceGetPowerUsage"], ["powerMilliwatts"]),
            (["nvmlDeviceGetTotalEnergyConsumption"], ["energyMillijoules"]),
            (["nvmlDeviceGetClockInfo"], ["smClockMHz", "memoryClockMHz"]),
            (["nvmlDeviceGetCurrentClocksEventReasons"], []),
            (
                [
                    "nvmlDeviceGetCurrentClocksEventReasons",
                    "nvmlDeviceGetCurrentClocksThrottleReasons",
                ], ["throttleReasons"]
            ),
            (["nvmlDeviceGetComputeRunningProcesses_v3"], ["processes"]),
            (["nvmlDeviceGetGraphicsRunningProcesses_v3"], ["processes"]),
            (["nvmlEventSetCreate"], ["xids"]),
            (["nvmlDeviceRegisterEvents"], ["xids"]),
            (["nvmlEventSetWait_v2"], ["xids"]),
            (["nvmlEventSetFree"], ["xids"]),
        ]

        @Test(arguments: optional)
        func `a missing function that is not needed costs its fields and nothing else`(
            symbols: [String], fields: Set<String>
        ) async throws {
            let whole = try await reading(without: [])
            let less = try await reading(without: symbols)
            #expect(differences(whole, less, "") == fields)
        }

        private func reading(without symbols: [String]) async throws -> Reading {
            try await NVMLDouble.open(["FAKE_NVML_MIG": "0=2"], without: symbols) {
                library, orders in
                let inventory = try library.inventory()
                try orders.give("1 process 4 5", "1 graphics 6 7", "1 xid 31", "1 util 50")
                return Reading(inventory: inventory, samples: library.sample())
            }
        }

        private func differences(_ one: Reading, _ other: Reading, _ path: String) -> Set<String> {
            do {
                return Self.differences(try one.tree, try other.tree, "")
            } catch {
                return ["\(error)"]
            }
        }

        /// The names of the fields that differ somewhere, places in lists left out.
        private static func differences(_ one: Any?, _ other: Any?, _ path: String) -> Set<String> {
            if let one = one as? [String: Any], let other = other as? [String: Any] {
                let names = Set(one.keys).union(other.keys)
                return names.reduce(into: []) { found, name in
                    let below = path.isEmpty ? name : "\(path).\(name)"
                    found.formUnion(differences(one[name], other[name], below))
                }
            }
            if let one = one as? [Any], let other = other as? [Any], one.count == other.count {
                return zip(one, other).reduce(into: []) {
                    $0.formUnion(differences($1.0, $1.1, path))
                }
            }
            let isSame = (one as? NSObject) == (other as? NSObject)
            return isSame ? [] : [path]
        }
    }
}

/// All that a library says at one time.
struct Reading: Codable, Equatable {
    let inventory: NVMLInventory
    let samples: [NVMLSample]

    /// The fields by name, those of the inventory and of the samples beside each other.
    fileprivate var tree: [Any] {
        get throws {
            let encoder = JSONEncoder()
            return [
                try JSONSerialization.jsonObject(with: encoder.encode(inventory)),
                try JSONSerialization.jsonObject(with: encoder.encode(samples)),
            ]
        }
    }
}
