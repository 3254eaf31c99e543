import Hosting
import NVML
import Testing

@testable import NodeAgent

/// What a sample of a GPU means.
struct DeviceVerdictTests {
    private static func sample(
        xids: [Int] = [], used: Int64? = 0, throttle: UInt64? = 0, pids: [Int32]? = []
    ) -> NVMLSample {
        NVMLSample(
            uuid: "GPU-1", failure: nil, xids: xids, utilisation: nil, memoryUtilisation: nil,
            memoryUsedBytes: used, temperature: nil, powerMilliwatts: nil, energyMillijoules: nil,
            smClockMHz: nil, memoryClockMHz: nil, throttleReasons: throttle,
            processes: pids?.map { NVMLProcess(pid: $0, usedBytes: nil) })
    }

    private static func failed(_ code: Int32) -> NVMLSample {
        NVMLSample(
            uuid: "GPU-1",
            failure: NVMLFailure(call: "nvmlDeviceGetMemoryInfo", code: code, text: ""), xids: [])
    }

    /// A free GPU of 80 bytes; every pid from 100 on is foreign.
    private static func sight(
        _ sample: NVMLSample, leased: Bool = false, _ verdict: inout DeviceVerdict
    ) -> DeviceSight {
        verdict.sight(sample, vramBytes: 80, isLeased: leased, isForeign: { $0.pid >= 100 })
    }

    @Test(
        arguments: [
            (sample(), false, .well),
            (sample(used: nil, throttle: nil, pids: nil), false, .well),
            (sample(used: 10), false, .well),
            (sample(used: 11), false, .withheld(code: "in_use")),
            (sample(used: 80), true, .well),
            (sample(pids: [7]), false, .well),
            (sample(pids: [7, 100]), false, .withheld(code: "in_use")),
            (sample(pids: [100]), true, .withheld(code: "in_use")),
            // A power cap, idle, heat seen by software.
            (sample(throttle: 0x4 | 0x1 | 0x20), false, .well),
            (sample(throttle: 0x8), false, .withheld(code: "throttled")),
            (sample(throttle: 0x40), true, .withheld(code: "throttled")),
            (sample(throttle: 0x80), false, .withheld(code: "throttled")),
            (failed(15), true, .lost(code: "gone")),  // NVML_ERROR_GPU_IS_LOST
            (failed(1), true, .lost(code: "gone")),  // NVML_ERROR_UNINITIALIZED: the driver is gone
            (failed(10), true, .silent),  // NVML_ERROR_TIMEOUT
            (failed(999), true, .silent),  // NVML_ERROR_UNKNOWN
        ] as [(NVMLSample, Bool, DeviceSight)])
    func `a sample is read by the table`(
        sample: NVMLSample, leased: Bool, expected: DeviceSight
    ) {
        var verdict = DeviceVerdict()
        #expect(Self.sight(sample, leased: leased, &verdict) == expected)
    }

    @Test(arguments: [13, 31, 43, 45, 68, 109])
    func `a program's own error leaves the device well`(xid: Int) {
        var verdict = DeviceVerdict()
        #expect(Self.sight(Self.sample(xids: [xid]), leased: true, &verdict) == .well)
    }

    @Test(arguments: [48, 62, 64, 74, 79, 95, 119, 120, 140, 9999])
    func `any other Xid ends its use until somebody resets it`(xid: Int) {
        var verdict = DeviceVerdict()
        let lost = DeviceSight.lost(code: "xid_\(xid)")
        #expect(Self.sight(Self.sample(xids: [13, xid, 48]), &verdict) == lost)
        #expect(Self.sight(Self.sample(), &verdict) == lost, "also when it looks well again")
        #expect(Self.sight(Self.failed(15), &verdict) == lost, "the first cause stays the cause")
    }
}
