import ContainerEngine
package import Domain

extension BootTime {
    /// This machine's boot-time clock, which runs through suspend and starts again with each boot.
    package static func now() -> BootTime { BootTime(nanoseconds: BootClock.now()) }

    /// Another text after each boot.
    package static func bootID() throws -> String { try BootClock.bootID() }
}
