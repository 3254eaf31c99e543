import CNVML

/// What a device does.
extension DeviceReader {
    /// Nothing optional is asked of a device that does not answer for its memory: each of those
    /// calls might wait as long for nothing.
    func sample(uuid: String, xids: [Int]) -> NVMLSample {
        let memory: Memory
        do {
            memory = try self.memory()
        } catch {
            return NVMLSample(uuid: uuid, failure: error, xids: xids)
        }
        let rates = rates()
        return NVMLSample(
            uuid: uuid, failure: nil, xids: xids,
            utilisation: rates.flatMap { Answer.percent($0.gpu) },
            memoryUtilisation: rates.flatMap { Answer.percent($0.memory) },
            memoryUsedBytes: memory.usedBytes, memoryFreeBytes: memory.freeBytes,
            temperature: temperature(),
            powerMilliwatts: number(functions.power).map(Int64.init),
            energyMillijoules: long(functions.energy).flatMap(Int64.init(exactly:)),
            smClockMHz: choice(ORBAN_NVML_CLOCK_SM, functions.clock),
            memoryClockMHz: choice(ORBAN_NVML_CLOCK_MEMORY, functions.clock),
            throttleReasons: long(functions.throttle), processes: processes())
    }

    private func rates() -> orban_nvml_utilization? {
        var rates = orban_nvml_utilization()
        guard let ask = functions.utilization, ask(handle, &rates) == ORBAN_NVML_SUCCESS
        else { return nil }
        return rates
    }

    /// By the older call, which NVML 13 calls deprecated, as long as the library has it.
    private func temperature() -> Int? {
        if functions.temperature != nil {
            return Answer.degrees(choice(ORBAN_NVML_TEMPERATURE_GPU, functions.temperature))
        }
        var answer = orban_nvml_temperature()
        answer.version = ORBAN_NVML_TEMPERATURE_V1
        answer.sensor = UInt32(ORBAN_NVML_TEMPERATURE_GPU)
        guard let ask = functions.temperature_v1, ask(handle, &answer) == ORBAN_NVML_SUCCESS
        else { return nil }
        return Answer.degrees(Int(answer.temperature))
    }

    /// Those that compute and those that draw. Nil when a list that the device has is not to be
    /// had: half of them would look like all.
    private func processes() -> [NVMLProcess]? {
        do {
            let compute = try list("nvmlDeviceGetComputeRunningProcesses", functions.compute)
            return Self.merged(compute + (try drawing()))
        } catch {
            return nil
        }
    }

    private func drawing() throws(NVMLFailure) -> [orban_nvml_process] {
        do {
            return try list("nvmlDeviceGetGraphicsRunningProcesses", functions.graphics)
        } catch {
            switch error.code {
            case ORBAN_NVML_NOT_SUPPORTED, ORBAN_NVML_FUNCTION_NOT_FOUND: return []
            default: throw error
            }
        }
    }

    /// A process that computes and draws stands in both lists, with the same memory.
    private static func merged(_ list: [orban_nvml_process]) -> [NVMLProcess] {
        var processes: [Int32: NVMLProcess] = [:]
        for entry in list {
            guard let pid = Int32(exactly: entry.pid) else { continue }
            let bytes = [processes[pid]?.usedBytes, Int64(exactly: entry.used)]
            processes[pid] = NVMLProcess(pid: pid, usedBytes: bytes.compactMap { $0 }.max())
        }
        return processes.values.sorted { $0.pid < $1.pid }
    }

    private static var firstRoom: UInt32 { 64 }
    private static var mostRoom: UInt32 { 4096 }

    /// The list grows while we ask, so a few times anew with more room.
    private func list(
        _ name: String, _ function: orban_nvml_device_processes?
    ) throws(NVMLFailure) -> [orban_nvml_process] {
        guard let function else {
            throw NVMLFailure(call: call(name), code: ORBAN_NVML_FUNCTION_NOT_FOUND)
        }
        var room = Self.firstRoom
        while true {
            var list = [orban_nvml_process](repeating: orban_nvml_process(), count: Int(room))
            var count = room
            let code = list.withUnsafeMutableBufferPointer {
                function(handle, &count, $0.baseAddress)
            }
            if code == ORBAN_NVML_SUCCESS { return Array(list.prefix(Int(min(count, room)))) }
            guard code == ORBAN_NVML_INSUFFICIENT_SIZE, room < Self.mostRoom else {
                throw NVMLFailure(call: call(name), code: code)
            }
            room *= 8
        }
    }
}
