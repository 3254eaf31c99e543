import CNVML

/// Why there is no NVML on this machine. `description` is for people: it goes on from "no GPUs:".
package struct NVMLUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// The loader's own words: no such file as a rule, which means that no driver is installed.
        case noLibrary(String)
        /// The library lacks this function, without which nothing can be said about a device.
        case symbolMissing(String)
        /// The library does not start; its code, and what that means.
        case initFailed(Int32, String)
    }

    package let cause: Cause

    package init(cause: Cause) { self.cause = cause }

    package var description: String {
        switch cause {
        case .noLibrary(let reason): "cannot open NVIDIA's management library: \(reason)"
        case .symbolMissing(let symbol): "NVIDIA's management library lacks \(symbol)"
        case .initFailed(let code, let text):
            "NVIDIA's management library does not start: \(text) (\(code))"
        }
    }
}

/// A call that NVML did not carry out.
package struct NVMLFailure: Error, Hashable, Sendable, Codable {
    /// The function; of a device, its index follows: `nvmlDeviceGetUUID(1)`, of one of its
    /// instances also that: `nvmlDeviceGetUUID(1, 3)`.
    package let call: String
    /// `nvmlReturn_t`; 999 (unknown) also where the answer was one that cannot be.
    package let code: Int32
    /// What that means, in our words: the library's own are a pointer of unknown length.
    package let text: String

    package init(call: String, code: Int32, text: String) {
        self.call = call
        self.code = code
        self.text = text
    }

    init(call: String, code: Int32) {
        self.init(call: call, code: code, text: Self.text(of: code))
    }

    /// An answer that cannot be.
    init(call: String, absurd text: String) {
        self.init(call: call, code: ORBAN_NVML_UNKNOWN, text: text)
    }
}

extension NVMLFailure {
    /// Whether the device is out of reach until somebody acts: it fell off the bus, wants a reset,
    /// or its driver is gone.
    package var isLost: Bool {
        switch code {
        case ORBAN_NVML_GPU_IS_LOST, ORBAN_NVML_NOT_FOUND, ORBAN_NVML_RESET_REQUIRED: true
        default: isDriverGone
        }
    }

    /// Whether the library must be initialised again before it can answer.
    var isDriverGone: Bool {
        code == ORBAN_NVML_UNINITIALIZED || code == ORBAN_NVML_DRIVER_NOT_LOADED
    }

    static func text(of code: Int32) -> String {
        texts[code] ?? "unknown answer \(code)"
    }

    private static let texts: [Int32: String] = [
        ORBAN_NVML_UNINITIALIZED: "the library is not initialised",
        ORBAN_NVML_INVALID_ARGUMENT: "an argument is invalid",
        ORBAN_NVML_NOT_SUPPORTED: "not supported by this device",
        ORBAN_NVML_NO_PERMISSION: "not permitted to this user",
        ORBAN_NVML_NOT_FOUND: "not found",
        ORBAN_NVML_INSUFFICIENT_SIZE: "the answer does not fit",
        ORBAN_NVML_INSUFFICIENT_POWER: "a power cable is not attached",
        ORBAN_NVML_DRIVER_NOT_LOADED: "the driver is not loaded",
        ORBAN_NVML_TIMEOUT: "no answer in time",
        ORBAN_NVML_IRQ_ISSUE: "the device has trouble with interrupts",
        ORBAN_NVML_LIBRARY_NOT_FOUND: "a library is missing",
        ORBAN_NVML_FUNCTION_NOT_FOUND: "the driver lacks this function",
        ORBAN_NVML_CORRUPTED_INFOROM: "the device's own memory is corrupted",
        ORBAN_NVML_GPU_IS_LOST: "the device has fallen off the bus",
        ORBAN_NVML_RESET_REQUIRED: "the device needs a reset",
        ORBAN_NVML_OPERATING_SYSTEM: "the operating system refused",
        ORBAN_NVML_VERSION_MISMATCH: "the library and the loaded driver differ in version",
        ORBAN_NVML_IN_USE: "the device is in use",
        ORBAN_NVML_MEMORY: "not enough memory",
        ORBAN_NVML_NO_DATA: "no data",
        ORBAN_NVML_INSUFFICIENT_RESOURCES: "not enough resources",
        ORBAN_NVML_ARGUMENT_VERSION_MISMATCH: "the driver knows another version of this call",
        ORBAN_NVML_NOT_READY: "not ready yet",
        ORBAN_NVML_GPU_NOT_FOUND: "no devices were found",
        ORBAN_NVML_INVALID_STATE: "the device's state does not allow it",
        ORBAN_NVML_UNKNOWN: "the driver failed inside",
    ]
}
