import AsyncHTTPClient
import ControlPlane
import Crypto
import Domain
import Ethereum
import Foundation
import Glibc
import Logging
import NIOCore
import NIOSSL
import NodeAgent
import Wire

/// What `orban up` and `orban node run` are told about a node.
struct NodeSetup: Sendable {
    /// How containers come to run.
    enum Engine: Hashable, Sendable {
        case simulated
        /// One that somebody else runs.
        case socket(String)
        /// The machine's own, started when nobody answers.
        case own
    }

    static let options: [OptionForm] =
        [
            Option<Int64>.cpus.form, Option<Int64>.memory.form, Option.disk.form, Option.price.form,
            Option.spotPrice.form, Option.region.form, Option<String>.nodeName.form,
            Flag.simulate.form,
            Option.engineSocket.form, Option.containersRoot.form,
            Option<RegistryHost>.registry.form,
            Option<Int64>.largestImage.form, Option<String>.nvml.form,
            Option<String>.cuda.form, Option<DeviceID>.lifted.form, Flag.egress.form,
            Option<String>.egressPolicy.form, Option<MetricsAddress>.metrics.form,
            Option<Address>.payee.form, Option<ServiceLevel>.sla.form,
        ] + OwnerSetup.options
    /// 0.10 USD/h for the whole machine.
    private static let defaultMicroPerHour: Int64 = 100_000

    let name: String
    let statePath: String
    let terms: OfferTerms
    let engine: Engine
    let log: Logger
    /// The machine's GPUs; nil where it has none, or none is to be offered.
    let devices: DeviceWatch?
    /// Where the owner's own monitoring finds this node's metrics; nil: nowhere.
    private let metrics: MetricsAddress?
    private let owner: OwnerSetup
    /// Whom vouchers pay; nil: it takes none.
    private let payee: ChainAddress?
    private let access: DeviceAccess
    private let scrubber: DeviceScrubber
    private let lifted: [DeviceID]
    private let registries: RegistryPolicy
    /// Nil is what a node takes by itself.
    private let imageLimitBytes: Int64?
    private let egress: EgressPermission
    private let containersRoot: String
    private let environment: [String: String]

    /// - Throws: `UsageFault`.
    init(_ session: Session, statePath: String, log: Logger) throws {
        let arguments = session.arguments
        let machine = Machine.resources(diskAt: "/")
        name = try arguments.value(Option<String>.nodeName) ?? "node-1"
        self.statePath = statePath
        self.log = log
        let capacity = Resources(
            milliCPU: try arguments.value(Option<Int64>.cpus) ?? machine.milliCPU,
            memoryBytes: try arguments.value(Option<Int64>.memory) ?? machine.memoryBytes / 4 * 3,
            diskBytes: try arguments.value(Option<Int64>.disk) ?? machine.diskBytes / 2)
        let ask =
            try arguments.value(Option<Rate>.price)
            ?? Rate(microPerHour: Self.defaultMicroPerHour)
        let spotAsk = try arguments.value(Option<Rate>.spotPrice)
        if let spotAsk, spotAsk > ask { throw UsageFault.spotPriceAbove(spotAsk, price: ask) }
        metrics = try arguments.value(Option<MetricsAddress>.metrics)
        let library = try arguments.value(Option<String>.nvml)
        devices = try Self.devices(library, log)
        containersRoot =
            try arguments.value(Option<String>.containersRoot) ?? Self.defaultRoot(session)
        if !arguments.has(.simulate) {
            try Self.check(capacity.diskBytes, on: ["/", containersRoot, statePath])
        }
        owner = try OwnerSetup(
            arguments, hasGPU: devices?.devices.isEmpty == false,
            disks: arguments.has(.simulate) ? [] : [containersRoot, statePath])
        access = DeviceAccess(
            nodes: devices?.nodes ?? [:], namesOwnLibrary: library != nil)
        scrubber = DeviceScrubber(
            nvml: library,
            memory: DeviceScrubber.memory(
                cuda: try Self.cuda(arguments), nvml: library, isBare: access.isBare),
            environment: session.environment)
        lifted = try Self.lifted(arguments, of: devices?.devices ?? [])
        terms = OfferTerms(
            capacity: capacity, devices: devices?.devices ?? [], ask: ask,
            region: try arguments.value(Option<String>.region) ?? "TW", tier: .new,
            network: arguments.has(.egress) ? .egress : .none, spotAsk: spotAsk,
            serviceLevel: try arguments.value(Option<ServiceLevel>.sla))
        egress = try session.egressPermission()
        payee = try arguments.value(Option<Address>.payee).map(ChainAddress.init)
        if arguments.has(.simulate) {
            engine = .simulated
        } else if let socket = try arguments.value(Option<String>.engineSocket) {
            engine = .socket(socket)
        } else {
            engine = .own
        }
        registries = RegistryPolicy(try arguments.all(Option<RegistryHost>.registry))
        imageLimitBytes = try arguments.value(Option<Int64>.largestImage)
        environment = session.environment
    }

