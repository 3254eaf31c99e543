/* A double of libnvidia-ml.so.1: GPUs that are not there, for tests and `orban up --nvml PATH`.
 *
 * Compiled with -Werror against NVIDIA's own nvml.h, so that each prototype and structure is the
 * real one; script/double does that and prints the path. Its devices are idle, with no processes,
 * unless the environment, read at each call, says otherwise:
 *
 *   FAKE_NVML_COUNT=N          devices, 0 to 8 (2)
 *   FAKE_NVML_NODE=HEX         eight digits in each UUID, for nodes whose UUIDs must differ
 *   FAKE_NVML_MIG=0=3,2=7      devices in MIG mode, and how many instances of one slice each has
 *   FAKE_NVML_HOSTILE=WORD     lies: strings, empty, twins, numbers, counts, endless, codes, cached
 *   FAKE_NVML_STATE=FILE       orders, below; no such file, no orders
 *
 * One order a line; a device is an index or a UUID; what is not understood is skipped:
 *
 *   DEVICE gone                every call of the device answers GPU_IS_LOST
 *   DEVICE silent              every call of the device answers TIMEOUT
 *   DEVICE hang                every call of the device blocks for as long as the line stands;
 *                              while one does, FILE.hanging exists
 *   DEVICE xid N               one event, when the line appears (in the sets that watch it by then)
 *   DEVICE temp C              degrees
 *   DEVICE util PERCENT        of the device; half of it of the memory
 *   DEVICE throttle HEX        the reasons
 *   DEVICE used BYTES          memory, beside what processes use
 *   DEVICE process PID BYTES   a compute process
 *   DEVICE graphics PID BYTES  a graphics process
 *   driver reloaded            once, when the line appears: UNINITIALIZED until nvmlInit is called;
 *                              no handle or event set from before is known any more
 *   driver gone                DRIVER_NOT_LOADED for as long as the line stands, then as reloaded
 */
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nvml.h"

enum { DEVICES = 8, INSTANCES = 7, ORDERS = 128, SETS = 64, EVENTS = 32 };
#define NOBODY 0xFFFFFFFFu /* no instance */

/* ---- the devices ---- */

struct model {
    const char *name, *slice;
    unsigned long long total, reserved, energy;
    unsigned int major, minor, temperature, milliwatts, sm_clock, memory_clock;
    int has_ecc, ecc, has_mig, has_energy;
};

static const struct model models[DEVICES] = {
    {"NVIDIA H100 80GB HBM3", "1g.10gb", 85520809984ULL, 551550976ULL, 123456789ULL,
     9, 0, 34, 69300, 345, 2619, 1, 1, 1, 1},
    {"NVIDIA GeForce RTX 4090", NULL, 25757220864ULL, 460324864ULL, 987654321ULL,
     8, 9, 41, 21750, 210, 405, 1, 0, 0, 1},
    {"NVIDIA A100-SXM4-80GB", "1g.10gb", 85899345920ULL, 620756992ULL, 555000111ULL,
     8, 0, 31, 61120, 210, 1593, 1, 1, 1, 1},
    {"NVIDIA GeForce GTX 1080 Ti", NULL, 11811160064ULL, 129236992ULL, 0,
     6, 1, 45, 9800, 139, 405, 0, 0, 0, 0},
    {"NVIDIA L40S", NULL, 48305799168ULL, 473956352ULL, 42ULL,
     8, 9, 38, 35010, 210, 405, 1, 1, 0, 1},
    {"NVIDIA RTX A6000", NULL, 51527024640ULL, 502267904ULL, 1234ULL,
     8, 6, 40, 22400, 210, 405, 1, 0, 0, 1},
    {"NVIDIA H200", "1g.18gb", 150754820096ULL, 658505728ULL, 31415926535ULL,
     9, 0, 29, 75900, 345, 3201, 1, 1, 1, 1},
    {"Tesla T4", NULL, 16106127360ULL, 458227712ULL, 2718281828ULL,
     7, 5, 50, 10110, 300, 405, 1, 1, 0, 1},
};

static unsigned int device_count(void) {
    const char *text = getenv("FAKE_NVML_COUNT");
    long count = text ? strtol(text, NULL, 10) : 2;
    return count < 0 ? 0 : count > DEVICES ? DEVICES : (unsigned int)count;
}

static unsigned int node(void) {
    const char *text = getenv("FAKE_NVML_NODE");
    return text ? (unsigned int)strtoul(text, NULL, 16) : 0x0fa4e000;
}

