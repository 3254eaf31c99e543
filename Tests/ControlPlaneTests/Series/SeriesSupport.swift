import Domain
import Foundation
import Wire

@testable import ControlPlane

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A folder that goes away with the test.
func withScratchFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.path + "/orban-series-\(UUID())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

enum SeriesSamples {
    static let gpu = DeviceID("GPU-0fa4e000-0000-4000-8000-000000000001")!
    static let job = JobID("job_1")!
    static let lease = LeaseID("lse_1")!
    /// A whole minute, and so is the node's second 0.
    static let start: Int64 = 1_795_000_020

    /// Every quantity, in the units of a file, so that what is read is what was written.
    static func sample(
        _ second: Int64, cpu: Int64? = 1000, utilisation: Int? = 50, devices: Int = 1
    ) -> SampleDTO {
        let device = DeviceSampleDTO(
            utilisationPercent: utilisation, memoryUsedBytes: 2048 * (second % 1000),
            powerMilliwatts: 69_300, temperature: 41, smClockMHz: 345,
            throttle: ThrottleReasons(words: ["power_cap"]))
        return SampleDTO(
            second: second, milliCPU: cpu, memoryBytes: 1024 * (second % 500),
            devices: [DeviceSampleDTO](repeating: device, count: devices))
    }

    static func batch(
        _ samples: [SampleDTO], sentAt second: Int64? = nil, boot: String = "boot",
        dropped: Int64 = 0, devices: [DeviceID] = [gpu]
    ) -> SampleBatchDTO {
        SampleBatchDTO(
            boot: boot, sentSecond: second ?? samples.last?.second ?? 0, dropped: dropped,
            devices: devices, samples: samples)
    }

    /// The market's time at a node's second, when nothing is under way for long.
    static func at(_ second: Int64, late milliseconds: Int64 = 0) -> Timestamp {
        Timestamp(milliseconds: (start + second) * 1000 + milliseconds)
    }
}
