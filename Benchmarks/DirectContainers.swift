import AsyncHTTPClient
import ContainerEngine
import Foundation
import Staging

/// The engine of this machine's nodes, asked without any node: the least that a start can take.
struct DirectContainers {
    private static let socket = "/run/orban/engine.sock"

    private let client: LibpodClient
    private let image: String
    private let gpu: TestCDI.Entry?
    private let folder: String
    private let ranges: IDRanges

    static func run(
        _ stage: Stage, gpu: TestCDI.Entry? = nil, _ body: (DirectContainers) async throws -> Void
    ) async throws {
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: LibpodClient.configuration)
        do {
            let client = LibpodClient(socketPath: socket, httpClient: http)
            let direct = DirectContainers(
                client: client, image: try await client.inspectImage(JobText.container).id,
                gpu: gpu,
                folder: stage.folder, ranges: try IDRanges(directory: "/run/orban/ids"))
            try SeccompProfile(baseFile: "/usr/share/containers/seccomp.json")
                .write(to: direct.seccomp)
            try await body(direct)
        } catch {
            try await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }

    private var seccomp: String { folder + "/direct-seccomp.json" }

    /// Milliseconds from here to what the container printed first, with a job's own profile.
    func start(_ name: String) async throws -> Double {
        let owner = "bench/\(name)"
        let log = "\(folder)/direct-\(name).log"
        let asked = wallNanoseconds()
        let group = try Cgroup(
            tree: CgroupTree(root: "/sys/fs/cgroup"), path: "/orban/bench-\(name)")
        try group.create(memoryLimitBytes: StartPairs.memoryBytes)
        var spec = ContainerSpec(
            name: "orban-bench-\(name)", image: image,
            command: ["sh", "-c", StartPairs.script],
            log: .init(path: log, maximumBytes: 64 << 20),
            isolation: IsolationProfile(
                idRange: try ranges.acquire(for: owner), seccompProfilePath: seccomp,
                cgroupParent: group.path,
                limits: ResourceLimits(
                    memoryBytes: StartPairs.memoryBytes, cpuMillis: StartPairs.milliCPU,
                    temporaryBytes: StartPairs.memoryBytes / 2),
                binds: []))
        spec.devices = [gpu].compactMap { $0?.name }
        let id = try await client.create(spec)
        try await client.start(id)
        _ = try await client.wait(id, intervalMilliseconds: 5)
        let began = try await began(id)
        try await client.remove(id, .any)
        try group.remove()
        try ranges.release(owner: owner)
        return Double(began - asked) / 1e6
    }

    private func began(_ id: ContainerID) async throws -> Int64 {
        var text: [UInt8] = []
        for try await frame in try await client.logs(id, .untilNow) { text += frame.bytes }
        let printed = StartPairs.firstNumber(String(decoding: text, as: UTF8.self))
        return try required(printed, "output of a container")
    }
}
