/* The parts of NVML's binary interface that Orban calls, in our own words.
 *
 * Facts only: which symbols libnvidia-ml.so.1 exports, what they take, and how their structures lie
 * in memory, after nvml.h of NVML 13 (PyPI nvidia-nvml-dev). Tests/Doubles/nvml/abi.c is compiled
 * against that header and fails where a size, an offset, a value or a prototype differs.
 * Nothing is linked: the NVML module looks each symbol up at run time and puts it into
 * orban_nvml_functions.
 */
#ifndef ORBAN_CNVML_H
#define ORBAN_CNVML_H

#include <stdint.h>

#if defined(__clang__)
#define ORBAN_NULLABLE _Nullable
#define ORBAN_NONNULL _Nonnull
#pragma clang assume_nonnull begin
#else
#define ORBAN_NULLABLE
#define ORBAN_NONNULL
#endif

/* ---- answers (nvmlReturn_t) ---- */

#define ORBAN_NVML_SUCCESS 0
#define ORBAN_NVML_UNINITIALIZED 1
#define ORBAN_NVML_INVALID_ARGUMENT 2
#define ORBAN_NVML_NOT_SUPPORTED 3
#define ORBAN_NVML_NO_PERMISSION 4
#define ORBAN_NVML_NOT_FOUND 6
#define ORBAN_NVML_INSUFFICIENT_SIZE 7
#define ORBAN_NVML_INSUFFICIENT_POWER 8
#define ORBAN_NVML_DRIVER_NOT_LOADED 9
#define ORBAN_NVML_TIMEOUT 10
#define ORBAN_NVML_IRQ_ISSUE 11
#define ORBAN_NVML_LIBRARY_NOT_FOUND 12
#define ORBAN_NVML_FUNCTION_NOT_FOUND 13
#define ORBAN_NVML_CORRUPTED_INFOROM 14
#define ORBAN_NVML_GPU_IS_LOST 15
#define ORBAN_NVML_RESET_REQUIRED 16
#define ORBAN_NVML_OPERATING_SYSTEM 17
#define ORBAN_NVML_VERSION_MISMATCH 18
#define ORBAN_NVML_IN_USE 19
#define ORBAN_NVML_MEMORY 20
#define ORBAN_NVML_NO_DATA 21
#define ORBAN_NVML_INSUFFICIENT_RESOURCES 23
#define ORBAN_NVML_ARGUMENT_VERSION_MISMATCH 25
#define ORBAN_NVML_NOT_READY 27
#define ORBAN_NVML_GPU_NOT_FOUND 28
#define ORBAN_NVML_INVALID_STATE 29
#define ORBAN_NVML_UNKNOWN 999

/* ---- sizes, selectors and flags ---- */

#define ORBAN_NVML_UUID_SIZE 96     /* NVML_DEVICE_UUID_V2_BUFFER_SIZE */
#define ORBAN_NVML_NAME_SIZE 96     /* NVML_DEVICE_NAME_V2_BUFFER_SIZE */
#define ORBAN_NVML_VERSION_SIZE 80  /* NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE and NVML's own */
#define ORBAN_NVML_TEMPERATURE_GPU 0
#define ORBAN_NVML_CLOCK_SM 1
#define ORBAN_NVML_CLOCK_MEMORY 2
#define ORBAN_NVML_FEATURE_ENABLED 1
#define ORBAN_NVML_EVENT_XID 0x8
#define ORBAN_NVML_MEMORY_V2 0x02000028u      /* structure version: size, and 2 in the top byte */
#define ORBAN_NVML_TEMPERATURE_V1 0x0100000Cu /* likewise with 1 */

/* ---- structures ---- */

typedef struct orban_nvml_device_st *orban_nvml_device;
typedef struct orban_nvml_event_set_st *orban_nvml_event_set;

/* Bytes; `used` counts what the driver keeps for itself. */
typedef struct {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
} orban_nvml_memory;

/* Bytes; what the driver keeps for itself stands apart. `version` is ORBAN_NVML_MEMORY_V2. */
typedef struct {
    unsigned int version;
    unsigned long long total;
    unsigned long long reserved;
    unsigned long long free;
    unsigned long long used;
} orban_nvml_memory_v2;

