import Accounting
package import Domain

extension Dispatch {
    /// What a node is told about a lease, from the committed rows alone.
    package init(_ lease: Lease, of job: Job, token: String) {
        self.init(
            lease: lease.id, attempt: lease.attempt, task: lease.task,
            taskCount: job.terms.tasks, workload: job.terms.workload, slice: lease.slice,
            devices: lease.devices.map(\.id),
            budgetSeconds: Bill.seconds(paidBy: lease.escrow, rate: lease.rate),
            limitSeconds: job.terms.maxDuration, fence: lease.fence, token: token,
            network: job.terms.needs.network)
    }
}
