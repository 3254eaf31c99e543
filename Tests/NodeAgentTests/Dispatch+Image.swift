import Domain

extension Dispatch {
    /// The same, with devices.
    func with(_ devices: [DeviceID]) -> Dispatch {
        Dispatch(
            lease: lease, attempt: attempt, task: task, taskCount: taskCount, workload: workload,
            slice: slice, devices: devices, budgetSeconds: budgetSeconds,
            limitSeconds: limitSeconds, fence: fence, token: token)
    }

    /// The same, in another image.
    func using(_ image: ImageReference) -> Dispatch {
        Dispatch(
            lease: lease, attempt: attempt, task: task, taskCount: taskCount,
            workload: Workload(
                image: image, command: workload.command, environment: workload.environment,
                inputs: workload.inputs, outputs: workload.outputs),
            slice: slice, devices: devices, budgetSeconds: budgetSeconds,
            limitSeconds: limitSeconds, fence: fence, token: token)
    }
}
