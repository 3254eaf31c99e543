import Crypto
import Domain
import Marketplace
import Transparency

/// A small market with a seeded crowd: it draws commands, realistic and hostile, from the state that
/// the oracle is in.
struct World {
    struct Machine {
        let id: NodeID
        let key: Curve25519.Signing.PrivateKey
    }

    var random: SeededGenerator
    var oracle = MemoryTables()
    var now = Timestamp(milliseconds: 1_700_000_000_000)
    let accounts: [AccountID]
    let machines: [Machine]
    let devices: [DeviceID]
    var jobs: [JobID] = []
    var leases: [LeaseID] = []
    var names = 0

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        accounts = (1...4).map { AccountID("acc_A\($0)")! }
        machines = try (1...3).map { number in
            Machine(
                id: NodeID("nod_N\(number)")!,
                key: try Curve25519.Signing.PrivateKey(
                    rawRepresentation: [UInt8](repeating: UInt8(number), count: 32)))
        }
        devices = (1...5).map { DeviceID("GPU-\($0)")! }
    }

    /// Books of a chain, accounts, money, nodes and offers to begin with.
    mutating func opening() -> [Command] {
        var commands: [Command] = [.openBooks(Self.chain)]
        commands += accounts.dropLast().map {
            .openAccount(Account(id: $0, name: "ä \($0)", createdAt: now), keys: [])
        }
        commands += accounts.dropLast().map {
            .credit($0, money(50_000_000), reason: "start", once($0, "start", "body"))
        }
        commands += accounts.dropLast().enumerated().flatMap { index, account in
            [Command.link(Self.users[index], to: account)]
        }
        commands.append(
            .takeNews(Self.users.map { .deposited($0, money(9_000_000)) }, upTo: 1))
        for (index, machine) in machines.dropLast().enumerated() {
            commands.append(.registerNode(node(machine, of: accounts[index]), token: nil))
            commands.append(.advertise(machine.id, terms(devices: [devices[index]])))
        }
        return commands
    }

    mutating func perform(_ commands: [Command]) -> [Outcome] {
        oracle.perform(commands, market: testMarket, at: now)
    }

    /// The next batch; time moves on before it.
    mutating func nextBatch() throws -> [Command] {
        now = now.advanced(milliseconds: Int64(random.below(12_000)))
        return try (0...random.below(4)).map { _ in try nextCommand() }
    }

    func money(_ micro: Int64) -> Money { (try? Money(micro: micro)) ?? .zero }

    func once(_ account: AccountID, _ key: String, _ body: String) -> Idempotency {
        Idempotency(key: ReplayKey(account: account, key: key), bodyHash: body)
    }

    func node(_ machine: Machine, of provider: AccountID) -> Node {
        Node(
            id: machine.id, provider: provider, name: "n\u{0}1",
            receiptKey: [UInt8](machine.key.publicKey.rawRepresentation))
    }

    mutating func terms(devices: [DeviceID]) -> OfferTerms {
        OfferTerms(
            capacity: Resources(
                milliCPU: Int64(random.below(8) * 1000), memoryBytes: 8 << 30, diskBytes: 64 << 30),
            devices: devices.map { Device(id: $0, model: "H200", vramBytes: 1 << 37) },
            ask: (try? Rate(microPerHour: Int64(1 + random.below(4_000_000)))) ?? lowestRate,
            region: random.isOneIn(8) ? "IS" : "TW", tier: .tested, closed: closing(),
            roundTrips: random.isOneIn(2) ? trips() : .none,
            spotAsk: random.isOneIn(3) ? lowestRate : nil,
            payee: random.isOneIn(8)
                ? nil : SignedPayee(address: Self.payees[random.below(2)], signature: []),
            serviceLevel: devices.isEmpty ? nil : Self.serviceLevel)
    }

    private static let serviceLevel = BasisPoints(9_000).flatMap { share in
        ServiceLevel(availability: share, credit: share)
    }

    mutating func trips() -> RoundTrips {
        let readings = [BeaconName.market, BeaconName("tokyo")!].map {
            RoundTrips.Reading(beacon: $0, microseconds: Int64(1 + random.below(200_000)))
        }
        return RoundTrips(readings) ?? .none
    }

    private mutating func closing() -> OfferClosing? {
        guard random.isOneIn(8) else { return nil }
        return OfferClosing(
            random.pick(OwnerCode.allCases) ?? .schedule,
            until: random.isOneIn(2) ? now.advanced(seconds: 60) : nil)
    }

    var lowestRate: Rate { try! Rate(microPerHour: 1) }
}

