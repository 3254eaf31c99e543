import ContainerEngine

/// A name that leads a job to where it must not go. Two protections stand in the way, each by itself:
/// the resolver tells no such address, and the filters let no packet to it. A case counts when the
/// resolver without its rule tells the address, and the packet then arrives without the filters.
package struct NameCase: Sendable {
    let name: String
    let family: IPAddress.Family
    /// What is asked for before, and answered with a public address.
    let before: Int
    /// Where the name leads in the end.
    let target: String
    let zones: [EgressStage.Zone]

    private init(
        _ name: String, to target: String, _ records: [String], before: [String]? = nil
    ) {
        self.name = name + ".example"
        self.target = target
        family = target.contains(":") ? .v6 : .v4
        self.before = before == nil ? 0 : 1
        let full = name + ".example"
        let last = EgressStage.Zone(full, records, from: before == nil ? 0 : 1)
        zones = (before.map { [EgressStage.Zone(full, $0)] } ?? []) + [last]
    }

    private static let publicAddress = "93.184.215.14"

    package static let all: [NameCase] = [
        NameCase(
            "rebound", to: "169.254.169.254", ["A=169.254.169.254"],
            before: ["A=\(publicAddress)"]),
        NameCase(
            "rebound-chain", to: "192.168.1.1", ["CNAME=router.example", "A=192.168.1.1"],
            before: ["CNAME=front.example", "A=\(publicAddress)"]),
        NameCase(
            "chain", to: "10.0.0.1",
            ["CNAME=one.example", "CNAME=two.example", "CNAME=three.example", "A=10.0.0.1"]),
        NameCase(
            "mixed", to: "172.16.0.1", ["A=\(publicAddress)", "A=172.16.0.1"]),
        NameCase("carrier", to: "100.100.100.200", ["A=100.100.100.200"]),
        NameCase("machine", to: EgressStage.machineAddress, ["A=\(EgressStage.machineAddress)"]),
        NameCase("neighbour", to: "198.18.0.6", ["A=198.18.0.6"]),
        NameCase("mapped", to: "::ffff:169.254.169.254", ["AAAA=::ffff:169.254.169.254"]),
        NameCase("translated", to: "64:ff9b::a9fe:a9fe", ["AAAA=64:ff9b::a9fe:a9fe"]),
        NameCase("local6", to: "fd00:ec2::254", ["AAAA=fd00:ec2::254"]),
        NameCase(
            "rebound6", to: "fd20:ce::254", ["AAAA=fd20:ce::254"], before: ["AAAA=2600:9::1"]),
    ]

    /// What is tried towards its target: each at a port of its own.
    private var probe: EgressStage.Probe {
        let number = Self.all.firstIndex { $0.name == name } ?? 0
        return EgressStage.Probe(.tcp, 30_000 + number, target)
    }

    /// All of them, on one stage.
    package static func results() async throws -> [HostileResult] {
        var policy = EgressPolicy(
            EgressOwnerFile(),
            hostAddresses: [IPAddress(EgressStage.machineAddress)].compactMap(\.self))
        policy = policy.asking(EgressLink(index: EgressStage.linkIndex, machine: nil).outer)
        let rule = NameRule(policy)
        var told: [[[String]?]] = []
        var weak: [[String]?] = []
        var results: [HostileResult] = []
        try await EgressStage.run(policy) { stage in
            try stage.serveNames(all.flatMap(\.zones))
            try await stage.answering(rule) { told = try all.map { try $0.asked(stage) } }
            let held = try stage.seen(of: all.map(\.probe))
            try await stage.answering(NameRule(allows: { _ in true })) {
                weak = try all.map { try stage.lookUp($0.name, $0.family) }
            }
            try stage.remove(.inside)
            try stage.remove(.onMachine)
            let free = try stage.seen(of: all.map(\.probe))
            results = all.indices.map {
                all[$0].result(told[$0], held, weak: weak[$0], free)
            }
        }
        return results
    }

    /// What the container is told, question by question, by UDP and in the end by TCP.
    private func asked(_ stage: EgressStage) throws -> [[String]?] {
        var answers = try (0...before).map { _ in try stage.lookUp(name, family) }
        answers.append(try stage.lookUp(name, family, by: .tcp))
        return answers
    }

    private func result(
        _ told: [[String]?], _ held: EgressStage.Seen, weak: [String]?, _ free: EgressStage.Seen
    ) -> HostileResult {
        let isTold = told.contains { $0?.contains(target) == true }
        let arrived = held.hasSeen(probe)
        let isAnswered = told.allSatisfy { $0 != nil } && (before == 0 || told[0]?.count == 1)
        // On the machine itself nobody listens: that it arrives is all there is to see.
        let isThere =
            target == EgressStage.machineAddress ? free.hasSeen(probe) : free.hasConnected(probe)
        let isControl = weak?.contains(target) == true && isThere
        return HostileResult(
            name: name, outcome: isTold || arrived ? .escaped : isAnswered ? .held : .notTried,
            control: isControl ? .escaped : .held, packets: arrived ? 1 : 0,
            controlPackets: free.hasSeen(probe) ? 1 : 0,
            detail: "told \(told), without the rule \(weak ?? []), "
                + "there without the filters \(isThere)")
    }
}