static unsigned int instance_count(unsigned int index) {
    const char *text = getenv("FAKE_NVML_MIG");
    for (; text && *text && models[index].has_mig; text = strchr(text, ',')) {
        unsigned int device, count;
        if (*text == ',') text++;
        if (sscanf(text, "%u=%u", &device, &count) == 2 && device == index)
            return count > INSTANCES ? INSTANCES : count;
    }
    return 0;
}

static int lies(const char *how) {
    const char *text = getenv("FAKE_NVML_HOSTILE");
    return text && strcmp(text, how) == 0;
}

static void write_uuid(char *out, size_t size, unsigned int index, int instance) {
    if (lies("twins")) index = 0;
    snprintf(out, size, "%s-%08x-%04x-4000-8000-%012x", instance < 0 ? "GPU" : "MIG", node(),
             (unsigned int)(instance + 1), index + 1);
}

/* ---- the orders ---- */

enum what { GONE, SILENT, HANG, XID, TEMP, UTIL, THROTTLE, USED, PROCESS, GRAPHICS };
static const char *const words[] = {"gone", "silent", "hang", "xid", "temp", "util", "throttle",
                                    "used", "process", "graphics"};

struct order {
    unsigned int device;
    enum what what;
    unsigned long long first, second;
};

struct orders {
    struct order list[ORDERS];
    int count, reloaded, gone;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over everything below */
static struct orders orders;
static unsigned int started;    /* how often nvmlInit was called without nvmlShutdown */
static unsigned int generation; /* part of each handle: one from before a reload is unknown */

static struct set {
    int taken;
    unsigned int devices; /* bits */
    int count;
    struct { unsigned int device; unsigned long long xid; } events[EVENTS];
} sets[SETS];

static int device_named(const char *text) {
    char uuid[NVML_DEVICE_UUID_V2_BUFFER_SIZE], *end;
    for (unsigned int index = 0; index < DEVICES; index++) {
        write_uuid(uuid, sizeof uuid, index, -1);
        if (strcmp(text, uuid) == 0) return (int)index;
    }
    unsigned long index = strtoul(text, &end, 10);
    return end == text || *end || index >= DEVICES ? -1 : (int)index;
}

static void read_line(const char *line, struct orders *into) {
    char who[128], what[32], first[32] = "", second[32] = "";
    if (sscanf(line, "%127s %31s %31s %31s", who, what, first, second) < 2) return;
    if (strcmp(who, "driver") == 0) {
        into->reloaded |= strcmp(what, "reloaded") == 0;
        into->gone |= strcmp(what, "gone") == 0;
        return;
    }
    int device = device_named(who);
    for (unsigned int word = 0; word < sizeof words / sizeof *words; word++)
        if (device >= 0 && strcmp(what, words[word]) == 0 && into->count < ORDERS)
            into->list[into->count++] = (struct order){
                (unsigned int)device, (enum what)word,
                strtoull(first, NULL, word == THROTTLE ? 16 : 10), strtoull(second, NULL, 10)};
}

static struct orders read_orders(void) {
    struct orders found = {.count = 0};
    const char *path = getenv("FAKE_NVML_STATE");
    FILE *file = path ? fopen(path, "re") : NULL;
    char line[256];
    while (file && fgets(line, sizeof line, file)) read_line(line, &found);
    if (file) fclose(file);
    return found;
}

static int count_of(const struct orders *in, const struct order *like) {
    int count = 0;
    for (int i = 0; i < in->count; i++)
        count += in->list[i].device == like->device && in->list[i].what == like->what
                 && in->list[i].first == like->first;
    return count;
}

static void raise_xid(const struct order *order) {
    for (int i = 0; i < SETS; i++) {
        struct set *set = &sets[i];
        if (!set->taken || !(set->devices & 1u << order->device) || set->count == EVENTS) continue;
        set->events[set->count].device = order->device;
        set->events[set->count++].xid = order->first;
    }
}

static void forget_everything(void) {
    started = 0;
    generation++;
    memset(sets, 0, sizeof sets);
}

/* Reads the orders anew and lets happen what happens once. */
static void look(void) {
    struct orders now = read_orders(), counted = {.count = 0};
    if (now.gone || (now.reloaded && !orders.reloaded)) forget_everything();
    for (int i = 0; i < now.count; i++) {
        if (now.list[i].what != XID) continue;
        counted.list[counted.count++] = now.list[i];
        if (count_of(&counted, &now.list[i]) > count_of(&orders, &now.list[i]))
            raise_xid(&now.list[i]);
    }
    orders = now;
}

static const struct order *order_of(unsigned int device, enum what what) {
    for (int i = 0; i < orders.count; i++)
        if (orders.list[i].device == device && orders.list[i].what == what) return &orders.list[i];
    return NULL;
}

static unsigned long long ordered(unsigned int device, enum what what, unsigned long long usual) {
    const struct order *order = order_of(device, what);
    return order ? order->first : usual;
}

/* ---- how every call begins and ends ---- */

struct target {
    unsigned int index;
    int instance; /* -1: the whole device */
};

static nvmlReturn_t leave(nvmlReturn_t answer) {
    pthread_mutex_unlock(&lock);
    return answer;
}

/* Takes the lock, which leave() gives back whatever this answers. */
static nvmlReturn_t enter(void) {
    pthread_mutex_lock(&lock);
    look();
    if (orders.gone) return NVML_ERROR_DRIVER_NOT_LOADED;
    return started ? NVML_SUCCESS : NVML_ERROR_UNINITIALIZED;
}

static void mark_hanging(int hangs) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.hanging", getenv("FAKE_NVML_STATE"));
    FILE *file = hangs ? fopen(path, "we") : NULL;
    if (file) fclose(file);
    if (!hangs) unlink(path);
}

