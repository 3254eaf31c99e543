import CUDA
package import Domain
import Foundation
import Glibc
package import Hosting
import Synchronization

/// Has devices scrubbed, each by a child process that is killed when it is late.
package struct DeviceScrubber: Sendable {
    /// Where a device's memory is reached through.
    package enum Memory: Hashable, Sendable {
        /// CUDA's library: the system's own, or that of a path.
        case system
        case library(String)
        /// Nothing: a device cannot be shown to be clean.
        case unreachable
        /// There is none: devices of the owner's own library on a machine without a driver.
        case absent
    }

    /// Runs one scrub: program and first arguments.
    package var command: [String]
    /// NVIDIA's management library; nil is the system's own.
    package var nvml: String?
    package var memory: Memory
    /// That of the child; the driver looks for its settings there.
    package var environment: [String: String]
    /// A child that has not answered by then is killed.
    package var seconds: UInt32

    package init(
        nvml: String?, memory: Memory, environment: [String: String],
        command: [String] = ["/proc/self/exe", "node", "scrub-device"], seconds: UInt32 = 120
    ) {
        self.command = command
        self.nvml = nvml
        self.memory = memory
        self.environment = environment
        self.seconds = seconds
    }

    /// By the owner's words: where they named a library for NVML, CUDA's lies beside it.
    ///
    /// - Parameters:
    ///   - cuda: a path, or `none`; nil where the owner says nothing.
    ///   - isBare: the library that they named is no driver's, and there is none.
    package static func memory(cuda: String?, nvml: String?, isBare: Bool) -> Memory {
        if let cuda, cuda != "none" { return .library(cuda) }
        if let nvml, cuda == nil {
            let folder = (nvml as NSString).deletingLastPathComponent
            let beside = folder + "/" + CUDALibrary.systemName
            if access(beside, R_OK) == 0 { return .library(beside) }
        }
        if isBare { return .absent }
        return cuda == nil ? .system : .unreachable
    }

    /// Returns when it is done, or has failed; at once when the task is cancelled.
    package func scrub(_ order: ScrubOrder) async -> ScrubResult {
        let arguments = DeviceScrub.Arguments(
            device: order.device.text, nvml: nvml ?? DeviceScrub.Arguments.system, cuda: cuda,
            seed: SplitMix64.freshSeed(), seconds: seconds)
        let failed = ScrubEvidence(method: .memory, seed: Int64(arguments.seed))
        guard memory != .unreachable else {
            return ScrubResult(evidence: failed, failure: .noCUDA)
        }
        let child = ScrubChild(
            command: command, words: arguments.words, environment: childEnvironment(order),
            milliseconds: Int32(clamping: Int64(seconds) * 1000))
        let answer = await withTaskCancellationHandler {
            await child.run()
        } onCancel: {
            child.kill()
        }
        switch answer {
        case .result(let result): return result
        case .late: return ScrubResult(evidence: failed, failure: .timeout)
        case .died: return ScrubResult(evidence: failed, failure: .cudaFailed)
        }
    }

    private var cuda: String {
        switch memory {
        case .system, .unreachable: DeviceScrub.Arguments.system
        case .library(let path): path
        case .absent: DeviceScrub.Arguments.none
        }
    }

    /// No other device is seen by the child, and what the driver compiles is not kept.
    private func childEnvironment(_ order: ScrubOrder) -> [String: String] {
        environment.merging([
            "CUDA_VISIBLE_DEVICES": order.device.text, "CUDA_CACHE_DISABLE": "1",
            "SWIFT_BACKTRACE": "enable=no",
        ]) { $1 }
    }
}

/// One child, from its start to its end.
final class ScrubChild: Sendable {
    enum Answer: Sendable {
        case result(ScrubResult)
        case late
        case died
    }

    private enum Life {
        case waiting
        case running(pid_t)
        case over
    }

    /// A result is a few hundred bytes.
    private static let mostBytes = 65_536
    private static let dyingMilliseconds: Int64 = 5_000

    private let command: [String]
    private let words: [String]
    private let environment: [String: String]
    private let milliseconds: Int32
    private let life = Mutex(Life.waiting)

    init(
        command: [String], words: [String], environment: [String: String], milliseconds: Int32
    ) {
        self.command = command
        self.words = words
        self.environment = environment
        self.milliseconds = milliseconds
    }

    func run() async -> Answer {
        do {
            return try await Blocking.run { try self.runNow() }
        } catch {
            return .died
        }
    }

    /// Before its start, it does not start.
    func kill() {
        life.withLock { life in
            if case .running(let pid) = life { Glibc.kill(pid, SIGKILL) } else { life = .over }
        }
    }

    private func runNow() throws -> Answer {
        let (input, output) = (try Pipe.open(), try Pipe.open())
        defer { close(input.write) }
        defer { close(output.read) }
        let pid = try life.withLock { life throws -> pid_t? in
            defer {
                close(input.read)
                close(output.write)
            }
            guard case .waiting = life else { return nil }
            let files = ChildProcess.Files(input: input.read, output: output.write)
            let pid = try ChildProcess.spawn(
                command, words, files, environment.map { "\($0)=\($1)" }.sorted())
            if let pid { life = .running(pid) }
            return pid
        }
        guard let pid else { return .died }
        let end = Self.now() + Int64(milliseconds)
        let bytes = read(from: output.read, until: end)
        guard let status = reap(pid, until: end) else { return .late }
        guard status == 0,
            let result = try? JSONDecoder().decode(ScrubResult.self, from: Data(bytes))
        else { return status & 0x7F == SIGALRM ? .late : .died }
        return .result(result)
    }

    private static func now() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Its status; nil when it had to be killed. One that not even that ends, because it hangs in the
    /// driver, is left to the system.
    private func reap(_ pid: pid_t, until end: Int64) -> Int32? {
        var status: Int32 = 0
        var (end, isKilled) = (end, false)
        while true {
            let isReaped = life.withLock { life in
                guard waitpid(pid, &status, WNOHANG) != 0 else { return false }
                life = .over
                return true
            }
            if isReaped { return isKilled ? nil : status }
            if Self.now() >= end {
                guard !isKilled else { return nil }
                kill()
                (end, isKilled) = (Self.now() + Self.dyingMilliseconds, true)
            }
            usleep(5_000)
        }
    }

    /// All that it writes until it ends, or its time is over.
    private func read(from descriptor: Int32, until end: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let left = end - Self.now()
            guard left > 0, bytes.count <= Self.mostBytes else { return bytes }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, Int32(clamping: left)) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}

/// The two ends of a pipe, closed in children unless they are handed on.
private struct Pipe {
    let read: Int32
    let write: Int32

    static func open() throws -> Pipe {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw FileFailure("make", "a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return Pipe(read: ends[0], write: ends[1])
    }
}