/* Percent of the last sampling period. */
typedef struct {
    unsigned int gpu;
    unsigned int memory;
} orban_nvml_utilization;

/* Degrees Celsius. `version` is ORBAN_NVML_TEMPERATURE_V1. */
typedef struct {
    unsigned int version;
    unsigned int sensor;
    int temperature;
} orban_nvml_temperature;

typedef struct {
    char bus_id_legacy[16];
    unsigned int domain;
    unsigned int bus;
    unsigned int device;
    unsigned int device_id;
    unsigned int subsystem_id;
    char bus_id[32];
} orban_nvml_pci;

/* `used` in bytes, all ones where the driver does not say. The instances are those of MIG. */
typedef struct {
    unsigned int pid;
    unsigned long long used;
    unsigned int gpu_instance;
    unsigned int compute_instance;
} orban_nvml_process;

/* `data` is the Xid for ORBAN_NVML_EVENT_XID. */
typedef struct {
    orban_nvml_device ORBAN_NULLABLE device;
    unsigned long long type;
    unsigned long long data;
    unsigned int gpu_instance;
    unsigned int compute_instance;
} orban_nvml_event;

/* ---- prototypes, by shape; each answers an nvmlReturn_t ---- */

typedef int32_t (*orban_nvml_plain)(void);
typedef int32_t (*orban_nvml_text)(char *text, unsigned int size);
typedef int32_t (*orban_nvml_integer)(int *value);
typedef int32_t (*orban_nvml_count)(unsigned int *count);
typedef int32_t (*orban_nvml_find)(unsigned int index,
                                   orban_nvml_device ORBAN_NULLABLE *ORBAN_NONNULL device);
typedef int32_t (*orban_nvml_device_text)(orban_nvml_device, char *text, unsigned int size);
typedef int32_t (*orban_nvml_device_number)(orban_nvml_device, unsigned int *value);
typedef int32_t (*orban_nvml_device_long)(orban_nvml_device, unsigned long long *value);
typedef int32_t (*orban_nvml_device_choice)(orban_nvml_device, unsigned int which,
                                            unsigned int *value);
typedef int32_t (*orban_nvml_device_modes)(orban_nvml_device, unsigned int *current,
                                           unsigned int *pending);
typedef int32_t (*orban_nvml_device_integers)(orban_nvml_device, int *major, int *minor);
typedef int32_t (*orban_nvml_device_memory)(orban_nvml_device, orban_nvml_memory *);
typedef int32_t (*orban_nvml_device_memory_v2)(orban_nvml_device, orban_nvml_memory_v2 *);
typedef int32_t (*orban_nvml_device_utilization)(orban_nvml_device, orban_nvml_utilization *);
typedef int32_t (*orban_nvml_device_temperature)(orban_nvml_device, orban_nvml_temperature *);
typedef int32_t (*orban_nvml_device_pci)(orban_nvml_device, orban_nvml_pci *);
typedef int32_t (*orban_nvml_device_processes)(orban_nvml_device, unsigned int *count,
                                               orban_nvml_process *ORBAN_NULLABLE list);
typedef int32_t (*orban_nvml_device_find)(orban_nvml_device, unsigned int index,
                                          orban_nvml_device ORBAN_NULLABLE *ORBAN_NONNULL);
typedef int32_t (*orban_nvml_event_create)(orban_nvml_event_set ORBAN_NULLABLE *ORBAN_NONNULL);
typedef int32_t (*orban_nvml_event_register)(orban_nvml_device, unsigned long long types,
                                             orban_nvml_event_set);
typedef int32_t (*orban_nvml_event_wait)(orban_nvml_event_set, orban_nvml_event *,
                                         unsigned int milliseconds);
typedef int32_t (*orban_nvml_event_free)(orban_nvml_event_set);