static nvmlReturn_t health(unsigned int device) {
    if (order_of(device, HANG)) {
        mark_hanging(1);
        while (order_of(device, HANG)) {
            pthread_mutex_unlock(&lock);
            usleep(1000);
            pthread_mutex_lock(&lock);
            look();
        }
        mark_hanging(0);
        if (orders.gone) return NVML_ERROR_DRIVER_NOT_LOADED;
        if (!started) return NVML_ERROR_UNINITIALIZED;
    }
    if (lies("codes")) return (nvmlReturn_t)-7;
    if (order_of(device, GONE)) return NVML_ERROR_GPU_IS_LOST;
    return order_of(device, SILENT) ? NVML_ERROR_TIMEOUT : NVML_SUCCESS;
}

static void *pack(unsigned int kind, struct target target) {
    return (void *)(uintptr_t)((uintptr_t)(generation & 0xFFFF) << 24 | kind << 16
                               | (target.index + 1) << 8 | (unsigned int)(target.instance + 1));
}

static nvmlReturn_t unpack(const void *handle, unsigned int kind, struct target *target) {
    uintptr_t bits = (uintptr_t)handle;
    target->index = (unsigned int)(bits >> 8 & 0xFF) - 1;
    target->instance = (int)(bits & 0xFF) - 1;
    return pack(kind, *target) == handle ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}

enum { DEVICE = 1, SET = 2 };

/* As enter(), for a call of one device. */
static nvmlReturn_t reach(nvmlDevice_t handle, struct target *target) {
    nvmlReturn_t answer = enter();
    if (answer == NVML_SUCCESS) answer = unpack(handle, DEVICE, target);
    if (answer == NVML_SUCCESS && target->index >= device_count())
        answer = NVML_ERROR_INVALID_ARGUMENT;
    return answer == NVML_SUCCESS ? health(target->index) : answer;
}

/* As reach(), for what an instance has not. */
static nvmlReturn_t reach_whole(nvmlDevice_t handle, struct target *target) {
    nvmlReturn_t answer = reach(handle, target);
    return answer == NVML_SUCCESS && target->instance >= 0 ? NVML_ERROR_NOT_SUPPORTED : answer;
}

static nvmlReturn_t give_text(char *out, unsigned int size, const char *text) {
    if (!out) return NVML_ERROR_INVALID_ARGUMENT;
    if (lies("strings")) {
        memset(out, 0xFE, size); /* neither UTF-8 nor ended */
        return NVML_SUCCESS;
    }
    if (lies("empty")) text = "";
    if (strlen(text) + 1 > size) return NVML_ERROR_INSUFFICIENT_SIZE;
    strcpy(out, text);
    return NVML_SUCCESS;
}

static unsigned int number(unsigned long long value) {
    return lies("numbers") ? UINT_MAX : (unsigned int)value;
}

static unsigned long long large(unsigned long long value) {
    return lies("numbers") ? ULLONG_MAX : value;
}

