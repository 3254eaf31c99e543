/* Compares Sources/CCUDA/include/ccuda.h with NVIDIA's own cuda.h (PyPI nvidia-cuda-runtime-cu12).
 *
 * Compiled with -Werror by script/double before the double itself and never linked: a size, a
 * constant or a prototype that differs stops the compiler. cuda.h maps each plain name to the
 * versioned one that the library exports; the names themselves are compared as texts.
 */
#include "ccuda.h"
#include "cuda.h"

#define SAME(ours, theirs) \
    _Static_assert((unsigned long long)(ours) == (unsigned long long)(theirs), #ours " is " #theirs)
#define SIZE(ours, theirs) SAME(sizeof(ours), sizeof(theirs))

SIZE(int32_t, CUresult);
SIZE(orban_cuda_device, CUdevice);
SIZE(orban_cuda_pointer, CUdeviceptr);
SIZE(orban_cuda_context, CUcontext);
SIZE(orban_cuda_module, CUmodule);
SIZE(orban_cuda_function, CUfunction);
SIZE(orban_cuda_stream, CUstream);
SIZE(orban_cuda_uuid, CUuuid);
SIZE(int32_t, CUdevice_attribute);

SAME(ORBAN_CUDA_SUCCESS, CUDA_SUCCESS);
SAME(ORBAN_CUDA_INVALID_VALUE, CUDA_ERROR_INVALID_VALUE);
SAME(ORBAN_CUDA_OUT_OF_MEMORY, CUDA_ERROR_OUT_OF_MEMORY);
SAME(ORBAN_CUDA_NO_DEVICE, CUDA_ERROR_NO_DEVICE);
SAME(ORBAN_CUDA_NOT_FOUND, CUDA_ERROR_NOT_FOUND);
SAME(ORBAN_CUDA_ILLEGAL_ADDRESS, CUDA_ERROR_ILLEGAL_ADDRESS);
SAME(ORBAN_CUDA_UNKNOWN, CUDA_ERROR_UNKNOWN);
SAME(ORBAN_CUDA_MULTIPROCESSORS, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
SAME(ORBAN_CUDA_CAPABILITY_MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
SAME(ORBAN_CUDA_CAPABILITY_MINOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);

/* What the plain name is in the library: `cuMemAlloc` is `cuMemAlloc_v2`. */
#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
#define EXPORTED(plain, ours) \
    _Static_assert(__builtin_strcmp(TEXT(plain), ours) == 0, #plain " is not " ours)
EXPORTED(cuDeviceTotalMem, "cuDeviceTotalMem_v2");
EXPORTED(cuDeviceGetUuid, "cuDeviceGetUuid");
EXPORTED(cuDeviceGetUuid_v2, "cuDeviceGetUuid_v2");
EXPORTED(cuCtxCreate, "cuCtxCreate_v2");
EXPORTED(cuCtxDestroy, "cuCtxDestroy_v2");
EXPORTED(cuMemGetInfo, "cuMemGetInfo_v2");
EXPORTED(cuMemAlloc, "cuMemAlloc_v2");
EXPORTED(cuMemFree, "cuMemFree_v2");
EXPORTED(cuMemcpyHtoD, "cuMemcpyHtoD_v2");
EXPORTED(cuMemcpyDtoH, "cuMemcpyDtoH_v2");
EXPORTED(cuMemsetD32, "cuMemsetD32_v2");
EXPORTED(cuModuleLoadData, "cuModuleLoadData");
EXPORTED(cuLaunchKernel, "cuLaunchKernel");

/* ---- prototypes: NVIDIA's function, called through the shape that we call it by ---- */

#define OURS_TO_THEIRS(name, parameters, call) \
    static int32_t name parameters { return (int32_t)call; }

OURS_TO_THEIRS(initialize, (unsigned int f), cuInit(f))
OURS_TO_THEIRS(device_count, (int *n), cuDeviceGetCount(n))
OURS_TO_THEIRS(device, (orban_cuda_device *d, int i), cuDeviceGet(d, i))
OURS_TO_THEIRS(uuid, (orban_cuda_uuid *u, orban_cuda_device d), cuDeviceGetUuid_v2((CUuuid *)u, d))
OURS_TO_THEIRS(uuid_old, (orban_cuda_uuid *u, orban_cuda_device d), cuDeviceGetUuid((CUuuid *)u, d))
OURS_TO_THEIRS(total_memory, (size_t *n, orban_cuda_device d), cuDeviceTotalMem(n, d))
OURS_TO_THEIRS(create, (orban_cuda_context *c, unsigned int f, orban_cuda_device d),
               cuCtxCreate((CUcontext *)c, f, d))
OURS_TO_THEIRS(destroy, (orban_cuda_context c), cuCtxDestroy((CUcontext)c))
OURS_TO_THEIRS(set_current, (orban_cuda_context c), cuCtxSetCurrent((CUcontext)c))
OURS_TO_THEIRS(synchronize, (void), cuCtxSynchronize())
OURS_TO_THEIRS(memory, (size_t *f, size_t *t), cuMemGetInfo(f, t))
OURS_TO_THEIRS(allocate, (orban_cuda_pointer *p, size_t n), cuMemAlloc((CUdeviceptr *)p, n))
OURS_TO_THEIRS(release, (orban_cuda_pointer p), cuMemFree(p))
OURS_TO_THEIRS(upload, (orban_cuda_pointer p, const void *h, size_t n), cuMemcpyHtoD(p, h, n))
OURS_TO_THEIRS(download, (void *h, orban_cuda_pointer p, size_t n), cuMemcpyDtoH(h, p, n))
OURS_TO_THEIRS(fill, (orban_cuda_pointer p, unsigned int w, size_t n), cuMemsetD32(p, w, n))
OURS_TO_THEIRS(load, (orban_cuda_module *m, const void *i), cuModuleLoadData((CUmodule *)m, i))
OURS_TO_THEIRS(unload, (orban_cuda_module m), cuModuleUnload((CUmodule)m))
OURS_TO_THEIRS(function, (orban_cuda_function *f, orban_cuda_module m, const char *s),
               cuModuleGetFunction((CUfunction *)f, (CUmodule)m, s))
OURS_TO_THEIRS(launch,
               (orban_cuda_function f, unsigned int a, unsigned int b, unsigned int c,
                unsigned int d, unsigned int e, unsigned int g, unsigned int n,
                orban_cuda_stream s, void **p, void **x),
               cuLaunchKernel((CUfunction)f, a, b, c, d, e, g, n, (CUstream)s, p, x))
OURS_TO_THEIRS(driver_version, (int *v), cuDriverGetVersion(v))
OURS_TO_THEIRS(name, (char *s, int n, orban_cuda_device d), cuDeviceGetName(s, n, d))
OURS_TO_THEIRS(attribute, (int *v, int32_t a, orban_cuda_device d),
               cuDeviceGetAttribute(v, (CUdevice_attribute)a, d))
OURS_TO_THEIRS(error_name, (int32_t c, const char **s), cuGetErrorName((CUresult)c, s))
OURS_TO_THEIRS(error_text, (int32_t c, const char **s), cuGetErrorString((CUresult)c, s))

/* Every member by its own shape; a new one without a line here is found by the size below. */
const orban_cuda_functions orban_cuda_abi = {
    .initialize = initialize, .device_count = device_count, .device = device, .uuid = uuid,
    .total_memory = total_memory, .create = create, .destroy = destroy,
    .set_current = set_current, .synchronize = synchronize, .memory = memory,
    .allocate = allocate, .release = release, .upload = upload, .download = download,
    .fill = fill, .load = load, .unload = unload, .function = function, .launch = launch,
    .driver_version = driver_version, .name = name, .attribute = attribute,
    .error_name = error_name, .error_text = error_text,
};
const orban_cuda_get_uuid orban_cuda_abi_old_uuid = uuid_old;
SAME(sizeof(orban_cuda_functions), 24 * sizeof(void *));