extension World {
    private mutating func nextCommand() throws -> Command {
        switch random.below(100) {
        case 0..<6: people()
        case 6..<10: credit()
        case 10..<18: offering()
        case 18..<30: submit()
        case 30..<44: clear()
        case 44..<48: random.isOneIn(3) ? chain() : vault()
        case 48..<50, 75..<77: preempt()
        case 50..<66: try meter() ?? .keepAlive
        case 66..<72: files()
        case 72..<74: try scrub() ?? .keepAlive
        case 74..<75: random.isOneIn(2) ? silence() : notice()
        case 77..<78: .endLease(liveLease() ?? anyLease(), random.isOneIn(2) ? .nodeLost : .stopped)
        case 78..<84: .verify(endedLease() ?? anyLease())
        case 84..<87: .closePeriod(anyLease())
        case 87..<90: .stop(liveJob() ?? anyJob())
        case 90..<92: .expire(lateJob() ?? anyJob())
        case 92..<94: retry()
        case 94..<96: effectDone()
        case 96..<97: .sequence(limit: random.below(12))
        case 97..<98: random.isOneIn(2) ? .sequence(limit: random.below(6)) : head()
        default: random.isOneIn(3) ? head() : random.isOneIn(2) ? chain() : vault()
        }
    }

    mutating func anyNode() -> NodeID { random.pick(machines)?.id ?? machines[0].id }
    mutating func anyAccount() -> AccountID { random.pick(accounts) ?? accounts[0] }
    mutating func anyLease() -> LeaseID {
        random.pick(Array(leases.suffix(12))) ?? LeaseID("lse_none")!
    }
    mutating func anyJob() -> JobID {
        random.pick(Array(jobs.suffix(6))) ?? JobID("job_none")!
    }

    private mutating func endedLease() -> LeaseID? {
        let ended = oracle.read([.unsettledLeases(limit: 50)]).leases(.unsettledLeases(limit: 50))
            .filter { !$0.life.isLive }
        return random.pick(ended)?.id
    }

    /// Of all lengths, some that end before they begin.
    private mutating func silence() -> Command {
        let from = now.advanced(milliseconds: -Int64(random.below(400_000)))
        return .silence(
            anyNode(), from: from,
            until: from.advanced(milliseconds: Int64(random.below(400_000)) - 1000))
    }

    /// Some of what runs is asked to leave, and what is not named may stay.
    private mutating func notice() -> Command {
        let node = anyNode()
        let named = liveLeases().filter { $0.node == node && random.isOneIn(2) }
        return .notice(
            node,
            named.map {
                LeaveCall(
                    lease: $0.id, code: (random.pick(OwnerCode.allCases) ?? .paused).rawValue,
                    until: now.advanced(seconds: Int64(random.below(100)) - 10))
            })
    }

    func liveLeases() -> [Lease] {
        oracle.read([.unsettledLeases(limit: 50)]).leases(.unsettledLeases(limit: 50))
            .filter(\.life.isLive)
    }

    mutating func liveLease() -> LeaseID? { random.pick(liveLeases())?.id }

    /// A job that has something to stop, perhaps again.
    func liveJob() -> JobID? { liveLeases().first?.task.job }

    mutating func name(_ prefix: String) -> String {
        names += 1
        return "\(prefix)\(names)"
    }

