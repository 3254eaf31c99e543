import Domain
import SwiftProtobuf

extension Dispatch {
    func message(_ effect: EffectID) -> Orban_Node_V1_Dispatch {
        .with {
            $0.effect = effect.text
            $0.lease = lease.text
            $0.attempt = attempt
            $0.job = task.job.text
            $0.taskIndex = Int32(clamping: task.index)
            $0.taskCount = Int32(clamping: taskCount)
            $0.workload = workload.message
            $0.slice = slice.message
            $0.devices = devices.map(\.text)
            $0.budgetSeconds = budgetSeconds
            $0.limitSeconds = limitSeconds
            $0.fenceSeconds = fence
            $0.token = token
            $0.network = network.message
        }
    }

    init(_ message: Orban_Node_V1_Dispatch) throws(MalformedFrame) {
        guard message.hasWorkload, message.hasSlice else { throw MalformedFrame("dispatch") }
        self.init(
            lease: try FrameField.id(message.lease, "dispatch.lease"),
            attempt: try FrameField.ordinal(message.attempt, "dispatch.attempt"),
            task: try Self.task(message), taskCount: Int(message.taskCount),
            workload: try Workload(message.workload),
            slice: try Resources(message.slice, "dispatch.slice"),
            devices: try Self.devices(message.devices),
            budgetSeconds: try FrameField.whole(
                message.budgetSeconds, in: 0...Int64.max, "dispatch.budget_seconds"),
            limitSeconds: try FrameField.whole(
                message.limitSeconds, in: 1...JobSpec.maximumDuration, "dispatch.limit_seconds"),
            fence: try FrameField.whole(
                message.fenceSeconds, in: 3...86_400, "dispatch.fence_seconds"),
            token: try FrameField.visible(
                message.token, in: 1...FrameLimits.tokenBytes, "dispatch.token"),
            network: try NetworkAccess(message.network, "dispatch.network"))
    }

    private static func task(_ message: Orban_Node_V1_Dispatch) throws(MalformedFrame) -> TaskID {
        guard (1...Int32(JobTerms.maximumTasks)).contains(message.taskCount) else {
            throw MalformedFrame("dispatch.task_count")
        }
        guard (1...message.taskCount).contains(message.taskIndex) else {
            throw MalformedFrame("dispatch.task_index")
        }
        return TaskID(
            job: try FrameField.id(message.job, "dispatch.job"), index: Int(message.taskIndex))
    }

    private static func devices(_ texts: [String]) throws(MalformedFrame) -> [DeviceID] {
        let field = "dispatch.devices"
        let devices = try FrameField.list(
            texts, atMost: JobSpec.maximumDevices, field
        ) { (text) throws(MalformedFrame) in try FrameField.device(text, field) }
        try FrameField.distinct(devices, field)
        return devices
    }
}
