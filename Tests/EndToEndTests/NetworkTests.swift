import Domain
import Foundation
import Hostile
import Staging
import Testing
import Wire

extension EndToEnd {
    /// A network for jobs, from the owner's word to the last filter that is taken away.
    struct NetworkTests {
        private static let needsSeal = ConditionTrait.disabled(
            if: EgressStage.missing != nil, Comment(rawValue: EgressStage.missing ?? ""))

        /// Says of each HOST:PORT whether a connection to it stands.
        private static func knocking(_ places: [String]) -> String {
            """
            perl -MSocket=:all -e '
                for (@ARGV) {
                    my ($host, $port) = /^(.*):(\\d+)$/;
                    my ($error, @r) = getaddrinfo($host, $port, {socktype => SOCK_STREAM});
                    if ($error) { print "$_ unknown\\n"; next }
                    socket(my $s, $r[0]{family}, SOCK_STREAM, 0);
                    setsockopt($s, SOL_SOCKET, SO_SNDTIMEO, pack("qq", 3, 0));
                    print "$_ ", connect($s, $r[0]{addr}) ? "open" : "shut", "\\n";
                }' \(places.joined(separator: " "))
            """
        }

        private static let open = ["93.184.215.14:4001", "public.example:4002"]
        private static let shut = [
            "169.254.169.254:4003", "10.0.0.1:4004", "93.184.0.1:4005", "198.18.0.1:4006",
            "93.184.215.14:25",
        ]
        private static let unknown = ["private.example:4007", "metadata.example:4008"]

        private static let zones: [EgressStage.Zone] = [
            .init("public.example", ["A=93.184.215.14"]),
            .init("private.example", ["CNAME=router.example", "A=192.168.1.1"]),
            .init("metadata.example", ["A=169.254.169.254"]),
        ]

        private static func policy(_ stage: Stage) throws -> [String] {
            let text = #"{"resolvers": ["\#(EgressStage.worldAddress)"]}"#
            return ["--egress", "--egress-policy", try stage.write(text, to: "policy.json")]
        }

        private static func sealed(
            _ body: (Stage, EgressStage) async throws -> Void
        ) async throws {
            try await SealedSite.startEngine()
            try await EgressStage.run(nil) { world in
                try world.serveNames(zones)
                try world.listenOnMachine(4005)
                try world.count()  // what answers is loaded with what counts
                try await Stage.run { try await body($0, world) }
            }
        }

        @Test(needsContainers, needsSeal)
        func
            `a job that asks for a network reaches what is public and nothing else, and leaves nothing`()
            async throws
        {
            try await Self.sealed { stage, world in
                let site = try await SealedSite(stage, world, Self.policy(stage))
                #expect(site.network == "egress")
                try await site.stock()
                #expect(try await site.ok(["offers"]).contains("egress"))
                try world.count()
                var job = JobText("networked", Self.knocking(Self.open + Self.shut + Self.unknown))
                job.network = "egress"
                let ended = try await site.run(job)
                let told =
                    Self.open.map { "\($0) open\n" } + Self.shut.map { "\($0) shut\n" }
                    + Self.unknown.map { "\($0) unknown\n" }
                #expect(ended.out == told.joined(), "\(ended); \(site.market.lastWords)")
                let arrived = try world.counted().arrived
                #expect(arrived == ["tcp 4001", "tcp 4002", "udp 53"], "\(arrived)")
                try await eventually("nothing of it is left") { site.left() == "" ? () : nil }
                let shown = try await site.show("networked")
                #expect(shown.network == .egress && shown.exitCode == 0)
                #expect(try await site.ok(["show", "networked"]).contains("egress: public"))

                // The same job without it.
                try world.count()
                var bare = JobText("bare", Self.knocking(Self.open) + "; ls /sys/class/net")
                bare.network = "none"
                let without = try await site.run(bare)
                #expect(without.out == "93.184.215.14:4001 shut\npublic.example:4002 unknown\nlo\n")
                #expect(try world.counted().packets == 0)
            }
        }

