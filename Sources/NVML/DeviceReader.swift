import CNVML

/// The calls about one device, or about one instance of a device.
struct DeviceReader {
    let functions: orban_nvml_functions
    let handle: OpaquePointer
    /// What stands in brackets behind a call: `1`, or `1, 3` for an instance.
    let label: String

    /// The call `nvml…` as a failure names it.
    func call(_ name: String) -> String { "\(name)(\(label))" }

    func uuid() throws(NVMLFailure) -> String {
        try text("nvmlDeviceGetUUID", ORBAN_NVML_UUID_SIZE, functions.uuid)
    }

    func name() throws(NVMLFailure) -> String {
        try text("nvmlDeviceGetName", ORBAN_NVML_NAME_SIZE, functions.name)
    }

    private func text(
        _ name: String, _ size: Int32, _ function: orban_nvml_device_text?
    ) throws(NVMLFailure) -> String {
        try Answer.text(call(name), size: size) {
            function?(handle, $0, $1) ?? ORBAN_NVML_FUNCTION_NOT_FOUND
        }
    }

    struct Memory {
        let totalBytes: Int64
        let usedBytes: Int64
        let freeBytes: Int64?
    }

    /// Asks by the newer call, which tells the driver's own share apart. Where it fails for
    /// whatever reason, the older one decides, which every driver has.
    func memory() throws(NVMLFailure) -> Memory {
        let name = call("nvmlDeviceGetMemoryInfo")
        var new = orban_nvml_memory_v2()
        new.version = ORBAN_NVML_MEMORY_V2
        if let ask = functions.memory_v2, ask(handle, &new) == ORBAN_NVML_SUCCESS {
            return try memory(name, total: new.total, used: new.used, free: new.free)
        }
        var old = orban_nvml_memory()
        let code = functions.memory?(handle, &old) ?? ORBAN_NVML_FUNCTION_NOT_FOUND
        guard code == ORBAN_NVML_SUCCESS else { throw NVMLFailure(call: name, code: code) }
        return try memory(name, total: old.total, used: old.used, free: old.free)
    }

    private func memory(
        _ call: String, total: UInt64, used: UInt64, free: UInt64
    ) throws(NVMLFailure) -> Memory {
        guard let total = Int64(exactly: total), let used = Int64(exactly: used) else {
            throw NVMLFailure(call: call, absurd: "more memory than there can be")
        }
        return Memory(totalBytes: total, usedBytes: used, freeBytes: Int64(exactly: free))
    }

    func number(_ function: orban_nvml_device_number?) -> Int? {
        Answer.number(function.map { function in { function(handle, $0) } })
    }

    func long(_ function: orban_nvml_device_long?) -> UInt64? {
        Answer.long(function.map { function in { function(handle, $0) } })
    }

    func choice(_ which: Int32, _ function: orban_nvml_device_choice?) -> Int? {
        Answer.number(function.map { function in { function(handle, UInt32(which), $0) } })
    }

    func mode(_ function: orban_nvml_device_modes?) -> Bool? {
        Answer.mode(function.map { function in { function(handle, $0, $1) } })
    }
}
