import Domain
import Foundation
import Glibc
import Marketplace
import Staging
import Testing
import Wire

extension Ordeal {
    /// What a market's life needs beyond three small jobs for its fault point to be reached.
    enum Course: Hashable {
        case short
        /// A node that falls silent: a lease is lost, and a silence is booked.
        case silence
        /// A job over the end of a period.
        case period
        /// A real container, whose output is kept.
        case output
        /// A node with a GPU, which is scrubbed, and released when the node is gone.
        case device
        /// A node that is its owner's in mid-run.
        case owner
        /// A job that has no place in time.
        case deadline
        /// Tasks that start together.
        case gang
        /// A spot job that makes way for another one.
        case spot
        /// A market that anchors its log on a chain.
        case chain
        /// A job that a deposit on a chain pays for.
        case vault
        /// A job whose price is locked on a chain.
        case lock

        /// Whether a renter's wallet pays for something.
        var pays: Bool { self == .vault || self == .lock }

        init(reaching point: FaultPoint) {
            switch point {
            case .beforeCommit(let verb), .afterCommit(let verb):
                switch verb {
                case .endLease, .silence: self = .silence
                case .closePeriod: self = .period
                case .addOutputs: self = .output
                case .scrubbed, .release: self = .device
                case .notice: self = .owner
                case .expire: self = .deadline
                case .clearGang: self = .gang
                case .preempt: self = .spot
                case .openBooks, .anchor, .keepSending, .endDeed: self = .chain
                case .link, .takeNews, .takeVoucher, .redeem: self = .vault
                case .signLock, .settleLocks: self = .lock
                default: self = .short
                }
            case .beforeEffect(.leave), .afterEffect(.leave): self = .spot
            case .beforeEffect(.send), .afterEffect(.send): self = .chain
            case .beforeEffect, .afterEffect: self = .short
            }
        }
    }