        @Test(needsContainers, needsSeal)
        func
            `a network outlives its node's program, is audited by the next one, and goes with its job`()
            async throws
        {
            try await Self.sealed { stage, world in
                let options = try Self.policy(stage)
                let first = try await SealedSite(stage, world, options)
                try await first.stock()
                var job = JobText(
                    "long", "while sleep 1; do " + Self.knocking(Self.open) + "; done")
                job.network = "egress"
                try await first.submit(job)
                let running = try await eventually("it runs", within: .seconds(60)) {
                    let job = try await first.show("long")
                    return job.state == .running ? job : nil
                }
                let (process, network) = try await first.container(running)
                let links = first.left()
                #expect(links.split(separator: "\n").count == 2, "\(links)")
                try await first.market.killNow()
                #expect(first.left() == links, "it stands while nobody looks")
                try world.onMachine("nft delete table inet \(links.prefix { $0 != "\n" })")

                let second = try await SealedSite(stage, world, options)
                #expect(second.left() == links, "and is whole when somebody does")
                let before = try await second.ok(["logs", "long"]).count
                try await eventually("names are answered again", within: .seconds(30)) {
                    try await second.ok(["logs", "long"]).dropFirst(before)
                        .contains("public.example:4002 open")
                }
                #expect(
                    try await second.container(try await second.show("long")).process == process)

                shell("nsenter --net=/proc/$1/ns/net nft flush ruleset", process)
                let over = try await eventually("the audit ends it", within: .seconds(100)) {
                    let job = try await second.show("long")
                    return job.state.isOver ? job : nil
                }
                #expect(over.taskList.first?.endedBy == "killed")
                #expect(second.market.err.contains("not confined as asked for"))
                try await eventually("nothing of it is left") {
                    second.left() == "" && !second.isAlive(network) ? () : nil
                }
            }
        }

        @Test(needsContainers, needsSeal)
        func `a network that its owner takes back is taken from what runs, too`() async throws {
            try await Self.sealed { stage, world in
                let first = try await SealedSite(stage, world, Self.policy(stage))
                try await first.stock()
                var job = JobText(
                    "long", "while sleep 1; do " + Self.knocking(Self.open) + "; done")
                job.network = "egress"
                try await first.submit(job)
                try await eventually("it reaches what is public", within: .seconds(60)) {
                    try await first.ok(["logs", "long"]).contains("public.example:4002 open")
                }
                let (process, _) = try await first.container(try await first.show("long"))
                try await first.market.killNow()

                let second = try await SealedSite(stage, world, [])
                #expect(second.network == "none")
                try world.count()
                let before = try await second.ok(["logs", "long"]).count
                try await eventually("it reaches nothing", within: .seconds(60)) {
                    let said = try await second.ok(["logs", "long"]).dropFirst(before)
                    return said.contains("93.184.215.14:4001 shut")
                        && said.contains("public.example:4002 unknown") ? () : nil
                }
                #expect(try world.counted().arrived == [])
                let running = try await second.show("long")
                #expect(running.state == .running)
                #expect(try await second.container(running).process == process)
                try await second.ok(["stop", "long", "-y"])
                try await eventually("nothing of it is left") { second.left() == "" ? () : nil }
            }
        }

        struct Obstacle: Sendable, CustomTestStringConvertible {
            let code: String
            let make: @Sendable (EgressStage) throws -> Void
            var testDescription: String { code }
        }

        @Test(
            needsContainers, needsSeal,
            arguments: [
                Obstacle(code: "no_forwarding") {
                    try $0.onMachine("echo 0 > /proc/sys/net/ipv4/ip_forward")
                },
                Obstacle(code: "port_taken") { try $0.listenOnMachine(53) },
            ])
        func `a machine that cannot give a network is left as it is, offers none, and says why`(
            obstacle: Obstacle
        ) async throws {
            try await SealedSite.startEngine()
            try await EgressStage.run(nil) { world in
                try obstacle.make(world)
                try await Stage.run { stage in
                    let site = try await SealedSite(stage, world, Self.policy(stage))
                    #expect(site.network == obstacle.code)
                    try await site.stock()
                    var job = JobText("job")
                    job.network = "egress"
                    let spec = try stage.write(try job.text(), to: "job")
                    let plan = try await site.run(["plan", spec])
                    #expect(plan.out.contains("1 × no network here"), "\(plan)")
                    let forwards = obstacle.code == "no_forwarding" ? "0" : "1"
                    try world.onMachine("grep -qx \(forwards) /proc/sys/net/ipv4/ip_forward")
                }
            }
        }

