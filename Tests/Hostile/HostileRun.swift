import ContainerEngine
import Foundation

/// What became of one case.
package struct HostileResult: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case escaped, held
        /// It did not even try, so it proves nothing.
        case notTried
    }

    package let name: String
    package let outcome: Outcome
    package let control: Outcome
    /// What arrived meanwhile at the targets that the corpus set up outside: in the profile, and in
    /// the control.
    package let packets: Int
    package let controlPackets: Int
    /// What both wrote, for the reader of a failure.
    package let detail: String

    package init(
        name: String, outcome: Outcome, control: Outcome, packets: Int = 0, controlPackets: Int = 0,
        detail: String
    ) {
        self.name = name
        self.outcome = outcome
        self.control = control
        self.packets = packets
        self.controlPackets = controlPackets
        self.detail = detail
    }
}

/// The line that a run ends with.
package struct HostileTally: Hashable, Sendable, Encodable {
    package let cases: Int
    /// Cases whose control was seen to succeed.
    package let controls: Int
    package let escapes: Int
    /// What reached a target outside although the whole profile held.
    package let packets: Int

    package init(_ results: [HostileResult]) {
        cases = results.count
        controls = results.count { $0.control == .escaped }
        escapes = results.count { $0.outcome == .escaped }
        packets = results.reduce(0) { $0 + $1.packets }
    }

    package var line: String {
        #"{"cases":\#(cases),"controls":\#(controls),"escapes":\#(escapes),"packets":\#(packets)}"#
    }
}

extension HostileStage {
    package func results(of cases: [HostileCase]) async throws -> [HostileResult] {
        var results: [HostileResult] = []
        for one in cases {
            let before = try packets()
            let held = try await attempt(one, [])
            let between = try packets()
            let control = try await attempt(one, one.without)
            results.append(
                HostileResult(
                    name: one.name, outcome: held.outcome, control: control.outcome,
                    packets: between - before, controlPackets: try packets() - between,
                    detail: "profile: \(held.text) control: \(control.text)"))
        }
        return results
    }