/* ---- the library ---- */

nvmlReturn_t nvmlInit_v2(void) {
    nvmlReturn_t answer = enter();
    if (answer == NVML_ERROR_DRIVER_NOT_LOADED) return leave(answer);
    started++;
    return leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlInitWithFlags(unsigned int flags) {
    (void)flags;
    return nvmlInit_v2();
}

nvmlReturn_t nvmlShutdown(void) {
    nvmlReturn_t answer = enter();
    if (answer != NVML_SUCCESS) return leave(answer);
    started--;
    if (started == 0) forget_everything();
    return leave(NVML_SUCCESS);
}

const char *nvmlErrorString(nvmlReturn_t result) {
    return result == NVML_SUCCESS ? "Success" : "The double says no";
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length) {
    nvmlReturn_t answer = enter();
    return leave(answer == NVML_SUCCESS ? give_text(version, length, "550.54.15") : answer);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length) {
    nvmlReturn_t answer = enter();
    return leave(answer == NVML_SUCCESS ? give_text(version, length, "12.550.54.15") : answer);
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) {
    nvmlReturn_t answer = enter();
    if (answer == NVML_SUCCESS) *version = lies("numbers") ? INT_MIN : 12040;
    return leave(answer);
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version) {
    return nvmlSystemGetCudaDriverVersion_v2(version);
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count) {
    nvmlReturn_t answer = enter();
    if (lies("cached")) answer = NVML_SUCCESS; /* from before the driver went away */
    if (answer == NVML_SUCCESS) *count = lies("counts") ? UINT_MAX : device_count();
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) {
    nvmlReturn_t answer = enter();
    if (answer == NVML_SUCCESS && index >= device_count()) answer = NVML_ERROR_INVALID_ARGUMENT;
    if (answer == NVML_SUCCESS) answer = health(index);
    if (answer == NVML_SUCCESS) *device = pack(DEVICE, (struct target){index, -1});
    return leave(answer);
}

/* ---- what a device is ---- */

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length) {
    struct target target;
    char text[NVML_DEVICE_UUID_V2_BUFFER_SIZE];
    nvmlReturn_t answer = reach(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    write_uuid(text, sizeof text, target.index, target.instance);
    return leave(give_text(uuid, length, text));
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length) {
    struct target target;
    char text[NVML_DEVICE_NAME_V2_BUFFER_SIZE];
    nvmlReturn_t answer = reach(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    const struct model *model = &models[target.index];
    if (target.instance < 0) return leave(give_text(name, length, model->name));
    snprintf(text, sizeof text, "%s MIG %s", model->name, model->slice);
    return leave(give_text(name, length, text));
}

nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device, unsigned int *minor) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS) *minor = number(target.index);
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    memset(pci, 0, sizeof *pci);
    pci->bus = target.index + 1;
    pci->pciDeviceId = 0x233010de;
    snprintf(pci->busId, sizeof pci->busId, "00000000:%02X:00.0", pci->bus);
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "0000:%02X:00.0", pci->bus);
    if (lies("strings")) memset(pci->busId, 0xFE, sizeof pci->busId);
    if (lies("empty")) pci->busId[0] = 0;
    return leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
    struct target target;
    nvmlReturn_t answer = reach(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    *major = lies("numbers") ? INT_MIN : (int)models[target.index].major;
    *minor = lies("numbers") ? INT_MAX : (int)models[target.index].minor;
    return leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, nvmlEnableState_t *current,
                                  nvmlEnableState_t *pending) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS && !models[target.index].has_ecc) answer = NVML_ERROR_NOT_SUPPORTED;
    if (answer == NVML_SUCCESS)
        *current = *pending = (nvmlEnableState_t)number((unsigned)models[target.index].ecc);
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current,
                                  unsigned int *pending) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS && !models[target.index].has_mig) answer = NVML_ERROR_NOT_SUPPORTED;
    if (answer == NVML_SUCCESS) *current = *pending = instance_count(target.index) > 0;
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *count) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS) *count = models[target.index].has_mig ? INSTANCES : 0;
    if (answer == NVML_SUCCESS && lies("counts")) *count = INT_MAX;
    return leave(answer);
}

