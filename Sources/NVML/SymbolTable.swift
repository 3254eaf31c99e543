import CNVML
import Glibc

/// A shared library that was opened, and its symbols by name.
struct SymbolTable {
    private let handle: UnsafeMutableRawPointer

    /// Every symbol of the library is resolved now: a broken one shows here and not in a call.
    static func open(_ path: String) throws(NVMLUnavailable) -> SymbolTable {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(bounded: $0, limit: 512) } ?? "no reason given"
            throw NVMLUnavailable(cause: .noLibrary(reason))
        }
        return SymbolTable(handle: handle)
    }

    /// Nothing that was found may be called afterwards.
    func close() {
        dlclose(handle)
    }

    /// The function under the first of these names that the library has. The caller names the type
    /// that the function is known to have; nothing can check it.
    func first<Function>(_ names: String...) -> Function? {
        for name in names {
            if let symbol = dlsym(handle, name) {
                return unsafeBitCast(symbol, to: Function.self)
            }
        }
        return nil
    }

    func required<Function>(_ name: String) throws(NVMLUnavailable) -> Function {
        guard let function: Function = first(name) else {
            throw NVMLUnavailable(cause: .symbolMissing(name))
        }
        return function
    }
}

extension orban_nvml_functions {
    /// Every function that we call, newest name first.
    init(from symbols: SymbolTable) throws(NVMLUnavailable) {
        self.init()
        initialize = try symbols.required("nvmlInit_v2") as orban_nvml_plain
        shutdown = try symbols.required("nvmlShutdown") as orban_nvml_plain
        device_count = try symbols.required("nvmlDeviceGetCount_v2") as orban_nvml_count
        device = try symbols.required("nvmlDeviceGetHandleByIndex_v2") as orban_nvml_find
        uuid = try symbols.required("nvmlDeviceGetUUID") as orban_nvml_device_text
        name = try symbols.required("nvmlDeviceGetName") as orban_nvml_device_text
        memory = try symbols.required("nvmlDeviceGetMemoryInfo") as orban_nvml_device_memory
        addDescription(symbols)
        addInstances(symbols)
        addSampling(symbols)
        addEvents(symbols)
    }

    private mutating func addDescription(_ symbols: SymbolTable) {
        driver_version = symbols.first("nvmlSystemGetDriverVersion")
        nvml_version = symbols.first("nvmlSystemGetNVMLVersion")
        cuda_version = symbols.first(
            "nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion")
        capability = symbols.first("nvmlDeviceGetCudaComputeCapability")
        pci = symbols.first("nvmlDeviceGetPciInfo_v3")
        minor = symbols.first("nvmlDeviceGetMinorNumber")
        ecc = symbols.first("nvmlDeviceGetEccMode")
    }

    private mutating func addInstances(_ symbols: SymbolTable) {
        mig = symbols.first("nvmlDeviceGetMigMode")
        instance_count = symbols.first("nvmlDeviceGetMaxMigDeviceCount")
        instance = symbols.first("nvmlDeviceGetMigDeviceHandleByIndex")
        gpu_instance = symbols.first("nvmlDeviceGetGpuInstanceId")
        compute_instance = symbols.first("nvmlDeviceGetComputeInstanceId")
    }

    private mutating func addSampling(_ symbols: SymbolTable) {
        memory_v2 = symbols.first("nvmlDeviceGetMemoryInfo_v2")
        utilization = symbols.first("nvmlDeviceGetUtilizationRates")
        temperature = symbols.first("nvmlDeviceGetTemperature")
        temperature_v1 = symbols.first("nvmlDeviceGetTemperatureV")
        power = symbols.first("nvmlDeviceGetPowerUsage")
        energy = symbols.first("nvmlDeviceGetTotalEnergyConsumption")
        clock = symbols.first("nvmlDeviceGetClockInfo")
        throttle = symbols.first(
            "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons")
        compute = symbols.first(
            "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2")
        graphics = symbols.first(
            "nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v2")
    }

    private mutating func addEvents(_ symbols: SymbolTable) {
        event_create = symbols.first("nvmlEventSetCreate")
        event_register = symbols.first("nvmlDeviceRegisterEvents")
        event_wait = symbols.first("nvmlEventSetWait_v2", "nvmlEventSetWait")
        event_free = symbols.first("nvmlEventSetFree")
    }
}
