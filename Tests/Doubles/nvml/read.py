"""Reads a library by NVIDIA's own bindings (PyPI nvidia-ml-py) and prints what the NVML module's
values hold, in their JSON. The library is the libnvidia-ml.so.1 that LD_LIBRARY_PATH leads to."""

import json

import pynvml as nvml


def told(ask, *arguments):
    """The answer, or None where the device has none."""
    try:
        return ask(*arguments)
    except (nvml.NVMLError_NotSupported, nvml.NVMLError_InvalidArgument):
        return None


def is_enabled(modes):
    return None if modes is None else modes[0] == 1


def instances(handle):
    for place in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        try:
            instance = nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, place)
        except nvml.NVMLError_NotFound:
            continue
        yield {
            "uuid": nvml.nvmlDeviceGetUUID(instance),
            "name": nvml.nvmlDeviceGetName(instance),
            "vramBytes": nvml.nvmlDeviceGetMemoryInfo(instance).total,
            "gpuInstance": nvml.nvmlDeviceGetGpuInstanceId(instance),
            "computeInstance": nvml.nvmlDeviceGetComputeInstanceId(instance),
        }


def device(index, handle):
    mig = is_enabled(told(nvml.nvmlDeviceGetMigMode, handle))
    major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    return {
        "index": index,
        "uuid": nvml.nvmlDeviceGetUUID(handle),
        "name": nvml.nvmlDeviceGetName(handle),
        "vramBytes": nvml.nvmlDeviceGetMemoryInfo(handle).total,
        "computeCapability": f"{major}.{minor}",
        "pciBus": nvml.nvmlDeviceGetPciInfo(handle).busId,
        "minor": nvml.nvmlDeviceGetMinorNumber(handle),
        "isECCEnabled": is_enabled(told(nvml.nvmlDeviceGetEccMode, handle)),
        "isMIGEnabled": mig,
        "instances": list(instances(handle)) if mig else [],
    }


def processes(handle):
    listed = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
    listed += nvml.nvmlDeviceGetGraphicsRunningProcesses(handle)
    used = {process.pid: process.usedGpuMemory for process in listed}
    return [{"pid": pid, "usedBytes": used[pid]} for pid in sorted(used)]


def sample(handle):
    rates = told(nvml.nvmlDeviceGetUtilizationRates, handle)
    return {
        "uuid": nvml.nvmlDeviceGetUUID(handle),
        "xids": [],
        "utilisation": rates and rates.gpu,
        "memoryUtilisation": rates and rates.memory,
        "memoryUsedBytes": nvml.nvmlDeviceGetMemoryInfo(handle, nvml.nvmlMemory_v2).used,
        "memoryFreeBytes": nvml.nvmlDeviceGetMemoryInfo(handle, nvml.nvmlMemory_v2).free,
        "temperature": nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU),
        "powerMilliwatts": nvml.nvmlDeviceGetPowerUsage(handle),
        "energyMillijoules": told(nvml.nvmlDeviceGetTotalEnergyConsumption, handle),
        "smClockMHz": nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM),
        "memoryClockMHz": nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_MEM),
        "throttleReasons": nvml.nvmlDeviceGetCurrentClocksEventReasons(handle),
        "processes": processes(handle),
    }


def main():
    nvml.nvmlInit()
    handles = [
        nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())
    ]
    cuda = nvml.nvmlSystemGetCudaDriverVersion_v2()
    print(json.dumps({
        "inventory": {
            "driverVersion": nvml.nvmlSystemGetDriverVersion(),
            "nvmlVersion": nvml.nvmlSystemGetNVMLVersion(),
            "cudaVersion": f"{cuda // 1000}.{cuda % 1000 // 10}",
            "devices": [device(index, handle) for index, handle in enumerate(handles)],
            "failures": [],
        },
        "samples": [sample(handle) for handle in handles],
    }))
    nvml.nvmlShutdown()


main()