/* The first place stays empty where there is room: instances need not lie in a row. */
nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index,
                                                 nvmlDevice_t *instance) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    unsigned int count = instance_count(target.index), first = count < INSTANCES;
    if (index < first || index >= first + count) return leave(NVML_ERROR_NOT_FOUND);
    *instance = pack(DEVICE, (struct target){target.index, (int)index});
    return leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, unsigned int *id) {
    struct target target;
    nvmlReturn_t answer = reach(device, &target);
    if (answer == NVML_SUCCESS && target.instance < 0) answer = NVML_ERROR_INVALID_ARGUMENT;
    if (answer == NVML_SUCCESS) *id = number((unsigned int)target.instance + 7);
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, unsigned int *id) {
    struct target target;
    nvmlReturn_t answer = reach(device, &target);
    if (answer == NVML_SUCCESS && target.instance < 0) answer = NVML_ERROR_INVALID_ARGUMENT;
    if (answer == NVML_SUCCESS) *id = number(0);
    return leave(answer);
}

/* ---- what a device does ---- */

struct occupation { unsigned long long total, reserved, used; };

static struct occupation occupation(struct target target) {
    const struct model *model = &models[target.index];
    unsigned long long used = ordered(target.index, USED, 4194304);
    for (int i = 0; i < orders.count; i++)
        if (orders.list[i].device == target.index
            && (orders.list[i].what == PROCESS || orders.list[i].what == GRAPHICS))
            used += orders.list[i].second;
    if (target.instance >= 0) return (struct occupation){model->total / 8, 0, 0};
    return (struct occupation){model->total, model->reserved, used};
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory) {
    struct target target;
    nvmlReturn_t answer = reach(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    struct occupation now = occupation(target);
    memory->total = large(now.total);
    memory->used = large(now.used + now.reserved);
    memory->free = large(now.total - now.used - now.reserved);
    return leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *memory) {
    struct target target;
    nvmlReturn_t answer = reach(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    if (memory->version != nvmlMemory_v2) return leave(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    struct occupation now = occupation(target);
    memory->total = large(now.total);
    memory->reserved = large(now.reserved);
    memory->used = large(now.used);
    memory->free = large(now.total - now.used - now.reserved);
    return leave(NVML_SUCCESS);
}

/* A device in MIG mode does not say, as the real one. */
nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *rates) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS && instance_count(target.index)) answer = NVML_ERROR_NOT_SUPPORTED;
    if (answer != NVML_SUCCESS) return leave(answer);
    rates->gpu = number(ordered(target.index, UTIL, 0));
    rates->memory = number(ordered(target.index, UTIL, 0) / 2);
    return leave(NVML_SUCCESS);
}

static nvmlReturn_t give_temperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensor,
                                     unsigned int *degrees) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS && sensor != NVML_TEMPERATURE_GPU) answer = NVML_ERROR_NOT_SUPPORTED;
    if (answer == NVML_SUCCESS)
        *degrees = number(ordered(target.index, TEMP, models[target.index].temperature));
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensor,
                                      unsigned int *degrees) {
    return give_temperature(device, sensor, degrees);
}

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device, nvmlTemperature_t *temperature) {
    unsigned int degrees = 0;
    if (temperature->version != nvmlTemperature_v1) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    nvmlReturn_t answer = give_temperature(device, temperature->sensorType, &degrees);
    if (answer == NVML_SUCCESS) temperature->temperature = (int)degrees;
    return answer;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *milliwatts) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS) *milliwatts = number(models[target.index].milliwatts);
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long *energy) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS && !models[target.index].has_energy)
        answer = NVML_ERROR_NOT_SUPPORTED;
    if (answer == NVML_SUCCESS) *energy = large(models[target.index].energy);
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type,
                                    unsigned int *megahertz) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS && type != NVML_CLOCK_SM && type != NVML_CLOCK_MEM)
        answer = NVML_ERROR_NOT_SUPPORTED;
    if (answer != NVML_SUCCESS) return leave(answer);
    const struct model *model = &models[target.index];
    *megahertz = number(type == NVML_CLOCK_SM ? model->sm_clock : model->memory_clock);
    return leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device,
                                                    unsigned long long *reasons) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS)
        *reasons = large(ordered(target.index, THROTTLE, nvmlClocksEventReasonGpuIdle));
    return leave(answer);
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device,
                                                       unsigned long long *reasons) {
    return nvmlDeviceGetCurrentClocksEventReasons(device, reasons);
}

/* The order after `from` that names a process of the kind; -1: none. */
static int next_process(int from, unsigned int device, enum what kind) {
    for (int i = from; i < orders.count; i++)
        if (orders.list[i].device == device && orders.list[i].what == kind) return i;
    return -1;
}

