package import Domain
package import Hosting

/// What runs containers for a node. Two implementations run: `LibpodRuntime`, `SimulatedRuntime`.
///
/// Every call is idempotent by its lease. The calls that are not `async` return at once and touch
/// small files only; they may be made while any other call for the same lease is under way.
package protocol ContainerRuntime: Sendable {
    /// Finds what an earlier run of the program left of `dispatches`, and the containers of no lease
    /// with this node's label. Called once, first.
    func adopt(_ dispatches: [Dispatch]) async throws -> Adopted

    /// Works in the background until it is cancelled: follows logs, looks after ended containers.
    /// - Parameter report: takes what the node has to hear of.
    func run(_ report: @escaping @Sendable (HostEvent) async throws -> Void) async throws

    /// Fetches image and inputs.
    /// - Throws: `StartFailure`, or `CancellationError`.
    func prepare(_ dispatch: Dispatch) async throws
    /// Starts the container, or finds it started.
    /// - Returns: since when its first process runs.
    /// - Throws: `StartFailure`, or `CancellationError`.
    func start(_ dispatch: Dispatch) async throws -> BootTime
    /// Uploads outputs and the rest of the log, however often it has to try.
    func save(_ dispatch: Dispatch) async throws -> SaveResult
    /// Kills what still lives and removes all that belongs to the lease.
    func remove(_ lease: LeaseID) async throws

    /// Devices of these that no container can be given now, and why; stable codes. Reads files.
    func unattachable(_ devices: [DeviceID]) -> [DeviceID: String]
    /// Every container with this node's label.
    func sample(at now: BootTime) -> [Observation]
    /// What each container that runs has used, by the newest sample; nothing is read.
    func loads() -> [LeaseID: Load]
    func moveFence(of lease: LeaseID, to fence: BootTime)
    func freeze(_ lease: LeaseID)
    func thaw(_ lease: LeaseID)
    /// Tells its first process to leave; one that is frozen hears it when it runs again.
    func notify(_ lease: LeaseID)
    /// Kills it, frozen or not; nothing of it runs in between.
    func kill(_ lease: LeaseID)
}

/// What a container has used by one moment.
package struct Load: Hashable, Sendable {
    package let at: BootTime
    /// Since its start.
    package let cpuNanoseconds: Int64
    /// Now; nil where the kernel does not tell.
    package let memoryBytes: Int64?

    package init(at: BootTime, cpuNanoseconds: Int64, memoryBytes: Int64?) {
        self.at = at
        self.cpuNanoseconds = cpuNanoseconds
        self.memoryBytes = memoryBytes
    }
}

/// What was found at the start of the program.
package struct Adopted: Hashable, Sendable {
    /// Until when each lease may run, by its fence file.
    package let fences: [LeaseID: BootTime]

    package init(fences: [LeaseID: BootTime]) { self.fences = fences }
}

/// A container that could not be prepared or started.
package struct StartFailure: Error, Hashable, Sendable {
    /// Stable codes, as they stand in `start_failed:<code>`.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The market's store does not have the image.
        case imageMissing = "image_missing"
        /// The blob is no image archive, or not of one image; or a registry gave another image.
        case imageInvalid = "image_invalid"
        /// The registry does not have the image, does not answer, or sent something broken.
        case imagePull = "image_pull"
        /// The node does not pull from that registry.
        case imageRefused = "image_refused"
        case imageTooLarge = "image_too_large"
        /// An input is missing, malformed, or larger than the lease's disk.
        case input
        /// The engine or its runtime did not start the container.
        case container
        /// The container was not confined as its profile says; nothing of the job has run.
        case isolation
        /// A device of the lease did not come into the container, or another one did.
        case device
        /// The container could not be given the network that it asked for; nothing of the job has run.
        case network
        /// The node's disk has no room left for the image, the inputs or the container.
        case diskFull = "disk_full"
        /// The node's own files, id ranges or network failed.
        case node
    }

    package let code: Code
    /// What stands in `start_failed:…`: the code, and what belongs to it.
    package let text: String
    /// For the log only.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        text = code.rawValue
        self.detail = detail
    }

    /// An image above the node's limit; its own size is not known while it still comes.
    static func tooLarge(
        _ name: String, limitBytes: Int64, sizeBytes: Int64?
    ) -> StartFailure {
        StartFailure(
            text: ([limitBytes] + (sizeBytes.map { [$0] } ?? [])).reduce(
                Code.imageTooLarge.rawValue
            ) { "\($0)_\($1)" },
            detail: "\(name): above \(limitBytes) bytes")
    }

    private init(text: String, detail: String) {
        code = .imageTooLarge
        self.text = text
        self.detail = detail
    }

    /// What an error means that nobody on its way has given a code.
    package init(of error: any Error) {
        switch error {
        case let failure as StartFailure: self = failure
        case let failure as FileFailure where failure.isDiskFull:
            self.init(.diskFull, "\(failure)")
        default: self.init(.node, "\(error)")
        }
    }
}
