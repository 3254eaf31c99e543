import Domain
import Foundation
import Glibc
import Marketplace
import Staging
import Testing
import Wire

/// One market that kills itself at one fault point, is started again, and is asked everything that
/// it was in the middle of once more.
final class Ordeal {
    /// The market said no: asking again would not help.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    let point: FaultPoint
    /// The how-manieth reach of the point is the death.
    let reach: Int
    let site: Site
    /// The market's chain, where its life has one.
    let devnet: Devnet?
    /// The market's own on it.
    static let account = 1
    /// The renter's and the provider's.
    static let (user, payee) = (2, 3)
    static let redeeming = ["--redeem-every", "1"]
    private var key: [Role: String] = [:]
    /// How often the market died by its own hand.
    private(set) var deaths = 0

    /// Starts the market whose first process ends at the point.
    init(_ point: FaultPoint, reach: Int, on stage: Stage) async throws {
        self.point = point
        self.reach = reach
        let course = Course(reaching: point)
        devnet =
            course == .chain || course.pays
            ? try await Devnet(on: stage, adding: ["--block-time", "1"]) : nil
        site = try Site(
            .served, on: stage,
            with: ["ORBAN_FAULT": point.text, "ORBAN_FAULT_AT": String(reach)],
            adding: course.pays ? Self.redeeming : [],
            chain: try devnet?.words(account: Self.account, on: stage))
    }

    // MARK: Through the death

    /// Asks until there is an answer, over as many deaths of the market as it takes.
    @discardableResult
    func steadily<Value>(
        _ what: String, within limit: Duration = .seconds(60), _ ask: () async throws -> Value?
    ) async throws -> Value {
        var last = "no answer"
        do {
            return try await eventually("\(point.text): \(what)", within: limit) {
                try await revive()
                do { return try await ask() } catch let refused as Refused {
                    throw refused
                } catch {
                    last = "\(error)"
                    return nil
                }
            }
        } catch let timedOut as TimedOut {
            throw TimedOut(description: "\(timedOut.description); last: \(last)")
        }
    }

    /// Starts a market that died at the point again, without the fault.
    func revive() async throws {
        guard let ending = site.market.ending else { return }
        guard ending == .killed(signal: SIGKILL), deaths == 0 else {
            throw Refused(description: "the market ended with \(ending); \(site.market.lastWords)")
        }
        deaths += 1
        try site.restart(adding: restartWords)
    }

    private var restartWords: [String] {
        Course(reaching: point).pays ? Self.redeeming : []
    }

    /// What follows is not to meet a fault that has not come yet.
    func disarm() async throws {
        guard deaths == 0 else { return }
        try await site.market.killNow()
        try site.restart(adding: restartWords)
        try await site.ready()
    }

    private func api(_ role: Role?) -> API { API(port: site.port, key: role.flatMap { key[$0] }) }

    /// One request; what is not a success and may pass is asked again.
    func ask<Value: Decodable>(
        _ method: String, _ path: String, as role: Role, body: (any Encodable)? = nil,
        idempotencyKey: String? = nil
    ) async throws -> Value {
        let bytes = try body.map { try WireJSON.encode($0) }
        return try await steadily("\(method) \(path)") {
            let answer = try api(role).ask(
                method, path, body: bytes, idempotencyKey: idempotencyKey)
            guard answer.status < 400 || answer.status >= 500 else {
                let text = String(decoding: answer.body, as: UTF8.self)
                throw Refused(description: "\(method) \(path): \(answer.status) \(text)")
            }
            guard answer.status < 400 else { return nil }
            return try answer.decoded(Value.self)
        }
    }

    /// One command, again until it ends well.
    @discardableResult
    func command(_ role: Role, _ words: [String]) async throws -> String {
        try await steadily("orban \(words.prefix(3))") {
            let environment = ["ORBAN_API_URL": site.url, "ORBAN_TOKEN": key[role] ?? ""]
            let ended = try await site.stage.run(words, with: environment)
            guard ended.status == 0 else { throw TimedOut(description: "\(ended)") }
            return ended.out
        }
    }

