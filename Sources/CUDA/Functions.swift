import CCUDA
import DynamicLibrary

extension orban_cuda_functions {
    /// Every function that we call, by its versioned name.
    init(from symbols: DynamicLibrary) throws(DynamicLibrary.Absence) {
        self.init()
        initialize = try symbols.required("cuInit") as orban_cuda_initialize
        try addDevices(symbols)
        try addMemory(symbols)
        try addKernels(symbols)
        driver_version = symbols.first("cuDriverGetVersion")
        name = symbols.first("cuDeviceGetName")
        attribute = symbols.first("cuDeviceGetAttribute")
        error_name = symbols.first("cuGetErrorName")
        error_text = symbols.first("cuGetErrorString")
    }

    private mutating func addDevices(_ symbols: DynamicLibrary) throws(DynamicLibrary.Absence) {
        device_count = try symbols.required("cuDeviceGetCount") as orban_cuda_integer
        device = try symbols.required("cuDeviceGet") as orban_cuda_find
        // The older one answers the UUID of the whole device also for a MIG instance.
        uuid = symbols.first("cuDeviceGetUuid_v2")
        if uuid == nil {
            uuid = try symbols.required("cuDeviceGetUuid") as orban_cuda_get_uuid
        }
        total_memory = try symbols.required("cuDeviceTotalMem_v2") as orban_cuda_get_memory
        create = try symbols.required("cuCtxCreate_v2") as orban_cuda_create
        destroy = try symbols.required("cuCtxDestroy_v2") as orban_cuda_of_context
        set_current = try symbols.required("cuCtxSetCurrent") as orban_cuda_of_context
        synchronize = try symbols.required("cuCtxSynchronize") as orban_cuda_plain
    }

    private mutating func addMemory(_ symbols: DynamicLibrary) throws(DynamicLibrary.Absence) {
        memory = try symbols.required("cuMemGetInfo_v2") as orban_cuda_free_and_total
        allocate = try symbols.required("cuMemAlloc_v2") as orban_cuda_allocate
        release = try symbols.required("cuMemFree_v2") as orban_cuda_release
        upload = try symbols.required("cuMemcpyHtoD_v2") as orban_cuda_upload
        download = try symbols.required("cuMemcpyDtoH_v2") as orban_cuda_download
        fill = try symbols.required("cuMemsetD32_v2") as orban_cuda_fill
    }

    private mutating func addKernels(_ symbols: DynamicLibrary) throws(DynamicLibrary.Absence) {
        load = try symbols.required("cuModuleLoadData") as orban_cuda_load
        unload = try symbols.required("cuModuleUnload") as orban_cuda_unload
        function = try symbols.required("cuModuleGetFunction") as orban_cuda_get_function
        launch = try symbols.required("cuLaunchKernel") as orban_cuda_launch
    }
}
