import CUDA
package import Domain
import Foundation
import Glibc
import NVML

/// One scrub of one device, in a process of its own: a call into the driver that hangs cannot be
/// taken back, only its process killed, and the context dies with the process.
///
/// `orban node scrub-device`: writes a `ScrubResult` as JSON and ends. It ends without one when its
/// time is over, or when whoever started it has gone.
package enum DeviceScrub {
    /// What it is told, in this order.
    struct Arguments {
        static let system = "-"
        static let none = "none"

        let device: String
        /// Libraries: a path, the system's own, or none.
        let nvml: String
        let cuda: String
        let seed: UInt64
        let seconds: UInt32

        var words: [String] { [device, nvml, cuda, "\(seed)", "\(seconds)"] }

        init(device: String, nvml: String, cuda: String, seed: UInt64, seconds: UInt32) {
            self.device = device
            self.nvml = nvml
            self.cuda = cuda
            self.seed = seed
            self.seconds = seconds
        }

        init?(_ words: [String]) {
            guard words.count == 5, let seed = UInt64(words[3]), seed < 1 << 48,
                let seconds = UInt32(words[4]), seconds > 0
            else { return nil }
            self.init(
                device: words[0], nvml: words[1], cuda: words[2], seed: seed, seconds: seconds)
        }
    }

    /// - Returns: the exit code: 0 when a result was written, 2 for wrong arguments.
    package static func run(_ words: [String]) -> Int32 {
        guard let arguments = Arguments(words) else { return 2 }
        alarm(arguments.seconds)
        let watch = Thread { Self.endWithParent() }
        watch.start()
        let result = ScrubRun(arguments).result()
        guard let bytes = try? JSONEncoder().encode(result) else { return 1 }
        do { try StateFile.write(Array(bytes), to: STDOUT_FILENO, path: "result") } catch {
            return 1
        }
        return 0
    }

    /// Nothing is ever written to standard input: it ends when the other end is closed.
    private static func endWithParent() {
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR {}
        _exit(1)
    }
}

/// The steps.
struct ScrubRun {
    /// So long processes may still be shown that are about to end.
    private static let lookTimes = 50
    private static let lookEveryMicroseconds: UInt32 = 100_000

    private let arguments: DeviceScrub.Arguments

    init(_ arguments: DeviceScrub.Arguments) { self.arguments = arguments }

    /// The driver does not tell which of a GPU's instances a process is on.
    private var isInstance: Bool { arguments.device.hasPrefix("MIG-") }

    func result() -> ScrubResult {
        let start = Self.now()
        var evidence = ScrubEvidence(
            method: arguments.cuda == DeviceScrub.Arguments.none
                ? .contextsOnly : isInstance ? .memoryOnly : .memory,
            seed: Int64(arguments.seed))
        var failure: ScrubFault?
        var speed = MeasuredSpeed.notMeasured
        do {
            speed = try scrub(&evidence)
        } catch let fault as ScrubFault {
            failure = fault
        } catch let absence as CUDAUnavailable {
            if case .initFailed = absence.cause { failure = .cudaFailed } else { failure = .noCUDA }
        } catch {
            failure = .cudaFailed
        }
        evidence.milliseconds = (Self.now() - start) / 1_000_000
        return ScrubResult(evidence: evidence, failure: failure, speed: speed)
    }

    private func scrub(_ evidence: inout ScrubEvidence) throws -> MeasuredSpeed {
        guard evidence.method != .contextsOnly else {
            try awaitNobody(&evidence, isFirst: true)
            return .notMeasured
        }
        let system = DeviceScrub.Arguments.system
        let library = try CUDALibrary.open(
            arguments.cuda == system ? CUDALibrary.systemName : arguments.cuda)
        guard let place = try library.devices().first(where: { $0.isNamed(arguments.device) })
        else { throw ScrubFault.cudaFailed }
        evidence.totalBytes = place.totalBytes
        try awaitNobody(&evidence, isFirst: true)
        guard evidence.contextsLeft == 0 else { return .notMeasured }
        let context = try CUDAContext(library, on: place)
        let outcome = Result { () throws -> (MemoryScrub.Report, Int64?) in
            let speed = try DeviceSpeed(context).run(now: Self.now)
            var scrub = try MemoryScrub(context, on: place, seed: arguments.seed)
            return (try scrub.run(now: Self.now), speed)
        }
        try context.destroy()
        let (report, speed) = try outcome.get()
        evidence.overwrittenBytes = Int64(report.overwrittenBytes)
        evidence.wordsSampled = Int64(report.left.words)
        evidence.wordsWrong = Int64(clamping: report.wordsWrong)
        try awaitNobody(&evidence, isFirst: false)
        guard let speed else { return .wrong }
        return DevicePower.speeds.contains(speed) ? .gigaflops(speed) : .notMeasured
    }

    /// Waits a while until no process has a context on the device.
    private func awaitNobody(_ evidence: inout ScrubEvidence, isFirst: Bool) throws {
        guard evidence.method != .memoryOnly else { return }
        let system = DeviceScrub.Arguments.system
        guard
            let library = try? NVMLLibrary.open(
                arguments.nvml == system ? NVMLLibrary.systemName : arguments.nvml),
            (try? library.inventory()) != nil
        else { throw ScrubFault.contextsLeft }
        for look in 0..<Self.lookTimes {
            let sample = library.sample().first { $0.uuid == arguments.device }
            guard let sample, sample.failure == nil else { throw ScrubFault.contextsLeft }
            guard let processes = sample.processes else {
                // It does not tell: then only the memory speaks.
                guard evidence.method == .memory else { throw ScrubFault.contextsLeft }
                evidence.method = .memoryOnly
                return
            }
            if isFirst, look == 0 { evidence.contextsSeen = Int64(processes.count) }
            evidence.contextsLeft = Int64(processes.count)
            if processes.isEmpty { return }
            usleep(Self.lookEveryMicroseconds)
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension ScrubFault: Error {}