static nvmlReturn_t give_processes(nvmlDevice_t device, enum what kind, unsigned int *count,
                                   nvmlProcessInfo_t *list) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer != NVML_SUCCESS) return leave(answer);
    unsigned int room = list ? *count : 0, found = 0;
    for (int i = -1; (i = next_process(i + 1, target.index, kind)) >= 0; found++)
        if (found < room)
            list[found] = (nvmlProcessInfo_t){(unsigned int)orders.list[i].first,
                                              large(orders.list[i].second), NOBODY, NOBODY};
    *count = found;
    if (lies("counts")) *count = UINT_MAX; /* and all is well */
    if (lies("endless")) *count = room + 1; /* and never fits */
    return leave(found > room || lies("endless") ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned int *count,
                                                     nvmlProcessInfo_t *list) {
    return give_processes(device, PROCESS, count, list);
}

nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t device, unsigned int *count,
                                                      nvmlProcessInfo_t *list) {
    return give_processes(device, GRAPHICS, count, list);
}

/* ---- events ---- */

static nvmlReturn_t enter_set(nvmlEventSet_t handle, struct set **set) {
    struct target target;
    nvmlReturn_t answer = enter();
    if (answer == NVML_SUCCESS) answer = unpack(handle, SET, &target);
    if (answer != NVML_SUCCESS) return answer;
    if (target.index >= SETS || !sets[target.index].taken) return NVML_ERROR_INVALID_ARGUMENT;
    *set = &sets[target.index];
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *handle) {
    nvmlReturn_t answer = enter();
    for (unsigned int i = 0; answer == NVML_SUCCESS && i < SETS; i++) {
        if (sets[i].taken) continue;
        sets[i] = (struct set){.taken = 1};
        *handle = pack(SET, (struct target){i, -1});
        return leave(NVML_SUCCESS);
    }
    return leave(answer == NVML_SUCCESS ? NVML_ERROR_INSUFFICIENT_RESOURCES : answer);
}

nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t device, unsigned long long *types) {
    struct target target;
    nvmlReturn_t answer = reach_whole(device, &target);
    if (answer == NVML_SUCCESS) *types = nvmlEventTypeXidCriticalError;
    return leave(answer);
}

nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, unsigned long long types,
                                      nvmlEventSet_t handle) {
    struct target target;
    struct set *set;
    nvmlReturn_t answer = reach_whole(device, &target);
    leave(answer);
    if (answer == NVML_SUCCESS) {
        answer = enter_set(handle, &set);
        if (answer == NVML_SUCCESS && types != nvmlEventTypeXidCriticalError)
            answer = NVML_ERROR_NOT_SUPPORTED;
        if (answer == NVML_SUCCESS) set->devices |= 1u << target.index;
        leave(answer);
    }
    return answer;
}

static nvmlReturn_t next_event(struct set *set, nvmlEventData_t *event) {
    if (set->count == 0) {
        for (unsigned int i = 0; i < DEVICES; i++)
            if (set->devices & 1u << i && order_of(i, GONE)) return NVML_ERROR_GPU_IS_LOST;
        return NVML_ERROR_TIMEOUT;
    }
    memset(event, 0, sizeof *event);
    event->device = pack(DEVICE, (struct target){set->events[0].device, -1});
    event->eventType = nvmlEventTypeXidCriticalError;
    event->eventData = large(set->events[0].xid);
    event->gpuInstanceId = event->computeInstanceId = NOBODY;
    if (lies("endless")) return NVML_SUCCESS; /* the same event for ever */
    set->count--;
    memmove(&set->events[0], &set->events[1], (size_t)set->count * sizeof set->events[0]);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t handle, nvmlEventData_t *event,
                                 unsigned int milliseconds) {
    struct set *set;
    for (unsigned int waited = 0;; waited++) {
        nvmlReturn_t answer = enter_set(handle, &set);
        if (answer == NVML_SUCCESS) answer = next_event(set, event);
        leave(answer);
        if (answer != NVML_ERROR_TIMEOUT || waited >= milliseconds) return answer;
        usleep(1000);
    }
}

nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t handle) {
    struct set *set;
    nvmlReturn_t answer = enter_set(handle, &set);
    if (answer == NVML_SUCCESS) *set = (struct set){.taken = 0};
    return leave(answer);
}
