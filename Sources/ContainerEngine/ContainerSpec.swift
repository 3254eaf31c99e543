/// The engine's name for one container: 12 to 64 lower-case hexadecimal digits.
package struct ContainerID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        guard (12...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// A container to be: what runs, and how it is confined.
package struct ContainerSpec: Hashable, Sendable {
    /// Where and how much of the output is kept: a file in the `k8s-file` form (CRI log lines with
    /// nanoseconds). At `maximumBytes` the file is begun anew, so older lines are lost.
    package struct Log: Hashable, Sendable {
        package let path: String
        package let maximumBytes: Int64

        package init(path: String, maximumBytes: Int64) {
            self.path = path
            self.maximumBytes = maximumBytes
        }
    }

    /// Whether the image's entry point stands before the command.
    package enum EntryPoint: Hashable, Sendable { case ofImage, none }

    /// Unique in the store: creating a second container of this name is a conflict.
    package var name: String
    /// A reference or an image id that is in the store. Nothing is ever pulled by `create`.
    package var image: String
    package var command: [String]
    package var entryPoint: EntryPoint
    package var environment: [String: String]
    package var labels: [String: String]
    package var workingDirectory: String?
    package var hostname: String
    /// Device names of the Container Device Interface, such as `nvidia.com/gpu=0`.
    package var devices: [String]
    package var log: Log
    package var isolation: IsolationProfile

    package init(
        name: String, image: String, command: [String], log: Log, isolation: IsolationProfile
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.log = log
        self.isolation = isolation
        entryPoint = .none
        environment = [:]
        labels = [:]
        workingDirectory = nil
        hostname = "job"
        devices = []
    }

    /// The request that makes it, as JSON; the same spec gives the same text.
    package func body() throws -> [UInt8] { Array(try SpecGenerator(self).json()) }
}
