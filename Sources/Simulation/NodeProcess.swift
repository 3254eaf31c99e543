import Crypto
import Domain
import Hosting

/// One machine: its clock, the program on it, what that program keeps on disk, its containers.
struct NodeProcess {
    enum Honesty { case honest, lying }

    let id: NodeID
    let provider: AccountID
    let terms: OfferTerms
    let honesty: Honesty
    let key: Curve25519.Signing.PrivateKey
    let publicKey: [UInt8]
    /// Between two samples of the containers.
    let sampleMilliseconds: Int64

    var clock: BootClock
    var boot = 1
    var isPowered = true
    /// The node's core; nil while its program is dead.
    var host: Host?
    var run = 0
    /// On disk: survives the program and the boot.
    var journal: [(boot: Int, record: HostRecord)] = []
    /// In memory of the machine: survives the program, not the boot. The watchers read it.
    var fences: [LeaseID: BootTime] = [:]
    var containers = ContainerTable()
    /// Leases of which nothing is to be on the machine any more, not even what is being started.
    var removed: Set<LeaseID> = []
    /// Devices that do not answer, or are broken.
    var devicesAway: [DeviceID: DeviceSight] = [:]
    var devicesSeenAt = Moment.start
    /// Its owner sits at it until then.
    var ownerThereUntil = Moment.start
    /// Since when the program that lives now has seen that without a break.
    var ownerWaitsSince: Moment?
    /// The program is stopped until then.
    var pausedUntil = Moment.start
    var link = Link()
    var connection: Int?
    var lastFrameAt = Moment.start
    var signed: [LeaseID: SignedReceipt] = [:]
    /// Receipts sent earlier, for a node that repeats them.
    var oldReceipts: [SignedReceipt] = []
}

/// A container as the machine has it.
struct Container {
    enum Ending: Hashable {
        case pending
        case exited(EndReason, at: BootTime)
    }

    let lease: LeaseID
    let task: TaskID
    let devices: [DeviceID]
    let startedAt: BootTime
    /// What the work ends with when it is let run long enough.
    let outcome: EndReason
    /// Unfrozen time that the work still needs.
    var workLeft: Int64
    var ending = Ending.pending
    /// Through the lease's own group: by the agent or the lease's watcher.
    var isFrozen = false
    /// By somebody else.
    var isPaused = false
    /// What it runs on is not there; nothing that it does then counts.
    var isDeviceAway = false
    /// The stretch of unfrozen running that goes on now.
    var runningSince: Moment?
    var stretch = 0
    /// Unfrozen time of the finished stretches, by the node's clock and by true time.
    var ranByClock: Int64 = 0
    var ran: Int64 = 0
    var watcher: Meter
    /// The fence that the watcher knew at its last look: between two looks it may have run out,
    /// frozen the container and moved on, all unseen.
    var watchedFence: BootTime

    var mayRun: Bool { ending == .pending && !isFrozen && !isPaused && !isDeviceAway }
}

/// A node's containers in the order of their leases.
struct ContainerTable {
    private(set) var all: [Container] = []

    subscript(lease: LeaseID) -> Container? {
        get { all.first { $0.lease == lease } }
        set {
            let place = all.firstIndex { $0.lease >= lease } ?? all.count
            let isPresent = place < all.count && all[place].lease == lease
            switch (newValue, isPresent) {
            case (let container?, true): all[place] = container
            case (let container?, false): all.insert(container, at: place)
            case (nil, true): all.remove(at: place)
            case (nil, false): break
            }
        }
    }

    mutating func removeAll() { all = [] }
}

/// The way between a node and the market.
struct Link {
    /// What becomes of frames sent while a direction is cut.
    enum Cut { case drops, holdsBack }

    var upCutUntil = Moment.start
    var downCutUntil = Moment.start
    var cut = Cut.drops
    /// Losses, repeats and disorder until then.
    var isPoorUntil = Moment.start
    var lastUp = Moment.start
    var lastDown = Moment.start
    var latencyMilliseconds: Int64 = 20
}
