import Domain
import Foundation
import Glibc
import Logging
import NodeAgent
import Staging
import Wire

/// Whole agents with simulated containers in this program, joined to a market of another process.
enum OwnAgent {
    /// A word that lets many nodes join.
    static func token(_ site: Site) throws -> (word: Enrollment.Token, uses: Int) {
        let request = JoinTokenRequest(uses: 100, validMinutes: 60)
        let token: JoinTokenDTO = try site.api(.provider).ask(
            "POST", "/v1/join-tokens", body: try WireJSON.encode(request)
        ).decoded()
        let word = Enrollment.Token(
            marketURL: token.url, id: token.tokenID, secret: token.tokenSecret,
            authorityFingerprint: token.caFingerprint)
        return (word, token.uses)
    }

    /// The agent of a folder that has joined.
    static func agent(
        _ folder: String, offering terms: OfferTerms, runPath: String, devices: DeviceWatch? = nil,
        scrubber: DeviceScrubber? = nil
    ) throws -> NodeAgent {
        var log = Logger(label: "orban.bench") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        let identity = try required(try NodeIdentity.load(stateFolder: folder), "identity")
        var configuration = NodeConfiguration(
            node: identity.place.node, name: "crowd", terms: terms, statePath: folder,
            marketURL: identity.place.marketURL, engine: .socket(""), imagesPath: folder)
        configuration.runPath = runPath
        let client = ChannelClient(stateFolder: folder, clock: ContinuousClock(), log: log)
        return try NodeAgent(
            NodeAgent.Parts(
                configuration: configuration, runtime: SimulatedRuntime(now: { bootNow() }),
                connect: { try await client.connect() },
                signer: try ReceiptKey.load(stateFolder: folder), bootID: "bench",
                now: { bootNow() }, clock: ContinuousClock(), logger: log, devices: devices,
                scrubber: scrubber))
    }

    static func bootNow() -> BootTime {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return BootTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