    /// A whole life over the death at the point, and every rule at its end.
    func live() async throws {
        let course = Course(reaching: point)
        let isSimulated = course != .output
        try await open(isSimulated: isSimulated)
        let gpu = course == .device ? try await GPUDouble(site.stage, count: 1) : nil
        let node = try await join(isSimulated: isSimulated, gpu: gpu)
        var names = ["done", "failed", "stopped"]
        if course == .period {
            names.append("long")
            try await submit(small("long", "sleep 66", isSimulated))
        }
        try await liveShortly(isSimulated)
        if course == .silence {
            names.append("lost")
            try await fallSilent(node)
        }
        if course == .owner {
            names.append("asked")
            try await makeWay()
        }
        if course == .deadline { try await waitInVain() }
        if course == .gang {
            names.append("both")
            var both = small("both", "sleep 1", isSimulated)
            both.array = #"{"count": 2, "gang": true}"#
            try await submit(both)
            #expect(try await over("both").counts.succeeded == 2)
        }
        if course == .spot {
            names += ["spot", "demand"]
            try await takePlace()
        }
        if course == .period { #expect(try await over("long").billedSeconds == 66) }
        if course == .chain { try await anchorOnce() }
        if course == .vault {
            names.append("paid")
            try await payFromVault()
        }
        if course == .lock {
            names.append("locked")
            try await payByLock()
        }
        if course == .output {
            names.append("kept")
            try await keepOutput()
        }
        let nodes: ListDTO<NodeDTO> = try await ask("GET", "/v1/nodes", as: .provider)
        let id = try #require(nodes.data.first?.id)
        if course == .short { try await drainItself(node) }
        let _: NodeDTO = try await ask("POST", "/v1/nodes/\(id)/drain", as: .provider)
        if let gpu { try await release(gpu.uuid(1), of: id, node) }
        // A fault of the last step is met by its answer, of the last effect by a sign of life.
        try await steadily("a last answer") { try await site.show("done") }
        #expect(deaths == 1 || reach > 1, "\(point.text) was not reached")
        try await disarm()
        // One job was retried, a gang has a lease for each of its two, and a spot job two.
        let again = course == .gang || course == .spot ? 2 : 1
        try await check(
            names, unplaced: course == .deadline ? ["late"] : [], leases: names.count + again)
    }

    private func small(_ name: String, _ script: String, _ isSimulated: Bool) -> JobText {
        var job = JobText(name, script)
        job.image = isSimulated ? Site.simulatedImage : JobText.container
        job.cpu = isSimulated ? "0.02" : "0.05"
        job.memory = isSimulated ? "10MB" : "32MB"
        job.budget = "0.50 USD"
        return job
    }

    /// One job that succeeds, one that is stopped, one that fails and is retried.
    private func liveShortly(_ isSimulated: Bool) async throws {
        try await submit(small("done", "sleep 1.4; exit 0", isSimulated))
        try await submit(small("stopped", "sleep 90", isSimulated))
        try await submit(small("failed", "exit 9", isSimulated))

        let failed = try await over("failed")
        #expect(failed.exitCode == 9)
        let _: JobDTO = try await ask(
            "POST", "/v1/jobs/\(failed.id)/retry", as: .renter, idempotencyKey: "again")
        let again = try await job("failed", "has failed twice") {
            $0.state.isOver && ($0.taskList.first?.attempt ?? 0) > 1
        }
        #expect(again.exitCode == 9)
        #expect(again.taskList.first?.attempt == 2)

        let running = try await job("stopped", "runs") { $0.state == .running }
        let _: JobDTO = try await ask("POST", "/v1/jobs/\(running.id)/stop", as: .renter)
        #expect(try await over("stopped").state == .stopped)

        let done = try await over("done")
        #expect(done.exitCode == 0)
        #expect(done.billedSeconds == 1, "\(done.billedSeconds)")
    }

    /// As its owner does at the machine, who needs no key.
    private func drainItself(_ node: Program) async throws {
        node.signal(SIGUSR1)
        try await steadily("a node that drains") {
            let nodes: ListDTO<NodeDTO> = try site.api(.provider).get("/v1/nodes")
            return nodes.data.first?.availability == .draining ? () : nil
        }
    }

    private func fallSilent(_ node: Program) async throws {
        var job = small("lost", "sleep 90", true)
        job.fence = "3s"
        try await submit(job)
        _ = try await self.job("lost", "runs") { $0.state == .running }
        node.signal(SIGSTOP)
        let over = try await over("lost")
        #expect(over.taskList.first?.endedBy == "lost")
        node.signal(SIGCONT)
        try await steadily("the node is back") {
            let nodes: ListDTO<NodeDTO> = try site.api(.provider).get("/v1/nodes")
            return nodes.data.first?.connected == true ? () : nil
        }
    }

    /// It is asked to leave, and may stay after all.
    private func makeWay() async throws {
        try await submit(small("asked", "sleep 90", true))
        _ = try await job("asked", "runs") { $0.state == .running }
        let nodes: ListDTO<NodeDTO> = try await ask("GET", "/v1/nodes", as: .provider)
        let id = try #require(nodes.data.first?.id)
        let _: NodeDTO = try await ask("POST", "/v1/nodes/\(id)/pause", as: .provider)
        let asked = try await job("asked", "is asked to leave") {
            $0.taskList.first?.leaving != nil
        }
        #expect(asked.taskList.first?.leaving?.code == "paused" && asked.state == .running)
        let _: NodeDTO = try await ask("POST", "/v1/nodes/\(id)/resume", as: .provider)
        let stays = try await job("asked", "may stay") { $0.taskList.first?.leaving == nil }
        #expect(stays.state == .running && stays.taskList.first?.attempt == 1)
        let _: JobDTO = try await ask("POST", "/v1/jobs/\(stays.id)/stop", as: .renter)
        #expect(try await over("asked").state == .stopped)
    }

    /// An order on demand takes the place of a spot job, which runs again after it.
    private func takePlace() async throws {
        var spot = small("spot", "sleep 90", true)
        (spot.cpu, spot.placement) = ("0.08", #"{"spot": {"notice": "1s"}}"#)
        try await submit(spot)
        _ = try await job("spot", "runs") { $0.state == .running }
        var demand = small("demand", "sleep 1.4", true)
        demand.cpu = "0.08"
        try await submit(demand)
        #expect(try await over("demand").exitCode == 0)
        let again = try await job("spot", "runs again") {
            $0.state == .running && $0.taskList.first?.attempt == 2
        }
        #expect(again.taskList.first?.leaving == nil)
        let _: JobDTO = try await ask("POST", "/v1/jobs/\(again.id)/stop", as: .renter)
        #expect(try await over("spot").state == .stopped)
    }

    /// What a node that is gone does not offer, its owner lets go.
    private func release(_ device: String, of id: NodeID, _ node: Program) async throws {
        node.signal(SIGKILL)
        try await steadily("the node is gone") {
            let nodes: ListDTO<NodeDTO> = try site.api(.provider).get("/v1/nodes")
            return nodes.data.first?.connected == false ? () : nil
        }
        let body = ReleaseDTO(device: try #require(DeviceID(device)))
        let _: NodeDTO = try await ask(
            "POST", "/v1/nodes/\(id)/release", as: .provider, body: body)
    }

    /// It asks for more than the node has.
    private func waitInVain() async throws {
        var late = small("late", "exit 0", true)
        late.cpu = "64"
        late.schedule = #"{"start_by": "2s"}"#
        try await submit(late)
        let over = try await over("late")
        #expect(over.state == .failed && over.exitCode == 125)
        #expect(over.taskList.first?.endedBy == "start_failed:deadline")
    }

    /// One wish, asked for as often as it takes, is one transaction.
    private func anchorOnce() async throws {
        let devnet = try #require(devnet)
        try await command(.operator, ["market", "anchor", "--timeout", "40s"])
        let address = devnet.addresses[Self.account]
        let count = try await devnet.rpc("eth_getTransactionCount", [address, "latest"])
        #expect(count as? String == "0x1", "\(point.text): \(count)")
    }

    private func keepOutput() async throws {
        var job = small("kept", "echo kept > /out/file", false)
        job.outputs = ["/out": "./results"]
        try await submit(job)
        #expect(try await over("kept").exitCode == 0)
        let folder = site.stage.folder + "/fetched"
        try await command(.renter, ["cp", "kept:/out", folder])
        #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "kept\n")
    }

    // MARK: Every rule

    private struct Entry: Decodable {
        let type: String
        let lease: LeaseID?
        let chargeMicro: Int64?

        private enum CodingKeys: String, CodingKey {
            case type, lease
            case chargeMicro = "charge_micro"
        }
    }

    /// Nothing lost, nothing twice, nothing stranded; the ledger says what the log says.
    private func check(_ placed: [String], unplaced: [String], leases: Int) async throws {
        let names = placed + unplaced
        let jobs: ListDTO<JobDTO> = try site.api(.renter).get("/v1/jobs")
        #expect(jobs.data.map(\.name).sorted() == names.sorted())
        for name in names { try await site.checkBill(of: name) }
        let books = try await Books(of: site)
        let credits = books.lines.filter { $0.kind == "credit" && $0.micro > 0 }
        #expect(credits.map(\.micro) == [5_000_000])
        #expect(books.settlements.count == leases)
        let spent = jobs.data.filter { $0.payer == nil }.reduce(0) { $0 + $1.charged.money.micro }
        #expect(books.balances["available:acc_renter"] == 5_000_000 - spent)

        let charged = Dictionary(
            uniqueKeysWithValues: books.settlements.map { ($0.lease, $0.chargedMicro) })
        let logged = try await eventually("\(point.text): every bill is in the log") {
            let text = try await site.ok(
                .renter, ["audit", "log", "--limit", "1000", "-o", "json"])
            let entries = try WireJSON.decode([Entry].self, from: Array(text.utf8))
            let last = entries.filter { $0.type == "usage_final" }
            return last.count >= charged.count { $0.value > 0 } ? last : nil
        }
        #expect(Set(logged.compactMap(\.lease)).count == logged.count)
        for entry in logged {
            let lease = try #require(entry.lease)
            #expect(charged[lease] == entry.chargeMicro)
        }
        try await site.ok(.renter, ["audit", "mirror", site.stage.folder + "/mirror"])
    }
}