/* What was found in the library; null where a symbol is missing. */
typedef struct {
    /* Without these nothing can be said about a device. */
    orban_nvml_plain ORBAN_NULLABLE initialize;                    /* nvmlInit_v2 */
    orban_nvml_plain ORBAN_NULLABLE shutdown;                      /* nvmlShutdown */
    orban_nvml_count ORBAN_NULLABLE device_count;                  /* nvmlDeviceGetCount_v2 */
    orban_nvml_find ORBAN_NULLABLE device;             /* nvmlDeviceGetHandleByIndex_v2 */
    orban_nvml_device_text ORBAN_NULLABLE uuid;                    /* nvmlDeviceGetUUID */
    orban_nvml_device_text ORBAN_NULLABLE name;                    /* nvmlDeviceGetName */
    orban_nvml_device_memory ORBAN_NULLABLE memory;                /* nvmlDeviceGetMemoryInfo */

    /* Each of these is one field more. */
    orban_nvml_text ORBAN_NULLABLE driver_version;     /* nvmlSystemGetDriverVersion */
    orban_nvml_text ORBAN_NULLABLE nvml_version;       /* nvmlSystemGetNVMLVersion */
    orban_nvml_integer ORBAN_NULLABLE cuda_version;    /* nvmlSystemGetCudaDriverVersion_v2 */
    orban_nvml_device_memory_v2 ORBAN_NULLABLE memory_v2;          /* nvmlDeviceGetMemoryInfo_v2 */
    orban_nvml_device_integers ORBAN_NULLABLE capability; /* nvmlDeviceGetCudaComputeCapability */
    orban_nvml_device_pci ORBAN_NULLABLE pci;                      /* nvmlDeviceGetPciInfo_v3 */
    orban_nvml_device_number ORBAN_NULLABLE minor;                 /* nvmlDeviceGetMinorNumber */
    orban_nvml_device_modes ORBAN_NULLABLE ecc;                    /* nvmlDeviceGetEccMode */
    orban_nvml_device_modes ORBAN_NULLABLE mig;                    /* nvmlDeviceGetMigMode */
    orban_nvml_device_number ORBAN_NULLABLE instance_count; /* nvmlDeviceGetMaxMigDeviceCount */
    orban_nvml_device_find ORBAN_NULLABLE instance;   /* nvmlDeviceGetMigDeviceHandleByIndex */
    orban_nvml_device_number ORBAN_NULLABLE gpu_instance;          /* nvmlDeviceGetGpuInstanceId */
    orban_nvml_device_number ORBAN_NULLABLE compute_instance; /* nvmlDeviceGetComputeInstanceId */
    orban_nvml_device_utilization ORBAN_NULLABLE utilization; /* nvmlDeviceGetUtilizationRates */
    orban_nvml_device_choice ORBAN_NULLABLE temperature;           /* nvmlDeviceGetTemperature */
    orban_nvml_device_temperature ORBAN_NULLABLE temperature_v1;   /* nvmlDeviceGetTemperatureV */
    orban_nvml_device_number ORBAN_NULLABLE power;                 /* nvmlDeviceGetPowerUsage */
    orban_nvml_device_long ORBAN_NULLABLE energy;    /* nvmlDeviceGetTotalEnergyConsumption */
    orban_nvml_device_choice ORBAN_NULLABLE clock;                 /* nvmlDeviceGetClockInfo */
    orban_nvml_device_long ORBAN_NULLABLE throttle; /* nvmlDeviceGetCurrentClocksEventReasons */
    orban_nvml_device_processes ORBAN_NULLABLE compute; /* …GetComputeRunningProcesses_v3 */
    orban_nvml_device_processes ORBAN_NULLABLE graphics; /* …GetGraphicsRunningProcesses_v3 */
    orban_nvml_event_create ORBAN_NULLABLE event_create;           /* nvmlEventSetCreate */
    orban_nvml_event_register ORBAN_NULLABLE event_register;       /* nvmlDeviceRegisterEvents */
    orban_nvml_event_wait ORBAN_NULLABLE event_wait;               /* nvmlEventSetWait_v2 */
    orban_nvml_event_free ORBAN_NULLABLE event_free;               /* nvmlEventSetFree */
} orban_nvml_functions;

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
