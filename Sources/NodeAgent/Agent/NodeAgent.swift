package import Crypto
package import Domain
package import Hosting
package import Logging
import ServiceLifecycle

/// A node: it owns the `Host` value, feeds it with what happens, and carries out what it says.
///
/// It decides nothing itself. Frames come in over the link, samples four times a second, results
/// from the lease workers; each event is one synchronous step: decide, write the journal, act.
/// Start reading at `run`, then `take` and `perform`.
package actor NodeAgent: Service {
    /// What a node is made of.
    package struct Parts: Sendable {
        package var configuration: NodeConfiguration
        package var runtime: any ContainerRuntime
        /// One attempt to reach the market.
        package var connect: @Sendable () async throws -> NodeLink
        package var signer: Curve25519.Signing.PrivateKey
        /// The machine's GPUs; nil where it has none.
        package var devices: DeviceWatch?
        /// What makes them ready for the next lease.
        package var scrubber: DeviceScrubber?
        /// Devices in quarantine that the owner has looked at.
        package var lifted: [DeviceID] = []
        /// Where samples go; nil: nowhere.
        package var market: MarketBytes?
        /// What tells how far the market's beacons are; nil: nothing does.
        package var beacons: BeaconWatch?
        /// What the machine's software is open to.
        package var advisories: [String] = []
        /// What tells when the machine is its owner's.
        package var owner: OwnerWatch
        package var bootID: String
        /// The boot-time clock.
        package var now: @Sendable () -> BootTime
        /// Paces samples and attempts to connect.
        package var clock: any Clock<Duration>
        package var logger: Logger

        package init(
            configuration: NodeConfiguration, runtime: any ContainerRuntime,
            connect: @escaping @Sendable () async throws -> NodeLink,
            signer: Curve25519.Signing.PrivateKey, bootID: String,
            now: @escaping @Sendable () -> BootTime, clock: any Clock<Duration>, logger: Logger,
            devices: DeviceWatch? = nil, scrubber: DeviceScrubber? = nil,
            owner: OwnerWatch = OwnerWatch()
        ) {
            self.scrubber = scrubber
            self.devices = devices
            self.owner = owner
            self.configuration = configuration
            self.runtime = runtime
            self.connect = connect
            self.signer = signer
            self.bootID = bootID
            self.now = now
            self.clock = clock
            self.logger = logger
        }
    }

    static let sampleEvery = Duration.milliseconds(250)
    static let lookAtOwnerEvery = Duration.seconds(1)
    /// Frames that wait for the connection; a frame beyond is dropped, and repeated by its owner.
    static let mostQueuedFrames = 1_000

    let parts: Parts
    /// What leases and devices use, for those who watch.
    package nonisolated let telemetry: Telemetry
    private let journal: Journal
    private let capacity: CapacityClaim
    private var host: Host
    private var outbox: AsyncStream<NodeFrame>.Continuation?
    private var workers: [LeaseID: LeaseWorker] = [:]
    private let newWorkers: AsyncStream<LeaseWorker>
    private let workerQueue: AsyncStream<LeaseWorker>.Continuation
    let scrubs: AsyncStream<ScrubOrder>
    private let scrubQueue: AsyncStream<ScrubOrder>.Continuation
    /// The scrub of each device that is under way.
    var scrubbing: [DeviceID: Abort] = [:]
    private let scrubFile: SignedFile
    private let receiptFile: SignedFile
    private var backoff = Backoff()

    /// - Throws: `CapacityRefusal` when the machine has not so much left; `Journal.Failure`;
    ///   `FileFailure`.
    package init(_ parts: Parts) throws {
        self.parts = parts
        telemetry = Telemetry(boot: parts.bootID, watch: parts.devices)
        let configuration = parts.configuration
        capacity = try CapacityClaim(
            configuration.isSimulated ? .zero : configuration.terms.capacity,
            node: configuration.node,
            machine: Machine.resources(diskAt: configuration.statePath),
            folder: configuration.runPath + "/capacity")
        journal = try Journal(folder: configuration.statePath, boot: parts.bootID)
        host = Host(
            node: configuration.node, terms: configuration.terms, owner: configuration.owner)
        (newWorkers, workerQueue) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        // One a device at most, and a late one is given up for the next.
        (scrubs, scrubQueue) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        scrubFile = .scrubs(stateFolder: configuration.statePath)
        receiptFile = .receipts(stateFolder: configuration.statePath)
    }

    /// Works until it is cancelled or shut down; containers run on, for the next run to adopt.
    /// - Throws: what makes the node unfit to go on, such as a journal that cannot be written.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.work() }
    }

    private func work() async throws {
        try await begin()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.parts.runtime.run { try await self.take($0) } }
            group.addTask { try await self.sampleForever() }
            if let devices = self.parts.devices {
                group.addTask { try await self.follow(devices) }
            }
            if self.parts.owner.isLooking {
                group.addTask { try await self.followOwner() }
            }
            if let beacons = self.parts.beacons {
                group.addTask {
                    try await beacons.run(clock: self.parts.clock) {
                        try await self.take(.roundTripsMeasured($0))
                    }
                }
            }
            group.addTask { try await self.connectForever() }
            group.addTask { try await self.shipSamples() }
            group.addTask { await self.runWorkers() }
            group.addTask { try await self.runScrubs() }
            defer { group.cancelAll() }
            do { try await group.next() } catch is CancellationError {}
        }
    }

    private func begin() async throws {
        let adopted = try await parts.runtime.adopt(journal.history.leases.map(\.dispatch))
        let actions = host.adopt(
            journal.history, fences: adopted.fences, lost: journal.lost, at: parts.now())
        parts.logger.info(
            "node started",
            metadata: [
                "node.id": "\(parts.configuration.node)", "leases": "\(host.leases.count)",
                "leases.lost": "\(journal.lost.count)",
            ])
        telemetry.adopt(host.leases)
        try perform(actions)
        for device in parts.lifted { try take(.quarantineLifted(device)) }
        // Before anything is offered.
        try take(.ownerSeen(parts.owner.sight()))
    }

    private func followOwner() async throws {
        while !Task.isCancelled {
            try await parts.clock.sleep(for: Self.lookAtOwnerEvery)
            try take(.ownerSeen(parts.owner.sight()))
        }
    }

    private func sampleForever() async throws {
        while !Task.isCancelled {
            try take(.sampled(parts.runtime.sample(at: parts.now())))
            tell()
            try await parts.clock.sleep(for: Self.sampleEvery)
        }
    }

    private func follow(_ watch: DeviceWatch) async throws {
        let all = watch.devices.map(\.id)
        let runtime = parts.runtime
        for await pass in watch.readings(unattachable: { runtime.unattachable(all) }) {
            try take(.devicesSeen(pass.readings, askedAt: pass.askedAt))
            telemetry.see(pass)
        }
        try Task.checkCancellation()
    }

    /// One event: decide, make durable, act.
    func take(_ event: HostEvent) throws {
        try perform(host.handle(event, at: parts.now()))
        // At once, not at the next look: what a job that begins takes is its own.
        parts.devices?.setLeased(Set(host.leases.flatMap(\.dispatch.devices)))
    }

    /// The leases of this node as they stand.
    package var leases: [HostedLease] { host.leases }
    var offered: OfferTerms { host.offered(at: parts.now()) }
    var answeredHeartbeat: BootTime? { host.answeredHeartbeat }

    package func cleanliness(of device: DeviceID) -> Cleanliness { host.cleanliness(of: device) }

    /// Tells the market to place nothing new here, until it knows; what runs goes on.
    package func drain() throws { try take(.drainAsked) }
}

