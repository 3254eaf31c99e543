import Domain
import Marketplace

// Containers: at most one unfrozen run of a task, of leases that exist.
extension Auditor {
    mutating func containerStarted(
        _ lease: LeaseID, on node: NodeID, in tables: MemoryTables, at now: Moment
    ) {
        let known = tables.read([.lease(lease)]).lease(lease)
        require(
            known?.node == node, "only a committed lease runs", "\(lease) on \(node)")
    }

    mutating func startedRunning(_ task: TaskID, _ lease: LeaseID, at now: Moment) {
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
            let leases = (running[task] ?? []).map { id in
                "\(id) attempt \(self.leases[id]?.attempt ?? 0) on \(self.leases[id]?.node.text ?? "?")"
            }
            fail("one unfrozen run per task", "\(task): \(leases.joined(separator: ", "))")
        }
    }
}