    // MARK: Setting up

    /// An operator, a renter with 5 USD, a provider, an image.
    func open(isSimulated: Bool) async throws {
        key[.operator] = try await steadily("the first key") {
            guard site.market.out.contains("\"url\"") else { return nil }
            return try site.writtenKeys()[.operator]
        }
        for role in [Role.renter, .provider] {
            let account = try #require(AccountID("acc_\(role)"))
            let made: KeyDTO = try await ask(
                "POST", "/v1/keys", as: .operator,
                body: KeyRequest(account: account, role: role, label: role.rawValue))
            key[role] = made.key
        }
        let amount = MoneyDTO(try Money(micro: 5_000_000))
        let _: BalanceDTO = try await ask(
            "POST", "/v1/accounts/acc_renter/credits", as: .operator,
            body: CreditRequest(amount: amount, reason: "tests"), idempotencyKey: "credit")
        let image =
            isSimulated
            ? (Site.simulatedImage, try site.stage.write("no image\n", to: "image"))
            : (JobText.container, Stage.baseImage)
        try await command(.operator, ["market", "image", image.0, image.1])
        try await sendForgedBytes()
        for (role, key) in key {
            try await steadily("who is \(role)") { try await site.learn(key, of: role) }
        }
    }

    /// Bytes that are not what they are called: the upload is refused and dropped.
    private func sendForgedBytes() async throws {
        let path = "/v1/blobs/sha256:" + String(repeating: "0", count: 64)
        try await steadily("forged bytes are refused") {
            let answer = try api(.renter).ask("PUT", path, body: Array("forged".utf8))
            return answer.status == 422 ? () : nil
        }
    }

    /// A node that joins with one token of one use, however often it has to ask.
    func join(isSimulated: Bool, gpu: GPUDouble?) async throws -> Program {
        let folder = site.stage.folder + "/node"
        let token = try await command(.provider, ["market", "token", "create"])
        try await command(
            .provider,
            [
                "node", "join", token.trimmingCharacters(in: .whitespacesAndNewlines), "--name",
                "alpha", "--state-dir", folder,
            ])
        let share =
            isSimulated
            ? ["--cpus", "0.1", "--memory", "64MB", "--simulate"]
            : ["--cpus", "0.25", "--memory", "256MB"]
        let node = try site.stage.orban(
            [
                "node", "run", "--state-dir", folder, "--disk", "2GB", "--price",
                "1.234567 USD/h", "--sla", "100%:30%",
            ]
                + share + (gpu?.options ?? [])
                + (Course(reaching: point).pays
                    ? ["--payee", devnet?.addresses[Self.payee] ?? ""] : []),
            with: gpu?.environment ?? [:])
        try await steadily("an open offer") {
            let offers: ListDTO<OfferDTO> = try api(nil).get("/v1/offers")
            if let offer = offers.data.first { site.stage.note(node: offer.node.text) }
            return offers.data.contains { $0.availability == .open } ? () : nil
        }
        return node
    }

    // MARK: Jobs

    func submit(_ job: JobText) async throws {
        let _: JobDTO = try await ask(
            "POST", "/v1/jobs", as: .renter, body: SubmitRequest(spec: try job.text()),
            idempotencyKey: job.name)
    }

    func job(_ name: String, _ what: String, until isSo: (JobDTO) -> Bool) async throws -> JobDTO {
        try await steadily("\(name) \(what)", within: .seconds(100)) {
            let job: JobDTO = try api(.renter).get("/v1/jobs/\(name)")
            return isSo(job) ? job : nil
        }
    }

    func over(_ name: String) async throws -> JobDTO {
        try await job(name, "is over") { $0.state.isOver }
    }
}
