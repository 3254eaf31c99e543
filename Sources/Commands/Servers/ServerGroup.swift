import Glibc
import Logging
import ServiceLifecycle

/// Runs services until one fails or the process is asked to end; then stops them in order.
struct ServerGroup {
    let log: Logger

    /// - Throws: what the first failing service threw.
    func run(_ services: [any Service]) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, logger: log))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                // The first signal stops gracefully, a second one at once.
                let interrupts = Interrupts.all()
                _ = try await Interrupts.next(of: interrupts)
                await group.triggerGracefulShutdown()
                exit(128 + Int32(try await Interrupts.next(of: interrupts)))
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    /// Logs to standard error; `ORBAN_LOG` names the least level, `info` without it.
    static func logger(_ environment: [String: String]) -> Logger {
        var log = Logger(label: "orban") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = environment["ORBAN_LOG"].flatMap(Logger.Level.init(rawValue:)) ?? .info
        return log
    }
}
