import Foundation

/// What the engine knows about one container.
package struct ContainerRecord: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case created, running, paused, stopping, exited, removing
        /// A state that this client has no name for.
        case unknown
    }

    package let id: ContainerID
    package let name: String
    package let status: Status
    /// The host's process id of the container's first process; nil when none runs.
    package let processID: Int32?
    /// Wall-clock nanoseconds since 1970; nil before the start.
    package let startedAtNanoseconds: Int64?
    /// Wall-clock nanoseconds since 1970; nil before the end. The engine notes the start after the
    /// fact and the end by a coarse clock (`WallTime.tickNanoseconds` too early at most): a
    /// container of milliseconds may end before it starts.
    package let finishedAtNanoseconds: Int64?
    /// Meaningful when `status` is `exited`. 128 + n after signal n.
    package let exitCode: Int32
    /// What the engine says. Podman 4.3 says false after real kills: ask `Cgroup.memoryVerdict`.
    package let saysOutOfMemory: Bool
    package let labels: [String: String]
    package let imageID: String
    /// The digest of the image's manifest, `sha256:…`.
    package let imageDigest: String
    /// Why the start failed, in the engine's words, or empty.
    package let startFailure: String
}

extension ContainerRecord: Decodable {
    private enum Key: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case state = "State"
        case config = "Config"
        case imageID = "Image"
        case imageDigest = "ImageDigest"
    }

    private struct State: Decodable {
        let status: String
        let processID: Int32
        let startedAt: String
        let finishedAt: String
        let exitCode: Int32
        let saysOutOfMemory: Bool
        let failure: String?

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case processID = "Pid"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
            case exitCode = "ExitCode"
            case saysOutOfMemory = "OOMKilled"
            case failure = "Error"
        }
    }

    private struct Config: Decodable {
        let labels: [String: String]?
        enum CodingKeys: String, CodingKey { case labels = "Labels" }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard let id = ContainerID(try container.decode(String.self, forKey: .id)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .id, in: container, debugDescription: "no container id")
        }
        self.id = id
        name = try container.decode(String.self, forKey: .name)
        let state = try container.decode(State.self, forKey: .state)
        status = Status(libpod: state.status)
        processID = state.processID > 0 ? state.processID : nil
        startedAtNanoseconds = WallTime.nanoseconds(rfc3339: state.startedAt)
        finishedAtNanoseconds = WallTime.nanoseconds(rfc3339: state.finishedAt)
        exitCode = state.exitCode
        saysOutOfMemory = state.saysOutOfMemory
        startFailure = state.failure ?? ""
        labels = try container.decode(Config.self, forKey: .config).labels ?? [:]
        imageID = try container.decode(String.self, forKey: .imageID)
        imageDigest = try container.decodeIfPresent(String.self, forKey: .imageDigest) ?? ""
    }
}

extension ContainerRecord.Status {
    /// libpod's words (`libpod/define/containerstate.go`).
    init(libpod word: String) {
        self =
            switch word {
            case "created", "configured", "initialized": .created
            case "running": .running
            case "paused": .paused
            case "stopping": .stopping
            case "exited", "stopped": .exited
            case "removing": .removing
            default: .unknown
            }
    }
}

/// One line of a list of containers.
package struct ContainerSummary: Hashable, Sendable, Decodable {
    package let id: ContainerID
    package let status: ContainerRecord.Status
    package let labels: [String: String]

    private enum Key: String, CodingKey {
        case id = "Id"
        case state = "State"
        case labels = "Labels"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard let id = ContainerID(try container.decode(String.self, forKey: .id)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .id, in: container, debugDescription: "no container id")
        }
        self.id = id
        status = .init(libpod: try container.decode(String.self, forKey: .state))
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    }
}
