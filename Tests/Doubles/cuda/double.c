/* A double of libcuda.so.1: the GPUs of the double of NVIDIA's management library, on the CPU.
 *
 * Compiled with -Werror against NVIDIA's own cuda.h, so that each prototype is the real one;
 * script/double --cuda does that and prints the path. Its devices are those that FAKE_NVML_COUNT
 * and FAKE_NVML_NODE name. Their memory is memory of this process; kernels are known by name and
 * are the same source that the PTX was made from. Where FAKE_NVML_STATE names a file, a context
 * stands in it as a process and a fault as an Xid. Otherwise all is well, unless the environment
 * says so:
 *
 *   FAKE_CUDA_MEMORY=BYTES   of each device that can be allocated (64 MiB)
 *   FAKE_CUDA_DIRTY=1        what is allocated is not cleared before
 *   FAKE_CUDA_FAIL=SYMBOL    calls of that function answer 999
 *   FAKE_CUDA_HANG=SYMBOL    a call of that function never comes back
 *   FAKE_CUDA_DIE=SYMBOL     a call of that function kills the process
 *   FAKE_CUDA_FORGET=1       nothing is written where memory is to be filled
 *   FAKE_CUDA_WRONG=ROWS     one bit is wrong in each product of at least so many rows
 *   FAKE_CUDA_KEEP=1         the last word of what is filled with zeros stays as it was
 *   FAKE_CUDA_SHRINK=1       once something was given back, half of the memory is gone
 *   FAKE_CUDA_LEAK=1         a context that was destroyed is still listed
 *   FAKE_CUDA_XID=N          what a fault raises (31)
 *   FAKE_CUDA_HARMLESS=1     nothing happens where a kernel should fault
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cuda.h"

enum { DEVICES = 8, BLOCKS = 4096, ALIGNMENT = 256, LINE = 256 };

/* ---- the kernels ---- */

struct place { unsigned int x, y; };
static struct place blockIdx, blockDim, threadIdx, gridDim;
#define atomicAdd(where, what) (*(where) += (what))
#include "kernels.h"

/* ---- the environment ---- */

static unsigned long long setting(const char *name, unsigned long long usual) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : usual;
}

static int is_set_to(const char *name, const char *symbol) {
    const char *text = getenv(name);
    return text && strcmp(text, symbol) == 0;
}

static int fails(const char *symbol) {
    if (is_set_to("FAKE_CUDA_DIE", symbol)) kill(getpid(), SIGKILL);
    while (is_set_to("FAKE_CUDA_HANG", symbol)) pause();
    return is_set_to("FAKE_CUDA_FAIL", symbol);
}

static unsigned int node(void) {
    const char *text = getenv("FAKE_NVML_NODE");
    return text ? (unsigned int)strtoul(text, NULL, 16) : 0x0fa4e000;
}

static int count_devices(void) {
    unsigned long long count = setting("FAKE_NVML_COUNT", 2);
    return count > DEVICES ? DEVICES : (int)count;
}

/* ---- what the other double is told ---- */

static const long long CONTEXT_BYTES = 104857600;

/* Whether a line is of a context whose process has died: the driver gives those back. */
static int is_orphan(const char *line) {
    int device, pid;
    long long bytes;
    return sscanf(line, "%d process %d %lld", &device, &pid, &bytes) == 3
        && bytes == CONTEXT_BYTES && kill(pid, 0) != 0;
}

/* Takes out the lines that are `gone`, and orphans; appends `more`. Either may be null. */
static void edit_orders(const char *gone, const char *more) {
    char path[PATH_MAX], line[LINE];
    const char *orders = getenv("FAKE_NVML_STATE");
    if (!orders) return;
    snprintf(path, sizeof path, "%s.lock", orders);
    int lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock < 0) return;
    flock(lock, LOCK_EX);
    snprintf(path, sizeof path, "%s.new", orders);
    FILE *from = fopen(orders, "re"), *to = fopen(path, "we");
    while (from && to && fgets(line, sizeof line, from))
        if (!is_orphan(line) && (!gone || strcmp(line, gone) != 0)) fputs(line, to);
    if (to && more) fputs(more, to);
    if (from) fclose(from);
    if (to && fclose(to) == 0) rename(path, orders);
    close(lock);
}

static void process_line(char *line, int device) {
    snprintf(line, LINE, "%d process %d %lld\n", device, (int)getpid(), CONTEXT_BYTES);
}

/* ---- state ---- */