        // MARK: Without a container

        private static func simulated(_ name: String) -> JobText {
            var job = JobText(name, "exit 3")
            job.image = Site.simulatedImage
            job.network = "egress"
            return job
        }

        @Test func `only a node whose owner said so is given jobs with a network`() async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let spec = try site.write(Self.simulated("job"))
                let plan = try await site.run(.renter, ["plan", spec])
                #expect(plan.out.contains("1 × no network here"), "\(plan)")
                let chinese = try await site.run(.renter, ["plan", spec, "--lang", "zh-TW"])
                #expect(chinese.out.contains("1 × 此處不提供網路"), "\(chinese)")
                #expect(chinese.out.contains("網路") && plan.out.contains("egress: public"))
                try await site.submit(Self.simulated("job"))
                let waiting = try await site.job("job", "says why it waits") { $0.reason != nil }
                #expect(waiting.reason?.text == "0 of 1: 1 no network here", "\(waiting)")
            }
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated + ["--egress"])
                let run = try await site.run(Self.simulated("job"))
                #expect(run.status == 3, "\(run)")
                try await site.checkBill()
            }
        }

        @Test
        func `a joined node's word about networks reaches its offer, and a job's reaches the node`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage, isSimulated: true)
                let bare = try await JoinedNode("bare", at: site, options: Site.simulated)
                let given = try await JoinedNode(
                    "given", at: site, options: Site.simulated + ["--egress"])
                let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                let networks = Dictionary(
                    uniqueKeysWithValues: offers.data.map { ($0.node, $0.network) })
                #expect(networks[try #require(bare.id)] == NetworkAccess.none)
                #expect(networks[try #require(given.id)] == .egress)
                #expect(given.program.out.contains(#""network" : "egress""#))
                let run = try await site.run(Self.simulated("job"))
                #expect(run.status == 3, "\(run)")
                #expect(try await site.show().taskList.first?.node == given.id)
            }
        }

        @Test(arguments: [
            (#"{"deny": ["10.0.0.1/8"]}"#, "10.0.0.1/8", "網段"),
            (#"{"allow": []}"#, "allow", "不明的鍵"), ("reach: nothing", "JSON", "JSON"),
            (#"{"resolvers": ["dns.example"]}"#, "dns.example", "位址"),
            (#"{"connections": 0}"#, "within 1 and 65536", "1 到 65536"),
        ])
        func `a faulty file of the owner starts nothing, and says what to do`(
            text: String, english: String, chinese: String
        ) async throws {
            try await Stage.run { stage in
                let file = try stage.write(text, to: "policy.json")
                let words = [
                    "up", "--state-dir", stage.folder + "/up", "--simulate", "--egress",
                    "--egress-policy", file,
                ]
                let ended = try await stage.run(words)
                #expect(ended.status == 2 && ended.out.isEmpty, "\(ended)")
                #expect(ended.err.contains("error[egress_policy_invalid]"), "\(ended)")
                #expect(ended.err.contains(english) && ended.err.contains("fix"), "\(ended)")
                let other = try await stage.run(words + ["--lang", "zh-TW"])
                #expect(other.err.contains(chinese), "\(other)")
                #expect(!FileManager.default.fileExists(atPath: stage.folder + "/up"))
            }
        }

        @Test
        func `a file of the owner without a network is a usage error, a missing one not found`()
            async throws
        {
            try await Stage.run { stage in
                let words = ["up", "--state-dir", stage.folder + "/up", "--simulate"]
                let alone = try await stage.run(words + ["--egress-policy", "/dev/null"])
                #expect(alone.status == 2 && alone.err.contains("--egress"), "\(alone)")
                let missing = try await stage.run(
                    words + ["--egress", "--egress-policy", stage.folder + "/none"])
                #expect(missing.status == 3 && missing.err.contains("/none"), "\(missing)")
            }
        }
    }
}