    /// Packets that the listeners' namespace has received, ever.
    private func packets() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(listeners)/net/dev", encoding: .utf8)
        // Of an interface: bytes received, then packets.
        let counts = text.split(separator: "\n").compactMap { line -> Int? in
            let fields = line.split { $0 == " " || $0 == ":" }
            return fields.first == "lo" && fields.count > 2 ? Int(fields[2]) : nil
        }
        guard counts.count == 1 else { throw Unfit(description: "not one loopback: \(text)") }
        return counts[0]
    }

    private func attempt(
        _ one: HostileCase, _ without: [Weakening]
    ) async throws -> (outcome: HostileResult.Outcome, text: String) {
        let log = folder + "/job.log"
        let spec = try spec(of: one, log: log)
        let lease = try Cgroup(tree: tree, path: spec.isolation.cgroupParent)
        try lease.create(memoryLimitBytes: memory(without) ?? spec.isolation.limits.memoryBytes)
        var text = ""
        try? FileManager.default.removeItem(atPath: log)
        do {
            let id = try await client.create(body: body(spec, without, log: log))
            try await client.start(id)
            _ = try await client.wait(id, intervalMilliseconds: 5)
            for try await frame in try await client.logs(id, .untilNow) where text.count < 4_000 {
                text += String(decoding: frame.bytes, as: UTF8.self)
            }
            let size = (try? FileManager.default.attributesOfItem(atPath: log)[.size]) as? NSNumber
            try await client.remove(id, .any)
            try lease.remove()
            return (
                Self.outcome(text, one.evidence, size?.int64Value ?? 0), String(text.suffix(600))
            )
        } catch let error as EngineError {
            for found in try await client.list(labels: ["hostile": name]) {
                try await client.remove(found.id, .any)
            }
            try lease.remove()
            return (.notTried, "\(error): \(error.detail)")
        }
    }

    private static func outcome(
        _ text: String, _ evidence: HostileCase.Evidence, _ logBytes: Int64
    ) -> HostileResult.Outcome {
        switch evidence {
        case .output:
            if text.contains("ESCAPED") { return .escaped }
            return text.hasPrefix("TRIED") ? .held : .notTried
        case .log(let bytes):
            if logBytes > bytes { return .escaped }
            return logBytes > 10_000 ? .held : .notTried
        }
    }

    // MARK: What is asked of the engine

    private func spec(of one: HostileCase, log: String) throws -> ContainerSpec {
        let seccomp = folder + "/seccomp.json"
        try SeccompProfile(baseFile: "/usr/share/containers/seccomp.json").write(to: seccomp)
        var limits = ResourceLimits(
            memoryBytes: 64 << 20, cpuMillis: 2_000, temporaryBytes: 16 << 20)
        limits.processes = 64  // a bomb of few, so that its control stays small, too
        let profile = IsolationProfile(
            idRange: range, seccompProfilePath: seccomp, cgroupParent: group + "/lease",
            limits: limits,
            binds: [.input(folder + "/in"), .output(folder + "/out")])
        let script = "echo TRIED; " + named(one.script, log)
        var spec = ContainerSpec(
            name: "orban-\(name)", image: Self.image,
            command: ["timeout", "-k", "1", "20", "sh", "-c", script],
            log: .init(path: log, maximumBytes: 1 << 20), isolation: profile)
        spec.labels = ["hostile": name]
        return spec
    }

    private func memory(_ without: [Weakening]) -> Int64? {
        for case .memory(let bytes) in without { return bytes }
        return nil
    }

    private func named(_ text: String, _ log: String) -> String {
        text.replacingOccurrences(of: "{folder}", with: folder)
            .replacingOccurrences(of: "{victim}", with: "\(victim)")
            .replacingOccurrences(of: "{name}", with: name)
            .replacingOccurrences(of: "{log}", with: log)
    }

    private func body(
        _ spec: ContainerSpec, _ without: [Weakening], log: String
    ) throws -> [UInt8] {
        let json = try JSONSerialization.jsonObject(with: Data(spec.body()))
        guard var request = json as? [String: Any] else { throw Unfit(description: "no object") }
        for weakening in without { try weaken(&request, weakening, log) }
        return Array(try JSONSerialization.data(withJSONObject: request))
    }

    private func weaken(
        _ request: inout [String: Any], _ weakening: Weakening, _ log: String
    ) throws {
        var mounts = request["mounts"] as? [[String: Any]] ?? []
        switch weakening {
        case .item(let name, let text):
            let value = try JSONSerialization.jsonObject(
                with: Data(named(text, log).utf8), options: .fragmentsAllowed)
            if name == "userns" { request["idmappings"] = nil }
            set(&request, name, value)
        case .memory(let bytes):
            set(&request, "resource_limits.memory", ["limit": bytes, "swap": bytes])
        case .network:
            set(&request, "netns", ["nsmode": "path", "value": "/run/netns/\(name)"])
        case .mount(let path):
            let source = named(path, log)
            // At its own path, or, for the folder that holds both, at /both.
            let isBoth = source.hasSuffix("/both")
            mounts.append([
                "type": "bind", "source": source, "destination": isBoth ? "/both" : source,
                "options": ["rbind", "rw", "nosuid", "nodev"],
            ])
        case .mountOption(let option, let destination):
            for index in mounts.indices where mounts[index]["destination"] as? String == destination
            {
                let options = mounts[index]["options"] as? [String] ?? []
                let inverse = ["ro": "rw", "noexec": "exec", "nodev": "dev"][option]
                mounts[index]["options"] = options.filter { $0 != option } + [inverse ?? ""]
            }
        case .temporary(let bytes):
            for index in mounts.indices where mounts[index]["destination"] as? String == "/tmp" {
                mounts[index]["options"] = ["rw", "size=\(bytes)", "mode=1777", "nosuid", "nodev"]
            }
        }
        request["mounts"] = mounts
    }

    private func set(_ request: inout [String: Any], _ name: String, _ value: Any) {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 2 else {
            request[name] = value
            return
        }
        var inner = request[parts[0]] as? [String: Any] ?? [:]
        inner[parts[1]] = value
        request[parts[0]] = inner
    }
}