    private mutating func people() -> Command {
        let account = anyAccount()
        let key = APIKey(
            hash: KeyHash(hex: "\(random.below(9))"), account: anyAccount(),
            role: random.pick(Role.allCases) ?? .renter, label: "k\u{1A}'\"\\")
        switch random.below(5) {
        case 0:
            return .openAccount(Account(id: account, name: "", createdAt: now), keys: [key])
        case 1: return .addKey(key)
        case 2:
            return .addJoinToken(
                JoinToken(
                    id: "t\(random.below(3))", secretHash: KeyHash(hex: "s"), provider: account,
                    expiresAt: now.advanced(seconds: Int64(random.below(60)) - 10),
                    usesLeft: random.below(3)))
        default:
            let machine = random.pick(machines) ?? machines[0]
            let token = random.isOneIn(3) ? nil : "t\(random.below(4))"
            return .registerNode(node(machine, of: account), token: token)
        }
    }

    private mutating func credit() -> Command {
        let amounts: [Int64] = [0, -5, 1, 7_000_000, Money.limit]
        let account = anyAccount()
        return .credit(
            account, money(random.pick(amounts) ?? 1), reason: "gift",
            once(account, "c\(random.below(12))", "b\(random.below(2))"))
    }

    private mutating func offering() -> Command {
        if random.isOneIn(8) {
            return .release(random.pick(devices) ?? devices[0], of: anyNode())
        }
        if random.isOneIn(8) { return .wish(anyNode(), wish()) }
        if random.isOneIn(4) {
            let event = random.pick(Offer.Event.allCases) ?? .connected
            return .changeAvailability(anyNode(), event)
        }
        let count = random.below(3)
        let chosen = (0..<count).compactMap { _ in random.pick(devices) }
        return .advertise(anyNode(), terms(devices: chosen))
    }

    private mutating func wish() -> OwnerWish<Timestamp> {
        let by = now.advanced(seconds: Int64(random.below(9000)) - 100)
        return random.pick([.open, .open, .paused, .drained(by: nil), .drained(by: by)]) ?? .open
    }

    private mutating func effectDone() -> Command {
        let effects = oracle.read([.outbox(limit: 50)])[.outbox(limit: 50)].compactMap { row in
            if case .outbox(let entry) = row { entry.id } else { nil }
        }
        return .effectDone(random.pick(effects) ?? EffectID("dispatch:none"))
    }

    private mutating func head() -> Command {
        let tree = oracle.read([.tree]).tree
        // Far above anything that this batch may still number.
        let size = random.isOneIn(4) ? tree.size + 1000 : tree.size
        return .publishHead(
            PublishedHead(size: size, root: tree.root ?? .emptyTree, note: random.bytes(40)))
    }

    private mutating func files() -> Command {
        let digest = BlobDigest(
            "sha256:" + String(repeating: random.isOneIn(2) ? "b" : "c", count: 64))!
        switch random.below(8) {
        case 3, 4:
            return .beginUpload(
                BlobKey(digest: digest, owner: anyAccount()),
                totalBytes: Int64(random.below(110)) - 2)
        case 5:
            return .dropUpload(
                BlobKey(digest: digest, owner: anyAccount()),
                untouchedSince: now.advanced(seconds: Int64(random.below(60)) - 40))
        case 0: return .nameImage(NamedImage(name: "i\(random.below(3))'", digest: digest))
        case 1:
            return .addBlob(
                Blob(digest: digest, size: Int64(random.below(99)), owner: anyAccount()))
        default:
            let lease = random.isOneIn(4) ? anyLease() : liveLease() ?? anyLease()
            let task = oracle.read([.lease(lease)]).lease(lease)?.task
            return .addOutputs(
                lease,
                [
                    TaskOutput(
                        lease: lease, task: task ?? TaskID(job: anyJob(), index: 1),
                        path: "/out/\(random.below(3))", digest: digest, size: 5)
                ])
        }
    }
}
