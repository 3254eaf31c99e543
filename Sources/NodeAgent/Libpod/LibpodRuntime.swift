import ContainerEngine
package import Domain
import Foundation
import Hosting
import Logging
import Synchronization

/// Containers of podman, confined by the whole isolation profile, one group of processes per lease.
///
/// What a lease has on this machine: a container `orban-<lease>`, a control group that outlives it,
/// 65,536 ids of its own, a folder with its outputs and its log, a fence file and a watcher.
/// Start reading at `prepare`, then `LibpodRuntime+Start`, `+Sample`, `+Save`, `+Background`.
package final class LibpodRuntime: ContainerRuntime {
    /// A container that was started, or found.
    struct Live: Sendable {
        let container: ContainerID
        let cgroup: Cgroup
        /// Nil until its first process is known.
        var watched: WatchedContainer?
        var exit: Exit?
        var isSettling = false
        var usage = Usage.none
        var usageAt = BootTime(nanoseconds: 0)
        var load: Load?
        /// Since when the engine says that it runs.
        let startedAt: BootTime
    }

    struct Exit: Sendable {
        let reason: EndReason
        let at: BootTime
    }

    struct State: Sendable {
        var live: [LeaseID: Live] = [:]
        var dispatches: [LeaseID: Dispatch] = [:]
        var shippers: [LeaseID: LogShipper] = [:]
        var watches: [LeaseID: Abort] = [:]
        var names: [LeaseID: NameServer] = [:]
        /// Watchers that this program started, until they have ended and were reaped.
        var watchers: [Int32: LeaseID] = [:]
    }

    /// What goes on beside the orders, for one lease.
    enum Job: Sendable {
        case settle(LeaseID)
        case ship(LogShipper)
        case watchDisk(Dispatch, Abort)
        case watchIsolation(Dispatch, Abort)
    }

    static let nodeLabel = "orban.node"
    static let leaseLabel = "orban.lease"
    static let attemptLabel = "orban.attempt"

    let parts: Parts
    let folders: LeaseFolders
    let images: ImageStore
    let inputs: InputCache
    let watchFolder: String
    let state = Mutex(State())
    /// Held while the machine's side of a link is changed; leases whose link was taken away.
    let linkTurn = Mutex(Set<LeaseID>())
    let jobs: AsyncStream<Job>
    let jobQueue: AsyncStream<Job>.Continuation

    /// What it works with; `LibpodRuntime.open` makes one on this machine.
    struct Parts: Sendable {
        let configuration: NodeConfiguration
        let engine: Engine
        /// The id of the image that tries out runtimes; nil when the engine's store has none.
        let selfTestImage: String?
        /// What its software is open to.
        let findings: [SecurityFloor.Finding]
        /// Where containers with a network may send to, and what is against giving them one.
        let policy: EgressPolicy
        let networkObstacle: NetworkObstacle?
        let market: MarketBytes
        let ranges: IDRanges
        let tree: CgroupTree
        let seccompPath: String
        let clock: any Clock<Duration>
        let logger: Logger
    }

    init(_ parts: Parts) throws {
        self.parts = parts
        let configuration = parts.configuration
        folders = LeaseFolders(statePath: configuration.statePath)
        images = ImageStore(
            folder: configuration.imagesPath, client: parts.engine.client, market: parts.market,
            registries: configuration.registries, limitBytes: configuration.imageLimitBytes,
            own: SelfTestImage(configuration), ownID: parts.selfTestImage, clock: parts.clock)
        inputs = InputCache(
            statePath: configuration.statePath, market: parts.market, clock: parts.clock)
        watchFolder = "\(configuration.runPath)/nodes/\(configuration.node)"
        (jobs, jobQueue) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        try StateFile.makeFolder(watchFolder)
        // Bind sources below: the container's user must be able to pass.
        try StateFile.makeFolder(folders.root, mode: 0o711)
        try StateFile.makeFolder(configuration.statePath, mode: 0o711)
    }

    /// What this machine's software is open to: it may offer no tier above NEW unless that is nothing.
    package var findings: [SecurityFloor.Finding] { parts.findings }
    /// Why no job gets a network here, though the owner lets them; nil as well where nobody asked for it.
    package var networkObstacle: NetworkObstacle? { parts.networkObstacle }
    var client: LibpodClient { parts.engine.client }
    var node: NodeID { parts.configuration.node }

    func cgroup(of lease: LeaseID) throws -> Cgroup {
        try Cgroup(tree: parts.tree, path: "\(parts.configuration.cgroupParent)/\(lease.text)")
    }

    func files(of lease: LeaseID) -> WatchFiles { WatchFiles(folder: watchFolder, lease: lease) }

    func owner(_ lease: LeaseID) -> String { "\(node)/\(lease)" }

    // MARK: Before the start

    package func prepare(_ dispatch: Dispatch) async throws {
        try checkNetwork(of: dispatch)
        state.withLock { $0.dispatches[dispatch.lease] = dispatch }
        try StateFile.makeFolder(folders.path(dispatch.lease), mode: 0o711)
        _ = try await image(of: dispatch)
        try await fetchInputs(of: dispatch)
    }

    func image(of dispatch: Dispatch) async throws -> String {
        try await parts.engine.answering {
            try await self.images.image(dispatch.workload.image, token: dispatch.token)
        }
    }

    /// The inputs, together no larger than the lease's disk.
    func fetchInputs(of dispatch: Dispatch) async throws {
        var left = dispatch.slice.diskBytes
        for input in dispatch.workload.inputs {
            do {
                left -= try await inputs.fetch(input, token: dispatch.token, limitBytes: left).size
            } catch let error where error is MarketBytes.Refused || error is TarReader.Refused {
                throw StartFailure(.input, "\(input.path): \(error)")
            }
        }
    }

    // MARK: The end

    package func remove(_ lease: LeaseID) async throws {
        state.withLock { state in
            state.shippers[lease]?.stop()
            state.watches[lease]?()
        }
        kill(lease)
        try await parts.engine.answering {
            for found in try await self.client.list(labels: self.labels(of: lease)) {
                try await self.client.remove(found.id, .any)
            }
        }
        try cgroup(of: lease).remove()
        try await disconnect(lease)
        try parts.ranges.release(owner: owner(lease))
        files(of: lease).remove()
        try await Blocking.run { try self.folders.remove(lease) }
        let inUse = state.withLock { state in
            state.live[lease] = nil
            state.dispatches[lease] = nil
            state.shippers[lease] = nil
            state.watches[lease] = nil
            return Set(state.dispatches.values.flatMap(\.workload.inputs).map(\.digest))
        }
        // A last look at the network may have opened one again; from here on none does.
        await state.withLock { $0.names.removeValue(forKey: lease) }?.close()
        linkTurn.withLock { _ = $0.remove(lease) }
        let bytes = parts.configuration.cacheBytes
        try await Blocking.run { try self.inputs.trim(to: bytes, inUse: inUse) }
    }

    func labels(of lease: LeaseID) -> [String: String] {
        [Self.nodeLabel: node.text, Self.leaseLabel: lease.text]
    }

    func warn(_ message: Logger.Message, _ lease: LeaseID, _ error: any Error) {
        var metadata: Logger.Metadata = ["lease.id": "\(lease)", "error": "\(error)"]
        if let error = error as? EngineError { metadata["detail"] = "\(error.detail)" }
        parts.logger.warning(message, metadata: metadata)
    }
}
