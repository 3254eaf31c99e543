import ContainerEngine
import Domain
import Foundation
import Glibc
import Logging
import Synchronization

// The network of a lease that asked for one: a link, a filter at each of its ends, a resolver.
extension LibpodRuntime {
    static let resolverPath = "/etc/resolv.conf"

    /// Its number is that of the lease's id range: no two leases of this machine have the same, on
    /// whichever node they are.
    func link(over range: IDRange) -> EgressLink {
        EgressLink(index: parts.ranges.index(of: range), machine: nil)
    }

    private func link(of lease: LeaseID) throws -> EgressLink {
        link(over: try parts.ranges.acquire(for: owner(lease)))
    }

    /// Nil when it holds no range any more, and so has no link: nothing of it may be made anew.
    private func heldLink(of lease: LeaseID) throws -> EgressLink? {
        let owner = owner(lease)
        return try parts.ranges.holdings().first { $0.owner == owner }.map { link(over: $0.range) }
    }

    /// The owner's word of now, also over what they let have a network before: nothing is reached any
    /// more where they give none.
    private func policy(over link: EgressLink) -> EgressPolicy {
        switch parts.configuration.terms.network {
        case .egress: parts.policy.asking(link.outer)
        case .none: parts.policy.reachingNothing
        }
    }

    /// Adds to the profile what a lease with a network has.
    func addNetwork(of dispatch: Dispatch, to profile: inout IsolationProfile) {
        guard dispatch.network == .egress else { return }
        profile.network = .filtered(policy(over: link(over: profile.idRange)))
        let own = dispatch.workload.inputs.map(\.path) + dispatch.workload.outputs
        // A job that puts something there itself knows what it does; the filter holds all the same.
        guard !own.contains(where: { (Self.resolverPath + "/").hasPrefix($0 + "/") }) else {
            return
        }
        profile.binds.append(.input(folders.resolver(dispatch.lease), at: Self.resolverPath))
    }

    /// Nothing that a market sends makes this machine give a network: its owner does, and what stands
    /// against it is known since the node's start.
    func checkNetwork(of dispatch: Dispatch) throws(StartFailure) {
        guard dispatch.network == .egress else { return }
        guard parts.configuration.terms.network == .egress else {
            throw StartFailure(.network, "the owner gives no network")
        }
        if let obstacle = parts.networkObstacle {
            throw StartFailure(.network, "\(obstacle.code) \(obstacle.detail)")
        }
    }

    /// Writes down, before the container is made, that the lease has a network: what is left of it is
    /// looked for by this, also by a later run of the program.
    func noteNetwork(of dispatch: Dispatch) throws {
        guard dispatch.network == .egress else { return }
        try checkNetwork(of: dispatch)
        let path = folders.resolver(dispatch.lease)
        let text = ResolverFile.text(asking: try link(of: dispatch.lease).outer)
        try StateFile.replace(path, with: Array(text.utf8))
        // Whatever the mask of this program: the container's user has to read it.
        guard chmod(path, 0o644) == 0 else { throw FileFailure("set the mode of", path) }
    }

    /// Gives a container that waits at its gate the network that its lease asked for.
    /// - Throws: `StartFailure` with `network`; the container and the link are gone then.
    func connect(_ id: ContainerID, _ dispatch: Dispatch) async throws {
        guard dispatch.network == .egress,
            let process = try await client.inspect(id).processID
        else { return }
        let link = try link(of: dispatch.lease)
        let policy = policy(over: link)
        do {
            try await Blocking.run { try link.make(policy, in: "/proc/\(process)/ns/net") }
            try await answerNames(of: dispatch, at: link)
        } catch {
            kill(dispatch.lease)
            try await client.remove(id, .any)
            do { try await disconnect(dispatch.lease) } catch {
                warn("cannot take a link away yet", dispatch.lease, error)
            }
            throw StartFailure(.network, "\(error)")
        }
    }

    private func answerNames(of dispatch: Dispatch, at link: EgressLink) async throws {
        let lease = dispatch.lease
        guard state.withLock({ $0.names[lease] == nil }) else { return }
        let policy = policy(over: link)
        guard policy.reach == .internet else { return }
        let names = try await NameServer.open(
            for: link, policy, asking: parts.configuration.egress.owner.resolvers)
        let isWanted = state.withLock { state in
            guard state.names[lease] == nil, state.dispatches[lease] != nil else { return false }
            state.names[lease] = names
            return true
        }
        if !isWanted { await names.close() }
    }

    /// Takes the network of a lease away; nothing happens where there is none.
    func disconnect(_ lease: LeaseID) async throws {
        await state.withLock { $0.names.removeValue(forKey: lease) }?.close()
        guard FileManager.default.fileExists(atPath: folders.resolver(lease)),
            let link = try heldLink(of: lease)
        else { return }
        try await Blocking.run {
            try self.linkTurn.withLock { ended in
                ended.insert(lease)
                try link.remove()
            }
        }
    }

    // MARK: While it runs

    enum Filters { case onMachine, all }

    /// Says the machine's filter again, which whoever loads the machine's own rules anew takes away, and
    /// answers names, if nobody does. Of a container that was found, what holds inside as well: the word
    /// of its machine's owner is the one of now.
    func keepNetwork(of dispatch: Dispatch, loading filters: Filters) async {
        guard dispatch.network == .egress,
            let live = state.withLock({ $0.live[dispatch.lease] }), live.exit == nil,
            let watched = live.watched, watched.isAlive
        else { return }
        do {
            guard let link = try heldLink(of: dispatch.lease) else { return }
            let policy = policy(over: link)
            try await Blocking.run {
                if case .all = filters {
                    try link.load(policy, in: "/proc/\(watched.process)/ns/net")
                }
                // Never after it was taken away: nobody would look for it any more.
                try self.linkTurn.withLock { ended in
                    guard !ended.contains(dispatch.lease),
                        self.state.withLock({ $0.dispatches[dispatch.lease] != nil })
                    else { return }
                    try link.loadOnMachine(policy)
                }
            }
            try await answerNames(of: dispatch, at: link)
        } catch {
            warn("cannot keep a lease's network whole", dispatch.lease, error)
        }
    }

    // MARK: What is left

    /// Removes the links of leases of this node that nobody knows any more, and those of no lease at
    /// all. A machine that cannot even be asked has none of ours to lose, and who keeps other books
    /// than the machine's nodes cannot tell whose they are.
    func removeLeftLinks(keeping owners: Set<String>) {
        guard parts.configuration.runPath == NodeConfiguration.machineRunPath else { return }
        do {
            let prefix = "\(node)/"
            let left = try parts.ranges.holdings().filter {
                $0.owner.hasPrefix(prefix) && !owners.contains($0.owner)
            }
            let removed =
                try EgressMachine.remove(left.map { parts.ranges.index(of: $0.range) })
                + EgressMachine.removeOrphans(parts.ranges)
            guard !removed.isEmpty else { return }
            parts.logger.info(
                "links of no lease removed",
                metadata: ["links": "\(removed.map { "orban\($0)" }.joined(separator: " "))"])
        } catch {
            parts.logger.warning(
                "cannot look for links that were left", metadata: ["error": "\(error)"])
        }
    }
}
