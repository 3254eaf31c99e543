/* Compares Sources/CNVML/include/cnvml.h with NVIDIA's own nvml.h (PyPI nvidia-nvml-dev).
 *
 * Compiled with -Werror by script/double before the double itself and never linked: a size, an
 * offset, a constant or a prototype that differs stops the compiler.
 */
#include <stddef.h>

#include "cnvml.h"
#include "nvml.h"

#define SAME(ours, theirs) \
    _Static_assert((unsigned long long)(ours) == (unsigned long long)(theirs), #ours " is " #theirs)
#define SIZE(ours, theirs) SAME(sizeof(ours), sizeof(theirs))
#define FIELD(ours, field, theirs, other)                                       \
    SAME(offsetof(ours, field), offsetof(theirs, other));                       \
    SAME(sizeof(((ours *)0)->field), sizeof(((theirs *)0)->other))

/* ---- structures ---- */

SIZE(int32_t, nvmlReturn_t);
SIZE(unsigned int, nvmlTemperatureSensors_t);
SIZE(unsigned int, nvmlClockType_t);
SIZE(unsigned int, nvmlEnableState_t);
SIZE(orban_nvml_device, nvmlDevice_t);
SIZE(orban_nvml_event_set, nvmlEventSet_t);

SIZE(orban_nvml_memory, nvmlMemory_t);
FIELD(orban_nvml_memory, total, nvmlMemory_t, total);
FIELD(orban_nvml_memory, free, nvmlMemory_t, free);
FIELD(orban_nvml_memory, used, nvmlMemory_t, used);

SIZE(orban_nvml_memory_v2, nvmlMemory_v2_t);
FIELD(orban_nvml_memory_v2, version, nvmlMemory_v2_t, version);
FIELD(orban_nvml_memory_v2, total, nvmlMemory_v2_t, total);
FIELD(orban_nvml_memory_v2, reserved, nvmlMemory_v2_t, reserved);
FIELD(orban_nvml_memory_v2, free, nvmlMemory_v2_t, free);
FIELD(orban_nvml_memory_v2, used, nvmlMemory_v2_t, used);

SIZE(orban_nvml_utilization, nvmlUtilization_t);
FIELD(orban_nvml_utilization, gpu, nvmlUtilization_t, gpu);
FIELD(orban_nvml_utilization, memory, nvmlUtilization_t, memory);

SIZE(orban_nvml_temperature, nvmlTemperature_v1_t);
FIELD(orban_nvml_temperature, version, nvmlTemperature_v1_t, version);
FIELD(orban_nvml_temperature, sensor, nvmlTemperature_v1_t, sensorType);
FIELD(orban_nvml_temperature, temperature, nvmlTemperature_v1_t, temperature);

SIZE(orban_nvml_pci, nvmlPciInfo_t);
FIELD(orban_nvml_pci, bus_id_legacy, nvmlPciInfo_t, busIdLegacy);
FIELD(orban_nvml_pci, domain, nvmlPciInfo_t, domain);
FIELD(orban_nvml_pci, bus, nvmlPciInfo_t, bus);
FIELD(orban_nvml_pci, device, nvmlPciInfo_t, device);
FIELD(orban_nvml_pci, device_id, nvmlPciInfo_t, pciDeviceId);
FIELD(orban_nvml_pci, subsystem_id, nvmlPciInfo_t, pciSubSystemId);
FIELD(orban_nvml_pci, bus_id, nvmlPciInfo_t, busId);

SIZE(orban_nvml_process, nvmlProcessInfo_t);
SIZE(orban_nvml_process, nvmlProcessInfo_v2_t); /* of the functions that end in _v2, too */
FIELD(orban_nvml_process, pid, nvmlProcessInfo_t, pid);
FIELD(orban_nvml_process, used, nvmlProcessInfo_t, usedGpuMemory);
FIELD(orban_nvml_process, gpu_instance, nvmlProcessInfo_t, gpuInstanceId);
FIELD(orban_nvml_process, compute_instance, nvmlProcessInfo_t, computeInstanceId);

SIZE(orban_nvml_event, nvmlEventData_t);
FIELD(orban_nvml_event, device, nvmlEventData_t, device);
FIELD(orban_nvml_event, type, nvmlEventData_t, eventType);
FIELD(orban_nvml_event, data, nvmlEventData_t, eventData);
FIELD(orban_nvml_event, gpu_instance, nvmlEventData_t, gpuInstanceId);
FIELD(orban_nvml_event, compute_instance, nvmlEventData_t, computeInstanceId);

/* ---- constants ---- */

SAME(ORBAN_NVML_SUCCESS, NVML_SUCCESS);
SAME(ORBAN_NVML_UNINITIALIZED, NVML_ERROR_UNINITIALIZED);
SAME(ORBAN_NVML_INVALID_ARGUMENT, NVML_ERROR_INVALID_ARGUMENT);
SAME(ORBAN_NVML_NOT_SUPPORTED, NVML_ERROR_NOT_SUPPORTED);
SAME(ORBAN_NVML_NO_PERMISSION, NVML_ERROR_NO_PERMISSION);
SAME(ORBAN_NVML_NOT_FOUND, NVML_ERROR_NOT_FOUND);
SAME(ORBAN_NVML_INSUFFICIENT_SIZE, NVML_ERROR_INSUFFICIENT_SIZE);
SAME(ORBAN_NVML_INSUFFICIENT_POWER, NVML_ERROR_INSUFFICIENT_POWER);
SAME(ORBAN_NVML_DRIVER_NOT_LOADED, NVML_ERROR_DRIVER_NOT_LOADED);
SAME(ORBAN_NVML_TIMEOUT, NVML_ERROR_TIMEOUT);
SAME(ORBAN_NVML_IRQ_ISSUE, NVML_ERROR_IRQ_ISSUE);
SAME(ORBAN_NVML_LIBRARY_NOT_FOUND, NVML_ERROR_LIBRARY_NOT_FOUND);
SAME(ORBAN_NVML_FUNCTION_NOT_FOUND, NVML_ERROR_FUNCTION_NOT_FOUND);
SAME(ORBAN_NVML_CORRUPTED_INFOROM, NVML_ERROR_CORRUPTED_INFOROM);
SAME(ORBAN_NVML_GPU_IS_LOST, NVML_ERROR_GPU_IS_LOST);
SAME(ORBAN_NVML_RESET_REQUIRED, NVML_ERROR_RESET_REQUIRED);
SAME(ORBAN_NVML_OPERATING_SYSTEM, NVML_ERROR_OPERATING_SYSTEM);
SAME(ORBAN_NVML_VERSION_MISMATCH, NVML_ERROR_LIB_RM_VERSION_MISMATCH);
SAME(ORBAN_NVML_IN_USE, NVML_ERROR_IN_USE);
SAME(ORBAN_NVML_MEMORY, NVML_ERROR_MEMORY);
SAME(ORBAN_NVML_NO_DATA, NVML_ERROR_NO_DATA);
SAME(ORBAN_NVML_INSUFFICIENT_RESOURCES, NVML_ERROR_INSUFFICIENT_RESOURCES);
SAME(ORBAN_NVML_ARGUMENT_VERSION_MISMATCH, NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
SAME(ORBAN_NVML_NOT_READY, NVML_ERROR_NOT_READY);
SAME(ORBAN_NVML_GPU_NOT_FOUND, NVML_ERROR_GPU_NOT_FOUND);
SAME(ORBAN_NVML_INVALID_STATE, NVML_ERROR_INVALID_STATE);
SAME(ORBAN_NVML_UNKNOWN, NVML_ERROR_UNKNOWN);

SAME(ORBAN_NVML_UUID_SIZE, NVML_DEVICE_UUID_V2_BUFFER_SIZE);
SAME(ORBAN_NVML_NAME_SIZE, NVML_DEVICE_NAME_V2_BUFFER_SIZE);
SAME(ORBAN_NVML_VERSION_SIZE, NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE);
SAME(ORBAN_NVML_VERSION_SIZE, NVML_SYSTEM_NVML_VERSION_BUFFER_SIZE);
SAME(ORBAN_NVML_TEMPERATURE_GPU, NVML_TEMPERATURE_GPU);
SAME(ORBAN_NVML_CLOCK_SM, NVML_CLOCK_SM);
SAME(ORBAN_NVML_CLOCK_MEMORY, NVML_CLOCK_MEM);
SAME(ORBAN_NVML_FEATURE_ENABLED, NVML_FEATURE_ENABLED);
SAME(ORBAN_NVML_FEATURE_ENABLED, NVML_DEVICE_MIG_ENABLE);
SAME(ORBAN_NVML_EVENT_XID, nvmlEventTypeXidCriticalError);
SAME(ORBAN_NVML_MEMORY_V2, nvmlMemory_v2);
SAME(ORBAN_NVML_TEMPERATURE_V1, nvmlTemperature_v1);

/* ---- prototypes: NVIDIA's function, called through the shape that we call it by ----
 *
 * Pointers to structures are cast, their layout being compared above; all else must fit as it is.
 */

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* old drivers have only the old name */

#define OURS_TO_THEIRS(name, parameters, call) \
    static int32_t name parameters { return (int32_t)call; }
#define D orban_nvml_device d
#define THE (nvmlDevice_t)d

OURS_TO_THEIRS(initialize, (void), nvmlInit_v2())
OURS_TO_THEIRS(stop, (void), nvmlShutdown())
OURS_TO_THEIRS(device_count, (unsigned int *n), nvmlDeviceGetCount_v2(n))
OURS_TO_THEIRS(device, (unsigned int i, orban_nvml_device *d),
               nvmlDeviceGetHandleByIndex_v2(i, (nvmlDevice_t *)d))
OURS_TO_THEIRS(uuid, (D, char *s, unsigned int n), nvmlDeviceGetUUID(THE, s, n))
OURS_TO_THEIRS(name, (D, char *s, unsigned int n), nvmlDeviceGetName(THE, s, n))
OURS_TO_THEIRS(memory, (D, orban_nvml_memory *m),
               nvmlDeviceGetMemoryInfo(THE, (nvmlMemory_t *)m))
OURS_TO_THEIRS(driver_version, (char *s, unsigned int n), nvmlSystemGetDriverVersion(s, n))
OURS_TO_THEIRS(nvml_version, (char *s, unsigned int n), nvmlSystemGetNVMLVersion(s, n))
OURS_TO_THEIRS(cuda_version, (int *v), nvmlSystemGetCudaDriverVersion_v2(v))
OURS_TO_THEIRS(memory_v2, (D, orban_nvml_memory_v2 *m),
               nvmlDeviceGetMemoryInfo_v2(THE, (nvmlMemory_v2_t *)m))
OURS_TO_THEIRS(capability, (D, int *a, int *b), nvmlDeviceGetCudaComputeCapability(THE, a, b))
OURS_TO_THEIRS(pci, (D, orban_nvml_pci *p), nvmlDeviceGetPciInfo_v3(THE, (nvmlPciInfo_t *)p))
OURS_TO_THEIRS(minor_number, (D, unsigned int *n), nvmlDeviceGetMinorNumber(THE, n))
OURS_TO_THEIRS(ecc, (D, unsigned int *a, unsigned int *b),
               nvmlDeviceGetEccMode(THE, (nvmlEnableState_t *)a, (nvmlEnableState_t *)b))
OURS_TO_THEIRS(mig, (D, unsigned int *a, unsigned int *b), nvmlDeviceGetMigMode(THE, a, b))
OURS_TO_THEIRS(instance_count, (D, unsigned int *n), nvmlDeviceGetMaxMigDeviceCount(THE, n))
OURS_TO_THEIRS(instance, (D, unsigned int i, orban_nvml_device *m),
               nvmlDeviceGetMigDeviceHandleByIndex(THE, i, (nvmlDevice_t *)m))
OURS_TO_THEIRS(gpu_instance, (D, unsigned int *n), nvmlDeviceGetGpuInstanceId(THE, n))
OURS_TO_THEIRS(compute_instance, (D, unsigned int *n), nvmlDeviceGetComputeInstanceId(THE, n))
OURS_TO_THEIRS(utilization, (D, orban_nvml_utilization *u),
               nvmlDeviceGetUtilizationRates(THE, (nvmlUtilization_t *)u))
OURS_TO_THEIRS(temperature, (D, unsigned int s, unsigned int *t),
               nvmlDeviceGetTemperature(THE, (nvmlTemperatureSensors_t)s, t))
OURS_TO_THEIRS(temperature_v1, (D, orban_nvml_temperature *t),
               nvmlDeviceGetTemperatureV(THE, (nvmlTemperature_t *)t))
OURS_TO_THEIRS(power, (D, unsigned int *p), nvmlDeviceGetPowerUsage(THE, p))
OURS_TO_THEIRS(energy, (D, unsigned long long *e), nvmlDeviceGetTotalEnergyConsumption(THE, e))
OURS_TO_THEIRS(clock_rate, (D, unsigned int c, unsigned int *m),
               nvmlDeviceGetClockInfo(THE, (nvmlClockType_t)c, m))
OURS_TO_THEIRS(throttle, (D, unsigned long long *r),
               nvmlDeviceGetCurrentClocksEventReasons(THE, r))
OURS_TO_THEIRS(throttle_old, (D, unsigned long long *r),
               nvmlDeviceGetCurrentClocksThrottleReasons(THE, r))
OURS_TO_THEIRS(compute, (D, unsigned int *n, orban_nvml_process *p),
               nvmlDeviceGetComputeRunningProcesses_v3(THE, n, (nvmlProcessInfo_t *)p))
OURS_TO_THEIRS(graphics, (D, unsigned int *n, orban_nvml_process *p),
               nvmlDeviceGetGraphicsRunningProcesses_v3(THE, n, (nvmlProcessInfo_t *)p))
OURS_TO_THEIRS(event_create, (orban_nvml_event_set *s), nvmlEventSetCreate((nvmlEventSet_t *)s))
OURS_TO_THEIRS(event_register, (D, unsigned long long t, orban_nvml_event_set s),
               nvmlDeviceRegisterEvents(THE, t, (nvmlEventSet_t)s))
OURS_TO_THEIRS(event_wait, (orban_nvml_event_set s, orban_nvml_event *e, unsigned int ms),
               nvmlEventSetWait_v2((nvmlEventSet_t)s, (nvmlEventData_t *)e, ms))
OURS_TO_THEIRS(event_free, (orban_nvml_event_set s), nvmlEventSetFree((nvmlEventSet_t)s))

/* Every member by its own shape; a new one without a line here is found by the size below. */
const orban_nvml_functions orban_nvml_abi = {
    .initialize = initialize, .shutdown = stop, .device_count = device_count, .device = device,
    .uuid = uuid, .name = name, .memory = memory, .driver_version = driver_version,
    .nvml_version = nvml_version, .cuda_version = cuda_version, .memory_v2 = memory_v2,
    .capability = capability, .pci = pci, .minor = minor_number, .ecc = ecc, .mig = mig,
    .instance_count = instance_count, .instance = instance, .gpu_instance = gpu_instance,
    .compute_instance = compute_instance, .utilization = utilization, .temperature = temperature,
    .temperature_v1 = temperature_v1, .power = power, .energy = energy, .clock = clock_rate,
    .throttle = throttle, .compute = compute, .graphics = graphics, .event_create = event_create,
    .event_register = event_register, .event_wait = event_wait, .event_free = event_free,
};
const orban_nvml_device_long orban_nvml_abi_old_throttle = throttle_old;
SAME(sizeof(orban_nvml_functions), 33 * sizeof(void *));
