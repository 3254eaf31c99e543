import CNVML

extension Session {
    mutating func inventory() throws(NVMLFailure) -> NVMLInventory {
        if isStale { try restart() }
        var count = try countAfterRestart()
        var failures: [NVMLFailure] = []
        if count > Self.mostDevices {
            failures.append(
                NVMLFailure(call: "nvmlDeviceGetCount_v2", absurd: "\(count) devices"))
            count = Self.mostDevices
        }
        var found: [NVMLDevice] = []
        var handles: [OpaquePointer] = []
        for index in 0..<Int(count) {
            do {
                let reader = try reader(of: index)
                let description = try describe(reader, index: index, beside: found)
                found.append(description.device)
                handles.append(reader.handle)
                failures += description.failures
            } catch {
                note(error)
                failures.append(error)
            }
        }
        watch(found, handles)
        return NVMLInventory(
            driverVersion: version(functions.driver_version) ?? "",
            nvmlVersion: version(functions.nvml_version), cudaVersion: cudaVersion(),
            devices: found, failures: failures)
    }

    /// The number of devices; once more with the library initialised anew, where its answer is
    /// that the driver went away.
    private mutating func countAfterRestart() throws(NVMLFailure) -> UInt32 {
        do {
            return try deviceCount()
        } catch  where error.isDriverGone {
            note(error)
            try restart()
            return try deviceCount()
        }
    }

    private func deviceCount() throws(NVMLFailure) -> UInt32 {
        var count: UInt32 = 0
        let code = functions.device_count?(&count) ?? ORBAN_NVML_FUNCTION_NOT_FOUND
        guard code == ORBAN_NVML_SUCCESS else {
            throw NVMLFailure(call: "nvmlDeviceGetCount_v2", code: code)
        }
        return count
    }

    private func reader(of index: Int) throws(NVMLFailure) -> DeviceReader {
        let call = "nvmlDeviceGetHandleByIndex_v2(\(index))"
        var handle: OpaquePointer?
        let code =
            functions.device?(UInt32(index), &handle) ?? ORBAN_NVML_FUNCTION_NOT_FOUND
        guard code == ORBAN_NVML_SUCCESS else { throw NVMLFailure(call: call, code: code) }
        guard let handle else { throw NVMLFailure(call: call, absurd: "no handle") }
        return DeviceReader(functions: functions, handle: handle, label: "\(index)")
    }

    /// A UUID names one device. The first that has it keeps it; another one with the same, or with
    /// an instance of the same, cannot be told apart from it and is left out.
    private func describe(
        _ reader: DeviceReader, index: Int, beside others: [NVMLDevice]
    ) throws(NVMLFailure) -> DeviceReader.Description {
        let description = try reader.description(index: index)
        var taken = others.flatMap(Self.names)
        for name in Self.names(of: description.device) {
            guard !taken.contains(name) else {
                throw NVMLFailure(
                    call: reader.call("nvmlDeviceGetUUID"), absurd: "a UUID that is taken")
            }
            taken.append(name)
        }
        return description
    }

    private static func names(of device: NVMLDevice) -> [String] {
        [device.uuid] + device.instances.map(\.uuid)
    }

    private func version(_ function: orban_nvml_text?) -> String? {
        guard let function else { return nil }
        do {
            return try Answer.text("version", size: ORBAN_NVML_VERSION_SIZE) { function($0, $1) }
        } catch {
            return nil
        }
    }

    /// 12040 is 12.4.
    private func cudaVersion() -> String? {
        var version: Int32 = 0
        guard let ask = functions.cuda_version, ask(&version) == ORBAN_NVML_SUCCESS,
            (1_000..<1_000_000).contains(version)
        else { return nil }
        return "\(version / 1_000).\(version % 1_000 / 10)"
    }
}