    /// - Throws: `UsageFault` where the library that was named does not open; without a name, a
    ///   machine without one has no GPUs.
    private static func devices(_ library: String?, _ log: Logger) throws -> DeviceWatch? {
        guard library != "none" else { return nil }
        do {
            let watch = try DeviceWatch(library: library, cgroupMarker: "/orban/")
            log.info(
                "GPUs found",
                metadata: ["count": "\(watch.devices.count)", "driver": "\(watch.summary)"])
            return watch
        } catch {
            guard library == nil else { throw UsageFault.gpuLibrary("\(error)") }
            log.info("no GPUs", metadata: ["why": "\(error)"])
            return nil
        }
    }

    /// - Throws: `UsageFault.diskTooLarge` where none of the disks has so much in all.
    private static func check(_ bytes: Int64, on paths: [String]) throws(UsageFault) {
        let has = paths.map { Machine.resources(diskAt: $0).diskBytes }.max() ?? 0
        guard bytes <= has else { throw .diskTooLarge(askedBytes: bytes, hasBytes: has) }
    }

    /// - Throws: `UsageFault` for what is no device of this machine: nobody looked at that.
    private static func lifted(
        _ arguments: Arguments, of devices: [Device]
    ) throws(UsageFault) -> [DeviceID] {
        let lifted = try arguments.all(Option<DeviceID>.lifted)
        let known = devices.map(\.id)
        if let other = lifted.first(where: { !known.contains($0) }) {
            throw .deviceNotHere(other.text, known: known.map(\.text))
        }
        return lifted
    }

    /// - Throws: `UsageFault` for a library that is not there.
    private static func cuda(_ arguments: Arguments) throws -> String? {
        let library = try arguments.value(Option<String>.cuda)
        if let library, library != "none", Glibc.access(library, R_OK) != 0 {
            throw UsageFault.valueRefused(
                option: "--cuda", library, ExpectedValue(.expectLibrary))
        }
        return library
    }

    /// Where `script/images` puts images, too.
    private static func defaultRoot(_ session: Session) -> String {
        session.environment["ORBAN_CONTAINERS_ROOT"].flatMap { $0.isEmpty ? nil : $0 }
            ?? session.settings.cachePath + "/containers/store"
    }

    /// A node is who its receipt key says: the same key is the same node.
    func nodeID(of key: Curve25519.Signing.PrivateKey) -> NodeID {
        NodeID(bytes: Array(SHA256.hash(data: key.publicKey.rawRepresentation).prefix(16)))
    }

    /// What containers get, as a ready line says it: the code of what is against it, where something is.
    func network(_ standing: NodeStanding) -> String {
        standing.networkObstacle?.code ?? terms.network.rawValue
    }

