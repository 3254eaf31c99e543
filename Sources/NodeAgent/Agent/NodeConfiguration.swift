package import ContainerEngine
package import Domain
import Glibc
package import Hosting

/// What a node is told at its start.
package struct NodeConfiguration: Hashable, Sendable {
    /// How containers come to run.
    package enum Engine: Hashable, Sendable {
        /// One that somebody else runs, on this socket.
        case socket(String)
        /// Started when nobody answers, and left running when the node's program ends.
        case own(EngineService.Settings)
    }

    /// Of all nodes of a machine.
    static let machineRunPath = "/run/orban"

    package var node: NodeID
    package var name: String
    /// Capacity, devices, ask, region and tier.
    package var terms: OfferTerms
    /// The journal, the receipt key, inputs, outputs and logs of leases. Kept across boots.
    package var statePath: String
    /// What dies with the boot: fences, watchers' files, capacity and id ranges. One folder for
    /// all nodes of a machine.
    package var runPath: String
    /// `https://host:port` without a slash at its end: where blobs, logs and outputs go.
    package var marketURL: String
    package var engine: Engine
    /// Which blob is which image of the engine's store; shared by all nodes on that store.
    package var imagesPath: String
    /// The group above the leases' own groups.
    package var cgroupParent: String
    /// A local image with `sh` and `cat` that tries out the OCI runtimes.
    package var selfTestImage: String
    /// Runs one watcher: program and first arguments. Empty: leases go unwatched while the node's
    /// program is dead, and no second of that time is claimed.
    package var watcher: [String]
    /// Inputs kept for later leases, at most.
    package var cacheBytes: Int64
    /// How often a running container is compared with its profile.
    package var auditEvery: Duration
    /// Where images may be pulled from.
    package var registries: RegistryPolicy
    /// No image of a job is larger, as it comes or unpacked.
    package var imageLimitBytes: Int64
    package var devices: DeviceAccess
    /// What a container reaches that asked for a network; whether one is offered is in `terms`.
    package var egress: EgressPermission
    /// What the machine's owner takes it back for, and how soon.
    package var owner: OwnerPolicy
    /// Its containers are simulated: it takes nothing of the machine from other nodes.
    package var isSimulated: Bool

    package init(
        node: NodeID, name: String, terms: OfferTerms, statePath: String, marketURL: String,
        engine: Engine, imagesPath: String
    ) {
        self.node = node
        self.name = name
        self.terms = terms
        self.statePath = statePath
        self.marketURL = marketURL
        self.engine = engine
        self.imagesPath = imagesPath
        runPath = Self.machineRunPath
        cgroupParent = "/orban"
        selfTestImage = "localhost/orban-base:1"
        watcher = ["/proc/self/exe", "node", "watch"]
        cacheBytes = 20 << 30
        auditEvery = .seconds(60)
        registries = .none
        imageLimitBytes = 64 << 30
        devices = DeviceAccess()
        egress = EgressPermission()
        owner = .standard
        isSimulated = false
    }
}

/// What the machine has.
package enum Machine {
    /// Whether the file system of a path has room for another image, or has not been made yet.
    package static func hasRoom(at path: String) -> Bool {
        ImageRoom.freeBytes(path).map { $0 >= ImageRoom.reserveBytes } ?? true
    }

    /// CPUs online and physical memory; disk is what the file system of `path` holds in all.
    package static func resources(diskAt path: String) -> Resources {
        let cpus = Int64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let memory = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        var disk = statvfs()
        let isKnown = statvfs(path, &disk) == 0
        return Resources(
            milliCPU: cpus * 1_000, memoryBytes: memory,
            diskBytes: isKnown ? Int64(clamping: disk.f_blocks * disk.f_frsize) : 0)
    }
}
