/* The parts of the CUDA driver's binary interface that Orban calls, in our own words.
 *
 * Facts only: which symbols libcuda.so.1 exports and what they take, after cuda.h of CUDA 12.9
 * (PyPI nvidia-cuda-runtime-cu12). Tests/Doubles/cuda/abi.c is compiled against that header and
 * fails where a size, a value or a prototype differs. Nothing is linked: the CUDA module looks each
 * symbol up at run time, under the versioned name that the interface has for it, and puts it into
 * orban_cuda_functions.
 */
#ifndef ORBAN_CCUDA_H
#define ORBAN_CCUDA_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define ORBAN_NULLABLE _Nullable
#define ORBAN_NONNULL _Nonnull
#pragma clang assume_nonnull begin
#else
#define ORBAN_NULLABLE
#define ORBAN_NONNULL
#endif

/* ---- answers (CUresult) and selectors ---- */

#define ORBAN_CUDA_SUCCESS 0
#define ORBAN_CUDA_INVALID_VALUE 1
#define ORBAN_CUDA_OUT_OF_MEMORY 2
#define ORBAN_CUDA_NO_DEVICE 100
#define ORBAN_CUDA_NOT_FOUND 500
#define ORBAN_CUDA_ILLEGAL_ADDRESS 700
#define ORBAN_CUDA_UNKNOWN 999
#define ORBAN_CUDA_MULTIPROCESSORS 16  /* CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT */
#define ORBAN_CUDA_CAPABILITY_MAJOR 75 /* CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR */
#define ORBAN_CUDA_CAPABILITY_MINOR 76

/* ---- types ---- */

typedef int32_t orban_cuda_device;
typedef uint64_t orban_cuda_pointer; /* an address on the device */
typedef struct orban_cuda_context_st *orban_cuda_context;
typedef struct orban_cuda_module_st *orban_cuda_module;
typedef struct orban_cuda_function_st *orban_cuda_function;
typedef struct orban_cuda_stream_st *orban_cuda_stream;

typedef struct {
    unsigned char bytes[16];
} orban_cuda_uuid;

/* ---- prototypes, by shape; each answers a CUresult ---- */

typedef int32_t (*orban_cuda_initialize)(unsigned int flags);
typedef int32_t (*orban_cuda_integer)(int *value);
typedef int32_t (*orban_cuda_find)(orban_cuda_device *device, int index);
typedef int32_t (*orban_cuda_get_uuid)(orban_cuda_uuid *uuid, orban_cuda_device);
typedef int32_t (*orban_cuda_get_name)(char *name, int size, orban_cuda_device);
typedef int32_t (*orban_cuda_get_attribute)(int *value, int32_t attribute, orban_cuda_device);
typedef int32_t (*orban_cuda_get_memory)(size_t *bytes, orban_cuda_device);
typedef int32_t (*orban_cuda_create)(orban_cuda_context ORBAN_NULLABLE *ORBAN_NONNULL context,
                                     unsigned int flags, orban_cuda_device);
typedef int32_t (*orban_cuda_of_context)(orban_cuda_context ORBAN_NULLABLE);
typedef int32_t (*orban_cuda_plain)(void);
typedef int32_t (*orban_cuda_free_and_total)(size_t *free, size_t *total);
typedef int32_t (*orban_cuda_allocate)(orban_cuda_pointer *address, size_t bytes);
typedef int32_t (*orban_cuda_release)(orban_cuda_pointer address);
typedef int32_t (*orban_cuda_upload)(orban_cuda_pointer to, const void *from, size_t bytes);
typedef int32_t (*orban_cuda_download)(void *to, orban_cuda_pointer from, size_t bytes);
typedef int32_t (*orban_cuda_fill)(orban_cuda_pointer to, unsigned int word, size_t words);
typedef int32_t (*orban_cuda_load)(orban_cuda_module ORBAN_NULLABLE *ORBAN_NONNULL module,
                                   const void *image);
typedef int32_t (*orban_cuda_unload)(orban_cuda_module module);
typedef int32_t (*orban_cuda_get_function)(orban_cuda_function ORBAN_NULLABLE *ORBAN_NONNULL,
                                           orban_cuda_module, const char *name);
typedef int32_t (*orban_cuda_launch)(orban_cuda_function, unsigned int grid_x, unsigned int grid_y,
                                     unsigned int grid_z, unsigned int block_x,
                                     unsigned int block_y, unsigned int block_z,
                                     unsigned int shared_bytes, orban_cuda_stream ORBAN_NULLABLE,
                                     void *ORBAN_NULLABLE *ORBAN_NULLABLE parameters,
                                     void *ORBAN_NULLABLE *ORBAN_NULLABLE extra);
typedef int32_t (*orban_cuda_text)(int32_t code,
                                   const char *ORBAN_NULLABLE *ORBAN_NONNULL text);

/* What was found in the library; null where a symbol is missing. */
typedef struct {
    orban_cuda_initialize ORBAN_NULLABLE initialize;         /* cuInit */
    orban_cuda_integer ORBAN_NULLABLE device_count;          /* cuDeviceGetCount */
    orban_cuda_find ORBAN_NULLABLE device;                   /* cuDeviceGet */
    orban_cuda_get_uuid ORBAN_NULLABLE uuid;                 /* cuDeviceGetUuid_v2 */
    orban_cuda_get_memory ORBAN_NULLABLE total_memory;       /* cuDeviceTotalMem_v2 */
    orban_cuda_create ORBAN_NULLABLE create;                 /* cuCtxCreate_v2 */
    orban_cuda_of_context ORBAN_NULLABLE destroy;            /* cuCtxDestroy_v2 */
    orban_cuda_of_context ORBAN_NULLABLE set_current;        /* cuCtxSetCurrent */
    orban_cuda_plain ORBAN_NULLABLE synchronize;             /* cuCtxSynchronize */
    orban_cuda_free_and_total ORBAN_NULLABLE memory;         /* cuMemGetInfo_v2 */
    orban_cuda_allocate ORBAN_NULLABLE allocate;             /* cuMemAlloc_v2 */
    orban_cuda_release ORBAN_NULLABLE release;               /* cuMemFree_v2 */
    orban_cuda_upload ORBAN_NULLABLE upload;                 /* cuMemcpyHtoD_v2 */
    orban_cuda_download ORBAN_NULLABLE download;             /* cuMemcpyDtoH_v2 */
    orban_cuda_fill ORBAN_NULLABLE fill;                     /* cuMemsetD32_v2 */
    orban_cuda_load ORBAN_NULLABLE load;                     /* cuModuleLoadData */
    orban_cuda_unload ORBAN_NULLABLE unload;                 /* cuModuleUnload */
    orban_cuda_get_function ORBAN_NULLABLE function;         /* cuModuleGetFunction */
    orban_cuda_launch ORBAN_NULLABLE launch;                 /* cuLaunchKernel */

    /* Each of these is one field more. */
    orban_cuda_integer ORBAN_NULLABLE driver_version;        /* cuDriverGetVersion */
    orban_cuda_get_name ORBAN_NULLABLE name;                 /* cuDeviceGetName */
    orban_cuda_get_attribute ORBAN_NULLABLE attribute;       /* cuDeviceGetAttribute */
    orban_cuda_text ORBAN_NULLABLE error_name;               /* cuGetErrorName */
    orban_cuda_text ORBAN_NULLABLE error_text;               /* cuGetErrorString */
} orban_cuda_functions;

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
