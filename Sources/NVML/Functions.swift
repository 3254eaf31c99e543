import CNVML
import DynamicLibrary

extension orban_nvml_functions {
    /// Every function that we call, newest name first.
    init(from symbols: DynamicLibrary) throws(DynamicLibrary.Absence) {
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

    private mutating func addDescription(_ symbols: DynamicLibrary) {
        driver_version = symbols.first("nvmlSystemGetDriverVersion")
        nvml_version = symbols.first("nvmlSystemGetNVMLVersion")
        cuda_version = symbols.first(
            "nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion")
        capability = symbols.first("nvmlDeviceGetCudaComputeCapability")
        pci = symbols.first("nvmlDeviceGetPciInfo_v3")
        minor = symbols.first("nvmlDeviceGetMinorNumber")
        ecc = symbols.first("nvmlDeviceGetEccMode")
    }

    private mutating func addInstances(_ symbols: DynamicLibrary) {
        mig = symbols.first("nvmlDeviceGetMigMode")
        instance_count = symbols.first("nvmlDeviceGetMaxMigDeviceCount")
        instance = symbols.first("nvmlDeviceGetMigDeviceHandleByIndex")
        gpu_instance = symbols.first("nvmlDeviceGetGpuInstanceId")
        compute_instance = symbols.first("nvmlDeviceGetComputeInstanceId")
    }

    private mutating func addSampling(_ symbols: DynamicLibrary) {
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

    private mutating func addEvents(_ symbols: DynamicLibrary) {
        event_create = symbols.first("nvmlEventSetCreate")
        event_register = symbols.first("nvmlDeviceRegisterEvents")
        event_wait = symbols.first("nvmlEventSetWait_v2", "nvmlEventSetWait")
        event_free = symbols.first("nvmlEventSetFree")
    }
}
