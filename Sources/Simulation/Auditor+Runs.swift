import Domain
import Marketplace

// Containers: at most one unfrozen run of a task, of leases that exist.
extension Auditor {
    mutating func containerStarted(
        _ lease: LeaseID, on node: NodeID, in tables: MemoryTables
    ) {
        let known = tables.read([.lease(lease)]).lease(lease)
        require(known?.node == node, "only a committed lease runs", "\(lease) on \(node)")
    }

    mutating func startedRunning(_ task: TaskID, _ lease: LeaseID) {
        running[task, default: []].append(lease)
        if (running[task]?.count ?? 0) > 1, !overlaps.contains(task) { overlaps.append(task) }
    }

    mutating func stoppedRunning(_ task: TaskID, _ lease: LeaseID) {
        running[task]?.removeAll { $0 == lease }
        if (running[task]?.count ?? 0) <= 1 { overlaps.removeAll { $0 == task } }
    }

    /// Time goes on: what runs twice now, runs twice for real.
    mutating func timePasses() {
        for task in overlaps {
            let runs = (running[task] ?? []).compactMap { leases[$0] }
            let names = runs.map { "\($0.id) attempt \($0.attempt) on \($0.node)" }
            fail("one unfrozen run per task", "\(task): \(names.joined(separator: ", "))")
        }
    }
}