// MARK: - Acting

extension NodeAgent {
    private func perform(_ actions: [HostAction]) throws {
        try journal.append(
            actions.compactMap { if case .record(let record) = $0 { record } else { nil } })
        for action in actions { try perform(action) }
    }

    private func perform(_ action: HostAction) throws {
        switch action {
        case .record: break
        case .send(let frame):
            if case .terms(let terms, _) = frame {
                parts.logger.info(
                    "offer changed",
                    metadata: [
                        "closed": "\(terms.closed?.code ?? "no")",
                        "devices": "\(terms.devices.count)",
                    ])
            }
            send(frame)
        case .claim(let receipt):
            telemetry.claimed(receipt)
            keep(receipt)
            let signature = try parts.signer.signature(for: receipt.bytes)
            send(.receipt(SignedReceipt(bytes: receipt.bytes, signature: Array(signature))))
        case .prepare(let dispatch): order(.prepare(dispatch), for: dispatch.lease)
        case .start(let dispatch): order(.start(dispatch), for: dispatch.lease)
        case .save(let lease):
            guard let held = host.leases.first(where: { $0.id == lease }) else { return }
            order(.save(held.dispatch), for: lease)
        case .remove(let lease): remove(lease)
        case .moveFence(let lease, let fence): parts.runtime.moveFence(of: lease, to: fence)
        case .freeze(let lease):
            log("lease frozen", lease)
            parts.runtime.freeze(lease)
        case .thaw(let lease):
            log("lease thawed", lease)
            parts.runtime.thaw(lease)
        case .notify(let lease):
            let code = host.leases.first { $0.id == lease }?.progress.notice?.code
            log("lease asked to leave", lease, ["why": "\(code?.rawValue ?? "")"])
            parts.runtime.notify(lease)
        case .kill(let lease):
            log("lease killed", lease)
            parts.runtime.kill(lease)
        case .scrub(let order):
            log(order)
            scrubQueue.yield(order)
        case .attest(let receipt):
            log(receipt)
            try scrubFile.append(receipt.bytes, parts.signer)
        case .tell(let receipt):
            let signature = try parts.signer.signature(for: receipt.bytes)
            send(.scrubbed(SignedReceipt(bytes: receipt.bytes, signature: Array(signature))))
        case .reconnect: outbox?.finish()
        }
    }

