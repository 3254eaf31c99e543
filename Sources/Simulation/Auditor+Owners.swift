import Domain
import Marketplace

// Owners: who makes way for one loses nothing by it.
extension Auditor {
    /// The task of a lease that made way waits again in the same commit, with the next attempt, as
    /// long as its job wants work done.
    mutating func checkYield(_ decision: Decision) {
        for case .lease(let lease) in decision.rows {
            guard case .settled(.yielded, _, _, _) = lease.life,
                jobs[lease.task.job]?.life == .active, formations[lease.task.job]?.gang == nil,
                lease.attempt < JobTask.mostAttempts
            else { continue }
            let tasks = decision.rows.compactMap { row in
                if case .task(let task) = row, task.id == lease.task { task } else { nil }
            }
            guard let task = tasks.last else {
                fail("a task that made way is placed anew", "\(lease.id): nothing of it")
                continue
            }
            switch task.life {
            case .queued, .open:
                require(
                    task.attempt == lease.attempt + 1, "a task that made way is placed anew",
                    "\(lease.id): attempt \(task.attempt)")
            case .leased, .finished:
                fail("a task that made way is placed anew", "\(lease.id): \(task.life)")
            }
        }
    }
}
