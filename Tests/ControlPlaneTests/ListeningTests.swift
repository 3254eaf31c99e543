import ControlPlane
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing
import Wire

/// A port that cannot be had ends a market with an error that names it.
@Suite struct ListeningTests {
    /// A market with other ports, run until it fails.
    private static func fault(
        _ change: (inout MarketConfiguration) -> Void
    ) async throws -> ListenFailure? {
        var configuration = try await TestMarket().configuration
        change(&configuration)
        var log = Logger(label: "test")
        log.logLevel = .critical
        let server = try await MarketServer(configuration, log: log)
        let services = try server.all(listening: { _ in })
        do {
            try await ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: services.map { .init(service: $0) }, logger: log)
            ).run()
            return nil
        } catch let failure as ListenFailure {
            return failure
        }
    }

    @Test func `a port that somebody holds is named, the market's and the channel's`() async throws
    {
        let holder = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(holder.localAddress?.port)
        #expect(
            try await Self.fault { $0.port = port }
                == ListenFailure(.market, at: "127.0.0.1", port: port, .inUse))
        #expect(
            try await Self.fault { $0.channelPort = port }
                == ListenFailure(.channel, at: "127.0.0.1", port: port, .inUse))
        try await holder.close()
    }

    @Test func `an address of another machine is no place to listen`() async throws {
        // RFC 5737: nobody has it.
        let failure = try await Self.fault { $0.host = "192.0.2.1" }
        #expect(failure == ListenFailure(.market, at: "192.0.2.1", port: 0, .elsewhere))
    }
}