    /// The provider's own word of what a lease came to, beside the market's; what it is paid does not hang on it.
    private func keep(_ receipt: Receipt) {
        guard case .ended = receipt.status else { return }
        do {
            try receiptFile.append(receipt.bytes, parts.signer)
        } catch {
            parts.logger.error("receipt not kept", metadata: ["cause": "\(error)"])
        }
    }

    private func send(_ frame: NodeFrame) {
        guard case .dropped? = outbox?.yield(frame) else { return }
        parts.logger.warning("frame dropped: the market takes none")
    }

    nonisolated func log(_ message: Logger.Message, _ lease: LeaseID, _ more: Logger.Metadata = [:])
    {
        parts.logger.info(
            message, metadata: more.merging(["lease.id": "\(lease)"]) { _, own in own })
    }
}

// MARK: - Workers

extension NodeAgent {
    private func order(_ order: LeaseWorker.Order, for lease: LeaseID) {
        let worker = workers[lease] ?? hire(lease)
        worker.give(order)
    }

    /// Breaks off what the worker is at. Asked again while it removes, it changes nothing.
    private func remove(_ lease: LeaseID) {
        let worker = workers[lease] ?? hire(lease)
        worker.removeNow()
    }

    private func hire(_ lease: LeaseID) -> LeaseWorker {
        let worker = LeaseWorker(lease: lease)
        workers[lease] = worker
        workerQueue.yield(worker)
        return worker
    }

    private func runWorkers() async {
        await withDiscardingTaskGroup { group in
            for await worker in newWorkers {
                group.addTask {
                    await worker.run(for: self)
                    await self.dismiss(worker.lease)
                }
            }
        }
    }

    private func dismiss(_ lease: LeaseID) { workers[lease] = nil }
}

// MARK: - The link

extension NodeAgent {
    private func connectForever() async throws {
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do {
                let link = try await parts.connect()
                parts.logger.info("market reached")
                try await serve(link)
                parts.logger.warning("connection to the market ended")
            } catch is CancellationError where Task.isCancelled {
                throw CancellationError()
            } catch let failure as ConnectionFailure {
                parts.logger.warning(
                    "connection to the market failed", metadata: ["error": "\(failure.cause)"])
            } catch  where outbox == nil {
                parts.logger.warning(
                    "cannot reach the market", metadata: ["error": "\(error)"])
            }
            outbox = nil
            try take(.disconnected)
            try await parts.clock.sleep(for: backoff.next(using: &generator))
        }
    }

    /// The transport's error, told apart from our own, which ends the node.
    private struct ConnectionFailure: Error { let cause: any Error }

    private func serve(_ link: NodeLink) async throws {
        let (frames, outbox) = AsyncStream<NodeFrame>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.mostQueuedFrames))
        self.outbox = outbox
        defer { outbox.finish() }
        try take(.connected)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    for await frame in frames { try await link.send(frame) }
                } catch { throw ConnectionFailure(cause: error) }
            }
            group.addTask { try await self.receive(link.frames) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func receive(_ frames: AsyncThrowingStream<MarketFrame, any Error>) async throws {
        var iterator = frames.makeAsyncIterator()
        while true {
            let frame: MarketFrame?
            do { frame = try await iterator.next() } catch {
                throw ConnectionFailure(cause: error)
            }
            guard let frame else { return }
            note(frame)
            try take(.frame(frame))
        }
    }

    private func note(_ frame: MarketFrame) {
        switch frame {
        case .welcome:
            backoff.reset()
            parts.logger.info("market welcomed the node")
        case .dispatch(_, let dispatch):
            log("lease dispatched", dispatch.lease, ["attempt": "\(dispatch.attempt)"])
        case .stop(_, let lease, let reason): log("lease stopped", lease, ["why": "\(reason.text)"])
        case .leave(_, let lease, let notice):
            log("lease makes way", lease, ["notice_ms": "\(notice)"])
        case .receiptRefused(let lease, let sequence, let code):
            log("receipt refused", lease, ["sequence": "\(sequence)", "code": "\(code)"])
        case .goodbye("second_session"):
            parts.logger.error(
                """
                this node's key is in use by another session: if no other machine runs on a copy of \
                its state folder, it goes on by itself in a few seconds
                """)
        case .goodbye(let code):
            parts.logger.warning("market ended the session", metadata: ["code": "\(code)"])
        case .drained: parts.logger.info("market places nothing new here")
        case .scrubAnswered(let device, let scrub, let refusal?):
            parts.logger.error(
                "market refuses a scrub's receipt",
                metadata: ["device": "\(device)", "scrub": "\(scrub)", "code": "\(refusal)"])
        case .scrubAnswered(_, _, nil): break
        case .wish(let number, let wish):
            parts.logger.info(
                "owner's wish", metadata: ["number": "\(number)", "wish": "\(wish)"])
        case .receiptAccepted(let lease, let sequence):
            telemetry.accepted(lease, sequence: sequence)
        case .renewal: break
        }
    }
}
