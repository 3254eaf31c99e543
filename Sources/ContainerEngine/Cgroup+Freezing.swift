import Glibc

extension Cgroup {
    /// Whether the processes of a group may run.
    package enum FreezerState: Hashable, Sendable {
        case thawed
        /// Asked for, and some process still runs.
        case freezing
        case frozen
    }

    /// Asks the kernel to stop every process inside, those that come later included. Returns at
    /// once; `freezerState()` tells when it is true. Idempotent.
    package func freeze() throws { try setFrozen("FROZEN", "1") }

    /// Lets the processes run again. A container that the engine paused stays paused. Idempotent.
    ///
    /// To end a frozen lease use `kill()`: nothing of it runs again.
    package func thaw() throws { try setFrozen("THAWED", "0") }

    private func setFrozen(_ legacy: String, _ unified: String) throws {
        switch tree.version {
        case .legacy:
            try HostFile.writeExisting(legacy, to: "\(folder(.freezer))/freezer.state")
        case .unified:
            try HostFile.writeExisting(unified, to: "\(folder(.freezer))/cgroup.freeze")
        }
    }

    /// Kills every process inside, frozen ones too, and leaves the group thawed. What is killed
    /// while frozen runs not one more instruction of its own.
    ///
    /// The engine's `kill` must not be sent to a frozen container: on version 1 the signal waits
    /// for the thaw, and podman, after 5 seconds, records a wrong end.
    package func kill() throws {
        try freeze()
        switch tree.version {
        case .legacy:
            for process in try processes() { Glibc.kill(process, SIGKILL) }
        case .unified:
            try HostFile.writeExisting("1", to: "\(folder(.freezer))/cgroup.kill")
        }
        try thaw()
    }

    /// The state of this group, its ancestors' freezing included.
    package func freezerState() throws -> FreezerState {
        switch tree.version {
        case .legacy:
            switch try HostFile.read("\(folder(.freezer))/freezer.state").trimmingWhitespace() {
            case "FROZEN": return .frozen
            case "FREEZING": return .freezing
            default: return .thawed
            }
        case .unified:
            if try field("frozen", of: "cgroup.events", in: .freezer) == 1 { return .frozen }
            return try number("cgroup.freeze", in: .freezer) == 1 ? .freezing : .thawed
        }
    }

    /// Whether the container stands still: this group is frozen, or the container's own is, which
    /// is how the engine pauses. A container whose group is gone is not frozen: it has ended.
    package func isFrozen(container id: ContainerID) throws -> Bool {
        if try freezerState() == .frozen { return true }
        let leaf = try leaf(of: id)
        guard HostFile.isFolder(leaf.folder(.freezer)) else { return false }
        do {
            return try leaf.freezerState() == .frozen
        } catch let failure as SystemFailure where [ENOENT, ENODEV].contains(failure.code) {
            return false  // it vanished between the look and the read: nothing is left to freeze
        }
    }
}