static struct device {
    unsigned char *arena;
    struct block { size_t start, size; } blocks[BLOCKS];
    int count, shrunk, contexts;
} devices[DEVICES];

struct CUctx_st { int device, broken; };
struct CUmod_st { char *image; };
struct CUfunc_st { const char *name; };

static struct CUfunc_st functions[] = {
    {"orban_gemm_int8"}, {"orban_count_others"}, {"orban_fault"}, {"orban_speed"},
};
static _Thread_local struct CUctx_st *current;

static size_t capacity(const struct device *device) {
    size_t all = setting("FAKE_CUDA_MEMORY", 64ULL << 20);
    return device->shrunk ? all / 2 : all;
}

/* What every call of the context begins with. */
static CUresult enter(const char *symbol, struct device **device) {
    if (fails(symbol)) return CUDA_ERROR_UNKNOWN;
    if (!current) return CUDA_ERROR_INVALID_CONTEXT;
    if (current->broken) return CUDA_ERROR_ILLEGAL_ADDRESS;
    if (device) *device = &devices[current->device];
    return CUDA_SUCCESS;
}

/* Whether all of these bytes lie in one allocation. */
static int is_allocated(const struct device *device, CUdeviceptr at, size_t bytes) {
    for (int i = 0; i < device->count; i++) {
        CUdeviceptr start = (CUdeviceptr)device->arena + device->blocks[i].start;
        if (at >= start && bytes <= device->blocks[i].size
            && at - start <= device->blocks[i].size - bytes)
            return 1;
    }
    return 0;
}

static void leave_device(int device) {
    char line[LINE];
    if (--devices[device].contexts > 0 || setting("FAKE_CUDA_LEAK", 0)) return;
    process_line(line, device);
    edit_orders(line, NULL);
}

/* A process that ends loses its contexts. */
__attribute__((destructor)) static void leave(void) {
    for (int i = 0; i < DEVICES; i++)
        while (devices[i].contexts > 0) leave_device(i);
}

/* ---- the library ---- */

CUresult cuInit(unsigned int flags) {
    (void)flags;
    if (fails("cuInit")) return CUDA_ERROR_UNKNOWN;
    edit_orders(NULL, NULL);
    return count_devices() ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}

CUresult cuDriverGetVersion(int *version) {
    *version = 12040;
    return fails("cuDriverGetVersion") ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) {
    *count = count_devices();
    return fails("cuDeviceGetCount") ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
}

/* Not in the order of the management library, as the real one need not be. */
CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    if (ordinal < 0 || ordinal >= count_devices()) return CUDA_ERROR_INVALID_DEVICE;
    *device = count_devices() - 1 - ordinal;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) {
    if (fails("cuDeviceGetUuid_v2")) return CUDA_ERROR_UNKNOWN;
    unsigned int first = node(), last = (unsigned int)device + 1;
    memset(uuid, 0, sizeof *uuid);
    for (int i = 0; i < 4; i++) {
        uuid->bytes[i] = (char)(first >> (24 - 8 * i));
        uuid->bytes[12 + i] = (char)(last >> (24 - 8 * i));
    }
    uuid->bytes[6] = 0x40;
    uuid->bytes[8] = (char)0x80;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) {
    return cuDeviceGetUuid_v2(uuid, device);
}

CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
    snprintf(name, (size_t)size, "double %d", device);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
    (void)device;
    switch ((int)attribute) {
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 1; return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 5; return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 0; return CUDA_SUCCESS;
    default: return CUDA_ERROR_INVALID_VALUE;
    }
}

CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) {
    *bytes = capacity(&devices[device]);
    return CUDA_SUCCESS;
}

