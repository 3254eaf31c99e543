import Crypto
import Domain
import Marketplace
import Transparency

/// What a world is made of before anybody lives in it.
struct Parts {
    let commission: BasisPoints
    let cheapest: Rate
    let workload: Workload
    let foreignKey: Curve25519.Signing.PrivateKey
    let logSigner: NoteSigner

    init(_ random: inout Randomness) {
        let points = random.pick([0, 1, 250, 500, 1999, 10_000] as [Int64])
        let zeros = String(repeating: "0", count: 64)
        guard let commission = BasisPoints(points), let cheapest = try? Rate(microPerHour: 1),
            let digest = BlobDigest("sha256:" + zeros),
            let foreignKey = Self.key(&random),
            let logSigner = try? NoteSigner(
                name: "simulated.example/log", privateKey: Self.key(&random) ?? foreignKey)
        else { preconditionFailure("the parts of a world are valid constants") }
        self.commission = commission
        self.cheapest = cheapest
        self.foreignKey = foreignKey
        self.logSigner = logSigner
        workload = Workload(
            image: .archive(name: "work", digest: digest), command: ["work"],
            environment: [], inputs: [], outputs: ["/out"])
    }

    /// Any 32 bytes are an Ed25519 private key (RFC 8032 §5.1.5).
    static func key(_ random: inout Randomness) -> Curve25519.Signing.PrivateKey? {
        try? Curve25519.Signing.PrivateKey(rawRepresentation: random.bytes(32))
    }
}

extension World {
    /// Accounts, credit, nodes, and the first events.
    func populate() {
        for place in 0..<options.nodes { addNode(place) }
        for place in 0..<options.renters { addRenter(place) }
        openVault()
        startMarket()
        schedule(.everySecond, at: now.after(milliseconds: 1000))
        schedule(.heal, at: now.after(milliseconds: options.activeSeconds * 1000))
        if options.faultEverySeconds != nil {
            schedule(.fault, at: now.after(milliseconds: 5000))
        }
    }

    private func open(_ account: AccountID, named name: String) {
        write(.openAccount(Account(id: account, name: name, createdAt: now.timestamp), keys: []))
    }

    /// Before the first event nothing can fail.
    func write(_ command: Command) {
        for commit in store.perform(command, at: now.timestamp) { audit(command, commit) }
    }

    private func addNode(_ place: Int) {
        let provider = AccountID(bytes: random.identifiers.bytes(16))
        open(provider, named: "provider")
        guard let key = Parts.key(&random.setUp) else { return }
        let id = NodeID(bytes: random.identifiers.bytes(16))
        var terms = drawTerms(place)
        terms.payee = Self.payee(of: place, id, key)
        let node = NodeProcess(
            id: id, provider: provider, terms: terms,
            honesty: place >= options.nodes - options.lyingNodes ? .lying : .honest,
            key: key, publicKey: Array(key.publicKey.rawRepresentation),
            sampleMilliseconds: random.setUp.within(240...900), clock: drawClock())
        nodes.append(node)
        places[node.id] = place
        write(
            .registerNode(
                Node(id: node.id, provider: provider, name: "node", receiptKey: node.publicKey),
                token: nil))
        let first = random.setUp.within(0...999)
        schedule(.agentStarts(node: place, run: 0), at: now.after(milliseconds: first))
        schedule(.sample(node: place), at: now.after(milliseconds: first))
        schedule(.watch(node: place), at: now.after(milliseconds: first + 500))
    }

    /// Up to a percent fast or slow: far worse than real clocks, within the fence's margin.
    private func drawClock() -> BootClock {
        let drift = random.setUp.pick([0, 0, 40, -40, 2000, -2000, 10_000, -10_000])
        return BootClock(
            bootedAt: now, offset: random.setUp.within(0...1_000_000_000_000_000),
            drift: Int64(drift))
    }

    private func drawTerms(_ place: Int) -> OfferTerms {
        // The first node can take everything that renters here ask for.
        let deviceCount = place == 0 ? 4 : random.setUp.pick([0, 0, 1, 2])
        let devices = (0..<deviceCount).compactMap { number in
            DeviceID("GPU-\(options.seed)-\(place)-\(number)").map {
                Device(
                    id: $0, model: "H200", vramBytes: 80 << 30, power: Self.power(of: place))
            }
        }
        let ask = random.setUp.within(10_000...Self.dearestAsk)
        return OfferTerms(
            capacity: Resources(
                milliCPU: place == 0 ? 8000 : random.setUp.within(2000...8000),
                memoryBytes: place == 0 ? 16 << 30 : random.setUp.within(4...16) << 30,
                diskBytes: 200 << 30),
            devices: devices, ask: (try? Rate(microPerHour: ask)) ?? cheapest, region: "TW",
            tier: .new, roundTrips: Self.roundTrips(of: place), spotAsk: drawSpotAsk(of: ask),
            serviceLevel: Self.serviceLevel(of: place))
    }

    /// Some promise much, and some give much back.
    private static func serviceLevel(of place: Int) -> ServiceLevel? {
        let shares: (Int64, Int64)? =
            switch place % 4 {
            case 0: (9_900, 2_500)
            case 1: (8_000, 10_000)
            case 2: (10_000, 1)
            default: nil
            }
        guard let shares, let availability = BasisPoints(shares.0),
            let credit = BasisPoints(shares.1)
        else { return nil }
        return ServiceLevel(availability: availability, credit: credit)
    }

    /// Some let spot jobs have it for less.
    private func drawSpotAsk(of ask: Int64) -> Rate? {
        guard random.setUp.happens(percent: 60) else { return nil }
        return try? Rate(microPerHour: random.setUp.within(1...ask))
    }

    private func addRenter(_ place: Int) {
        let account = AccountID(bytes: random.identifiers.bytes(16))
        open(account, named: "renter")
        let amount = random.setUp.within(1_000_000...60_000_000)
        let once = Idempotency(
            key: ReplayKey(account: account, key: "grant"), bodyHash: String(amount))
        // Asked twice, granted once.
        for _ in 0..<2 {
            guard let money = try? Money(micro: amount) else { continue }
            write(.credit(account, money, reason: "simulated grant", once))
        }
        renters.append(Renter(account: account))
        schedule(.renterActs(place), at: now.after(milliseconds: random.renters.within(500...3000)))
    }
}
