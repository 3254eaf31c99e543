import Hosting
import NVML

/// What one sample means for the leases on a device and for its offer. Pure.
struct DeviceVerdict: Sendable {
    /// Clocks pulled down by the hardware: `nvmlClocksEventReasonHwSlowdown`, `…HwThermalSlowdown`,
    /// `…HwPowerBrakeSlowdown` of nvml.h.
    static let slowdownReasons: UInt64 = 0x8 | 0x40 | 0x80

    /// An Xid after which the device is of no use until it is reset; it stands until then.
    private(set) var fatalXid: Int?

    /// - Parameter isForeign: whether a process belongs to nobody's lease here.
    mutating func sight(
        _ sample: NVMLSample, vramBytes: Int64, isLeased: Bool,
        isForeign: (NVMLProcess) -> Bool
    ) -> DeviceSight {
        fatalXid = fatalXid ?? sample.fatalXid
        if let fatalXid { return .lost(code: "xid_\(fatalXid)") }
        if let failure = sample.failure { return failure.isLost ? .lost(code: "gone") : .silent }
        if sample.processes?.contains(where: isForeign) == true {
            return .withheld(code: DeviceSight.inUse)
        }
        // What holds memory and is no process that can be seen, such as another container's.
        if !isLeased, let used = sample.memoryUsedBytes, used > vramBytes / 8 {
            return .withheld(code: DeviceSight.inUse)
        }
        if let reasons = sample.throttleReasons, reasons & Self.slowdownReasons != 0 {
            return .withheld(code: "throttled")
        }
        return .well
    }
}