CUresult cuCtxCreate(CUcontext *context, unsigned int flags, CUdevice device) {
    char line[LINE];
    (void)flags;
    if (fails("cuCtxCreate_v2")) return CUDA_ERROR_UNKNOWN;
    if (device < 0 || device >= count_devices()) return CUDA_ERROR_INVALID_DEVICE;
    if (!devices[device].arena) {
        void *arena = mmap(NULL, capacity(&devices[device]), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (arena == MAP_FAILED) return CUDA_ERROR_OUT_OF_MEMORY;
        devices[device].arena = arena;
    }
    *context = calloc(1, sizeof **context);
    if (!*context) return CUDA_ERROR_OUT_OF_MEMORY;
    (*context)->device = device;
    current = *context;
    process_line(line, device);
    if (devices[device].contexts++ == 0) edit_orders(line, line);
    return CUDA_SUCCESS;
}

CUresult cuCtxDestroy(CUcontext context) {
    if (!context) return CUDA_ERROR_INVALID_CONTEXT;
    if (fails("cuCtxDestroy_v2")) return CUDA_ERROR_UNKNOWN;
    devices[context->device].count = 0;
    leave_device(context->device);
    if (current == context) current = NULL;
    free(context);
    return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context) {
    current = context;
    return CUDA_SUCCESS;
}

CUresult cuCtxSynchronize(void) {
    return enter("cuCtxSynchronize", NULL);
}

/* ---- memory ---- */

CUresult cuMemGetInfo(size_t *unused, size_t *total) {
    struct device *device;
    CUresult answer = enter("cuMemGetInfo_v2", &device);
    if (answer != CUDA_SUCCESS) return answer;
    *unused = *total = capacity(device);
    for (int i = 0; i < device->count; i++) {
        size_t size = device->blocks[i].size;
        *unused -= size < *unused ? size : *unused;
    }
    return CUDA_SUCCESS;
}

/* First fit; the blocks are kept in the order of their places. */
CUresult cuMemAlloc(CUdeviceptr *address, size_t bytes) {
    struct device *device;
    CUresult answer = enter("cuMemAlloc_v2", &device);
    if (answer != CUDA_SUCCESS) return answer;
    if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    if (bytes > capacity(device) || device->count == BLOCKS) return CUDA_ERROR_OUT_OF_MEMORY;
    size_t size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, start = 0;
    int place = 0;
    while (place < device->count && device->blocks[place].start - start < size) {
        start = device->blocks[place].start + device->blocks[place].size;
        place++;
    }
    if (start > capacity(device) || capacity(device) - start < size)
        return CUDA_ERROR_OUT_OF_MEMORY;
    memmove(&device->blocks[place + 1], &device->blocks[place],
            (size_t)(device->count - place) * sizeof *device->blocks);
    device->blocks[place] = (struct block){start, size};
    device->count++;
    if (!setting("FAKE_CUDA_DIRTY", 0)) memset(device->arena + start, 0, size);
    *address = (CUdeviceptr)(device->arena + start);
    return CUDA_SUCCESS;
}

CUresult cuMemFree(CUdeviceptr address) {
    struct device *device;
    CUresult answer = enter("cuMemFree_v2", &device);
    if (answer != CUDA_SUCCESS) return answer;
    for (int i = 0; i < device->count; i++) {
        if ((CUdeviceptr)device->arena + device->blocks[i].start != address) continue;
        device->count--;
        memmove(&device->blocks[i], &device->blocks[i + 1],
                (size_t)(device->count - i) * sizeof *device->blocks);
        device->shrunk |= setting("FAKE_CUDA_SHRINK", 0) != 0;
        return CUDA_SUCCESS;
    }
    return CUDA_ERROR_INVALID_VALUE;
}

CUresult cuMemcpyHtoD(CUdeviceptr to, const void *from, size_t bytes) {
    struct device *device;
    CUresult answer = enter("cuMemcpyHtoD_v2", &device);
    if (answer != CUDA_SUCCESS) return answer;
    if (!is_allocated(device, to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    memcpy((void *)to, from, bytes);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoH(void *to, CUdeviceptr from, size_t bytes) {
    struct device *device;
    CUresult answer = enter("cuMemcpyDtoH_v2", &device);
    if (answer != CUDA_SUCCESS) return answer;
    if (!is_allocated(device, from, bytes)) return CUDA_ERROR_INVALID_VALUE;
    memcpy(to, (const void *)from, bytes);
    return CUDA_SUCCESS;
}

CUresult cuMemsetD32(CUdeviceptr to, unsigned int word, size_t words) {
    struct device *device;
    CUresult answer = enter("cuMemsetD32_v2", &device);
    if (answer != CUDA_SUCCESS) return answer;
    if (!is_allocated(device, to, words * sizeof word)) return CUDA_ERROR_INVALID_VALUE;
    if (setting("FAKE_CUDA_FORGET", 0)) return CUDA_SUCCESS;
    if (word == 0 && words && setting("FAKE_CUDA_KEEP", 0)) words--;
    for (size_t i = 0; i < words; i++) ((unsigned int *)to)[i] = word;
    return CUDA_SUCCESS;
}

/* ---- kernels ---- */

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
    CUresult answer = enter("cuModuleLoadData", NULL);
    if (answer != CUDA_SUCCESS) return answer;
    if (!strstr(image, ".version") || !strstr(image, ".target")) return CUDA_ERROR_INVALID_PTX;
    *module = calloc(1, sizeof **module);
    if (!*module) return CUDA_ERROR_OUT_OF_MEMORY;
    (*module)->image = strdup(image);
    return (*module)->image ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuModuleUnload(CUmodule module) {
    free(module->image);
    free(module);
    return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    char entry[LINE];
    CUresult answer = enter("cuModuleGetFunction", NULL);
    if (answer != CUDA_SUCCESS) return answer;
    snprintf(entry, sizeof entry, ".entry %s(", name);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0 && strstr(module->image, entry)) {
            *function = &functions[i];
            return CUDA_SUCCESS;
        }
    return CUDA_ERROR_NOT_FOUND;
}

#define ARGUMENT(type, index) (*(type *)arguments[index])

static void run_thread(const struct CUfunc_st *function, void **arguments) {
    if (function == &functions[0])
        orban_gemm_int8(ARGUMENT(const signed char *, 0), ARGUMENT(const signed char *, 1),
                        ARGUMENT(int *, 2), ARGUMENT(unsigned int, 3),
                        ARGUMENT(unsigned int, 4), ARGUMENT(unsigned int, 5));
    else if (function == &functions[3])
        orban_speed(ARGUMENT(float *, 0), ARGUMENT(float, 1), ARGUMENT(float, 2),
                    ARGUMENT(unsigned int, 3));
    else
        orban_count_others(ARGUMENT(const unsigned int *, 0), ARGUMENT(unsigned long long, 1),
                           ARGUMENT(unsigned int, 2), ARGUMENT(unsigned long long *, 3));
}

static CUresult fault(void) {
    char line[LINE];
    (void)orban_fault;
    if (setting("FAKE_CUDA_HARMLESS", 0)) return CUDA_SUCCESS;
    snprintf(line, sizeof line, "%d xid %llu\n", current->device, setting("FAKE_CUDA_XID", 31));
    edit_orders(NULL, line);
    current->broken = 1; /* told by the calls that follow: a kernel runs beside them */
    return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned int gx, unsigned int gy, unsigned int gz,
                        unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared,
                        CUstream stream, void **arguments, void **extra) {
    (void)shared, (void)stream, (void)extra;
    CUresult answer = enter("cuLaunchKernel", NULL);
    if (answer != CUDA_SUCCESS) return answer;
    if (!gx || !gy || gz != 1 || !bx || !by || bz != 1 || bx * by > 1024 || gy > 65535)
        return CUDA_ERROR_INVALID_VALUE;
    if (function == &functions[2]) return fault();
    gridDim = (struct place){gx, gy};
    blockDim = (struct place){bx, by};
    for (blockIdx.y = 0; blockIdx.y < gy; blockIdx.y++)
        for (blockIdx.x = 0; blockIdx.x < gx; blockIdx.x++)
            for (threadIdx.y = 0; threadIdx.y < by; threadIdx.y++)
                for (threadIdx.x = 0; threadIdx.x < bx; threadIdx.x++)
                    run_thread(function, arguments);
    if (function == &functions[0]
        && ARGUMENT(unsigned int, 3) >= setting("FAKE_CUDA_WRONG", ULLONG_MAX))
        ARGUMENT(int *, 2)[ARGUMENT(unsigned int, 4) - 1] ^= 1 << 7;
    if (function == &functions[3] && setting("FAKE_CUDA_LAZY", 0))
        ARGUMENT(float *, 0)[gx * bx - 1] /= 2;
    return CUDA_SUCCESS;
}

/* ---- words ---- */

CUresult cuGetErrorName(CUresult error, const char **text) {
    switch ((int)error) {
    case CUDA_SUCCESS: *text = "CUDA_SUCCESS"; break;
    case CUDA_ERROR_OUT_OF_MEMORY: *text = "CUDA_ERROR_OUT_OF_MEMORY"; break;
    case CUDA_ERROR_ILLEGAL_ADDRESS: *text = "CUDA_ERROR_ILLEGAL_ADDRESS"; break;
    case CUDA_ERROR_UNKNOWN: *text = "CUDA_ERROR_UNKNOWN"; break;
    default: *text = NULL; return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
}

CUresult cuGetErrorString(CUresult error, const char **text) {
    (void)error;
    *text = "the double says no";
    return CUDA_SUCCESS;
}
