/// Tries the machine's OCI runtimes with the whole isolation profile. Version numbers do not tell
/// which one works on a kernel and a cgroup layout; one small container does.
///
/// Each trial runs in an engine of its own for some 100 ms, since podman 4.3 lets no container
/// choose its runtime.
package struct RuntimeSelfTest: Sendable {
    /// What one runtime did.
    package struct Trial: Hashable, Sendable {
        package let runtime: OCIRuntime
        package let outcome: Outcome
    }

    package enum Outcome: Hashable, Sendable {
        case works
        /// It did not run the container, or did not confine it. The text is for the log.
        case rejected(reason: String)
    }

    private let makeService: @Sendable (OCIRuntime) -> EngineService

    /// - Parameter makeService: an engine for trials of a runtime, on the node's store, with a
    ///   socket and a state folder that no other engine uses.
    package init(makeService: @escaping @Sendable (OCIRuntime) -> EngineService) {
        self.makeService = makeService
    }

    /// Runs one container through each of `runtimes`, in order.
    ///
    /// - Parameter makeSpec: asked once an engine for trials answers; a name, an image with `sh` and
    ///   `cat`, a log path and the profile, whose parent group exists; the command is set here. A
    ///   container left over from a trial of this name is removed.
    /// - Throws: what `makeSpec` throws, and when an engine breaks off.
    package func run(
        _ runtimes: [OCIRuntime],
        makeSpec: (LibpodClient) async throws -> ContainerSpec
    ) async throws -> [Trial] {
        var trials: [Trial] = []
        for runtime in runtimes {
            trials.append(Trial(runtime: runtime, outcome: try await attempt(runtime, makeSpec)))
        }
        return trials
    }

    private func attempt(
        _ runtime: OCIRuntime, _ makeSpec: (LibpodClient) async throws -> ContainerSpec
    ) async throws -> Outcome {
        let service = makeService(runtime)
        let start: EngineService.Outcome
        do {
            start = try await service.ensureRunning()
        } catch EngineService.Failure.ended(let log) {
            return .rejected(reason: "the engine ended: \(log)")
        }
        guard case .started(let processID) = start else {
            return .rejected(reason: "another engine answers on the trial's socket")
        }
        do {
            let outcome = try await attempt(runtime, makeSpec, service.client)
            try service.end(processID: processID)
            return outcome
        } catch {
            try service.end(processID: processID)
            throw error
        }
    }

    private func attempt(
        _ runtime: OCIRuntime, _ makeSpec: (LibpodClient) async throws -> ContainerSpec,
        _ client: LibpodClient
    ) async throws -> Outcome {
        do {
            var spec = try await makeSpec(client)
            spec.labels[Self.label] = spec.name
            spec.command = ["sh", "-c", Self.probe]
            guard let used = try await client.info().host.ociRuntime else {
                return .rejected(reason: "it does not run at all")
            }
            guard used.path == runtime.path else {
                return .rejected(reason: "the engine took \(used.path) instead")
            }
            try await removeLeftOvers(spec.name, client)
            let id = try await client.create(spec)
            do {
                let outcome = try await judge(id, spec, client)
                try await client.remove(id, .any)
                return outcome
            } catch {
                try await client.remove(id, .any)
                throw error
            }
        } catch let error as EngineError where error.category != .unreachable {
            return .rejected(reason: "\(error): \(error.detail)")
        }
    }

    private func removeLeftOvers(_ name: String, _ client: LibpodClient) async throws {
        for container in try await client.list(labels: [Self.label: name]) {
            try await client.remove(container.id, .any)
        }
    }

    private func judge(
        _ id: ContainerID, _ spec: ContainerSpec, _ client: LibpodClient
    ) async throws -> Outcome {
        try await client.start(id)
        let code = try await client.wait(id, intervalMilliseconds: 5)
        guard code == 7 else { return .rejected(reason: "exit code \(code) instead of 7") }
        var output: [UInt8] = []
        for try await frame in try await client.logs(id, .untilNow)
        where frame.source == .standardOutput {
            output += frame.bytes
            if output.count > 1 << 16 { break }
        }
        let missing = Self.missing(in: String(decoding: output, as: UTF8.self), spec.isolation)
        guard missing.isEmpty else {
            return .rejected(reason: "not applied: \(missing.joined(separator: ", "))")
        }
        return .works
    }

    /// What the container's own view of itself shows as not applied.
    static func missing(in output: String, _ isolation: IsolationProfile) -> [String] {
        var fields: [Substring: Substring] = [:]
        var numbers: [Int64] = []
        for line in output.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 2 { fields[words[0]] = words[1] }
            if words.count == 1, let number = Int64(words[0]) { numbers.append(number) }
        }
        var missing: [String] = []
        if fields["Uid:"] != "\(isolation.user)" { missing.append("user") }
        for key: Substring in ["CapEff:", "CapPrm:", "CapBnd:"]
        where fields[key].flatMap({ UInt64($0, radix: 16) }) != 0 {
            missing.append(String(key.dropLast()))
        }
        if fields["NoNewPrivs:"] != "1" { missing.append("no new privileges") }
        if fields["Seccomp:"] != "2" { missing.append("seccomp") }
        let memory = isolation.limits.memoryBytes + SpecGenerator.memorySlackBytes
        // The kernel rounds a limit down to whole pages, of 64 KiB at most.
        if !numbers.contains(where: { (memory - 65_536...memory).contains($0) }) {
            missing.append("memory limit")
        }
        return missing
    }

    private static let probe = """
        cat /proc/self/status
        cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null
        exit 7
        """

    private static let label = "container-engine.self-test"
}
