import ControlPlane
import Domain
import Foundation
import Logging
import Wire

extension Option where Value == String {
    static let dataFolder = Option("data-dir", "PATH", .optionDataFolder)
    static let host = Option("host", "ADDRESS", .optionHost)
    static let publicHost = Option("public-host", "NAME", .optionPublicHost)
    static let origin = Option("origin", "NAME", .optionOrigin, .marketName)
}

extension Option where Value == Int {
    static let channelPort = Option(
        "channel-port", "NUMBER", .optionChannelPort, .whole(1...65_535))
}

extension LeafCommand {
    /// `orban market serve`: a market that nodes join over the network.
    static let marketServe = LeafCommand(
        "market serve", .helpMarketServe,
        options: [
            Option.dataFolder.form, Option.host.form, Option.port.form, Option.channelPort.form,
            Option.publicHost.form, Option.origin.form, Option.commission.form,
            Option.blobQuota.form, Option.writeRate.form, Option<Int64>.seriesQuota.form,
            Option<Beacon>.beacon.form,
        ] + MarketChain.options
    ) { session in
        let arguments = session.arguments
        let folder = session.surroundings.absolute(
            try arguments.value(Option<String>.dataFolder) ?? session.settings.statePath
                + "/market")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let host = try arguments.value(Option<String>.host) ?? "127.0.0.1"
        let publicHost = try arguments.value(Option<String>.publicHost) ?? host
        let log = ServerGroup.logger(session.environment)
        let configuration = MarketConfiguration(
            folder: folder, host: host, port: try arguments.value(Option<Int>.port) ?? 7070,
            channelPort: try arguments.value(Option.channelPort) ?? 7071, publicHost: publicHost,
            commission: try session.commission(),
            origin: try arguments.value(Option<String>.origin) ?? publicHost,
            blobQuota: try session.blobQuota(), limits: try session.limits(),
            seriesBytes: try session.seriesQuota(), beacons: try session.beacons(),
            chain: try await MarketChain.configuration(session))
        let server = try await MarketServer(
            configuration, log: log, reach: try FaultHook.reach(session.environment))
        try await session.makeFirstKeys([.operator], server.services)
        let services = try server.all(listening: { port in
            session.announce(configuration, port: port, server.services)
        })
        try await ServerGroup(log: log).run(services)
        return ExitCode.done.rawValue
    }
}

extension Session {
    /// Writes the context and says that the market answers.
    fileprivate func announce(
        _ configuration: MarketConfiguration, port: Int, _ market: MarketServices
    ) {
        let scheme = configuration.isLoopback ? "http" : "https"
        let url = "\(scheme)://\(configuration.publicHost):\(port)"
        do {
            try introduce(
                url,
                authorityPEM: configuration.isLoopback ? nil : market.authority.pem)
            try show(["url": url]) { ["ready \(url)"] }
        } catch {
            market.log.error("context not written", metadata: ["cause": "\(error)"])
        }
    }
}