    /// Runs the node until it is cancelled, with `beside` next to it.
    func run(
        as node: NodeID, key: Curve25519.Signing.PrivateKey, marketURL: String,
        authorityPEM: String?, connect: @escaping @Sendable () async throws -> NodeLink,
        beside: @escaping @Sendable (NodeStanding) async throws -> Void
    ) async throws {
        let clock = ContinuousClock()
        var configuration = configuration(node, marketURL)
        configuration.terms.payee = try payee.map { try SignedPayee($0, of: node, by: key) }
        try await withHTTP(authorityPEM) { engineHTTP, marketHTTP in
            let runtime: any ContainerRuntime
            var standing = NodeStanding()
            if engine == .simulated {
                runtime = SimulatedRuntime(now: { BootTime.now() })
            } else {
                let containers = try await LibpodRuntime.open(
                    configuration, engineHTTP: engineHTTP, marketHTTP: marketHTTP, clock: clock,
                    logger: log)
                standing.findings = containers.findings
                standing.networkObstacle = containers.networkObstacle
                runtime = containers
            }
            // Below a security floor a machine offers NEW, whatever tier was asked for.
            configuration.terms.tier = SecurityFloor.tier(
                configuration.terms.tier, with: standing.findings)
            if standing.networkObstacle != nil { configuration.terms.network = .none }
            var parts = NodeAgent.Parts(
                configuration: configuration, runtime: runtime, connect: connect, signer: key,
                bootID: try BootTime.bootID(), now: { BootTime.now() }, clock: clock,
                logger: log, devices: devices, scrubber: scrubber,
                owner: owner.watch)
            parts.lifted = lifted
            parts.market = MarketBytes(http: marketHTTP, base: marketURL, clock: clock)
            parts.beacons = BeaconWatch(
                marketURL: marketURL, authorityPEM: authorityPEM, http: marketHTTP, clock: clock)
            parts.advisories = standing.advisories
            let agent = try NodeAgent(parts)
            // The owner at the machine needs no key: the node says it with its own.
            let drains = Interrupts.all([SIGUSR1])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [standing] in
                    try await beside(standing)
                    for await _ in drains { try await agent.drain() }
                }
                group.addTask { try await agent.run() }
                if let metrics {
                    let server = MetricsServer(
                        agent.telemetry, at: metrics, now: { BootTime.now() }, logger: log)
                    group.addTask { try await server.run() }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private func configuration(_ node: NodeID, _ marketURL: String) -> NodeConfiguration {
        let source: NodeConfiguration.Engine =
            switch engine {
            case .simulated: .socket("")
            case .socket(let path): .socket(path)
            case .own:
                NodeConfiguration.Engine.own(storedAt: containersRoot, environment: environment)
                    ?? .socket("/run/podman/podman.sock")
            }
        var configuration = NodeConfiguration(
            node: node, name: name, terms: terms, statePath: statePath, marketURL: marketURL,
            engine: source, imagesPath: containersRoot + ".images")
        configuration.registries = registries
        if let imageLimitBytes { configuration.imageLimitBytes = imageLimitBytes }
        configuration.devices = access
        configuration.egress = egress
        configuration.owner = owner.policy
        configuration.isSimulated = engine == .simulated
        return configuration
    }

    private func withHTTP(
        _ authorityPEM: String?, _ body: (HTTPClient, HTTPClient) async throws -> Void
    ) async throws {
        let engineHTTP = HTTPClient(configuration: NodeConfiguration.engineHTTP)
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        if let authorityPEM {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(authorityPEM.utf8)))
            configuration.tlsConfiguration = tls
        }
        let marketHTTP = HTTPClient(configuration: configuration)
        do {
            try await body(engineHTTP, marketHTTP)
        } catch {
            try await engineHTTP.shutdown()
            try await marketHTTP.shutdown()
            throw error
        }
        try await engineHTTP.shutdown()
        try await marketHTTP.shutdown()
    }
}

/// Its environment may hold a token: whoever prints it does not get that.
extension NodeSetup: CustomStringConvertible, CustomDebugStringConvertible {
    var description: String { "set-up of \(name)" }
    var debugDescription: String { description }
}

extension Option where Value == MetricsAddress {
    static let metrics = Option(
        "metrics", "127.0.0.1:9400", .optionMetrics,
        ValueForm(.expectAddress) { MetricsAddress($0) })
}

extension Option where Value == ServiceLevel {
    static let sla = Option(
        "sla", "99.5%:25%", .optionSLA,
        ValueForm(.expectServiceLevel) { SpecUnits.serviceLevel($0) })
}

extension Option where Value == Address {
    static let payee = Option("payee", "0x…", .optionPayee, .address)
}

extension SignedPayee {
    fileprivate init(
        _ address: ChainAddress, of node: NodeID, by key: Curve25519.Signing.PrivateKey
    ) throws {
        let message = Self.message(node: node, address: address)
        self.init(address: address, signature: Array(try key.signature(for: message)))
    }
}

extension Flag {
    static let simulate = Flag("simulate", .optionSimulate)
    static let egress = Flag("egress", .optionEgress)
}
