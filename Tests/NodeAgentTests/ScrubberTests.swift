import Crypto
import Domain
import Foundation
import Hosting
import Testing

@testable import NodeAgent

/// Scrubs in child processes, on the doubles of both libraries.
@Suite(.serialized, .enabled(if: Doubles.missing == nil, Comment(rawValue: Doubles.missing ?? "")))
struct ScrubberTests {
    private func scrub(
        _ settings: [String: String] = [:], memory: DeviceScrubber.Memory? = nil,
        orders: String = "", seconds: UInt32 = 30
    ) async throws -> ScrubResult {
        let doubles = try Doubles.paths.get()
        let state = NSTemporaryDirectory() + "scrub-\(UUID().uuidString)"
        try Data(orders.utf8).write(to: URL(fileURLWithPath: state))
        defer { for end in ["", ".lock", ".new"] { unlink(state + end) } }
        var environment = [
            "FAKE_NVML_STATE": state, "FAKE_CUDA_MEMORY": "\(16 << 20)",
        ]
        environment.merge(settings) { $1 }
        let scrubber = DeviceScrubber(
            nvml: doubles.nvml, memory: memory ?? .library(doubles.cuda),
            environment: environment, command: [doubles.orban, "node", "scrub-device"],
            seconds: seconds)
        return await scrubber.scrub(ScrubOrder(device: Doubles.device, scrub: 1))
    }

    @Test func `a device is overwritten, looked at and left`() async throws {
        let result = try await scrub(["FAKE_CUDA_DIRTY": "1"])
        #expect(result.fault == nil)
        let evidence = result.evidence
        #expect(evidence.method == .memory && evidence.totalBytes == 16 << 20)
        #expect(evidence.overwrittenBytes >= 15 << 20 && evidence.wordsSampled >= 1_000_000)
        #expect(evidence.wordsWrong == 0 && evidence.contextsLeft == 0)
        guard case .gigaflops(let speed) = result.speed else {
            Issue.record("no speed: \(result)")
            return
        }
        #expect(speed > 0)
    }

    @Test func `a device that does not do its sums is clean, and nobody knows how fast it is`()
        async throws
    {
        let result = try await scrub(["FAKE_CUDA_LAZY": "1"])
        #expect(result.fault == nil && result.speed == .wrong)
    }

    @Test(arguments: [
        (["FAKE_CUDA_FORGET": "1"], ScrubFault.memoryDirty),
        (["FAKE_CUDA_FORGET": "1", "FAKE_CUDA_DIRTY": "1"], .memoryDirty),
        (["FAKE_CUDA_KEEP": "1", "FAKE_CUDA_DIRTY": "1"], .memoryDirty),
        (["FAKE_CUDA_SHRINK": "1"], .memoryShort), (["FAKE_CUDA_LEAK": "1"], .contextsLeft),
        (["FAKE_NVML_COUNT": "0"], .cudaFailed),
    ])
    func `a device that is not clean afterwards is not said to be`(
        settings: [String: String], fault: ScrubFault
    ) async throws {
        #expect(try await scrub(settings).fault == fault)
    }

    static let steps = [
        "cuInit", "cuDeviceGetUuid_v2", "cuCtxCreate_v2", "cuModuleLoadData",
        "cuModuleGetFunction", "cuMemGetInfo_v2", "cuMemAlloc_v2", "cuMemsetD32_v2",
        "cuCtxSynchronize", "cuMemcpyHtoD_v2", "cuLaunchKernel", "cuMemcpyDtoH_v2",
        "cuMemFree_v2", "cuCtxDestroy_v2",
    ]

    @Test(arguments: steps)
    func `a driver that fails, dies or hangs at any step has not cleaned`(step: String) async throws
    {
        #expect(try await scrub(["FAKE_CUDA_FAIL": step]).fault == .cudaFailed)
        #expect(try await scrub(["FAKE_CUDA_DIE": step]).fault == .cudaFailed)
        #expect(try await scrub(["FAKE_CUDA_HANG": step], seconds: 1).fault == .timeout)
    }

    @Test func `a process that stays on the device is waited for, and nothing is touched`()
        async throws
    {
        let result = try await scrub(orders: "0 process 1 1000\n")
        #expect(result.fault == .contextsLeft)
        #expect(result.evidence.contextsSeen == 1 && result.evidence.overwrittenBytes == 0)
    }

    @Test func `without a library of CUDA nothing is clean, but where there is no memory`()
        async throws
    {
        #expect(try await scrub(memory: .library("/dev/null")).fault == .noCUDA)
        #expect(try await scrub(memory: .unreachable).fault == .noCUDA)
        let bare = try await scrub(memory: .absent)
        #expect(bare.fault == nil && bare.evidence.method == .contextsOnly)
        #expect(
            try await scrub(memory: .absent, orders: "0 process 1 1000\n").fault == .contextsLeft)
        #expect(try await scrub(memory: .absent, orders: "0 gone\n").fault == .contextsLeft)
    }

    @Test func `a scrub that is given up ends its child at once`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let task = Task { try await scrub(["FAKE_CUDA_HANG": "cuCtxCreate_v2"]) }
        task.cancel()
        #expect(try await task.value.fault != nil)
        #expect(clock.now - start < .seconds(20))
    }

    @Test(
        arguments: [
            (nil, nil, false, DeviceScrubber.Memory.system), ("none", nil, false, .unreachable),
            ("/c", nil, false, .library("/c")), (nil, "/nowhere/n", false, .system),
            (nil, "/nowhere/n", true, .absent), ("none", "/nowhere/n", true, .absent),
            ("/c", "/nowhere/n", true, .library("/c")),
        ] as [(String?, String?, Bool, DeviceScrubber.Memory)])
    func `the owner's words say through what memory is reached`(
        cuda: String?, nvml: String?, isBare: Bool, memory: DeviceScrubber.Memory
    ) {
        #expect(DeviceScrubber.memory(cuda: cuda, nvml: nvml, isBare: isBare) == memory)
    }

    @Test func `CUDA's library beside the one that the owner named is the one`() throws {
        let folder = NSTemporaryDirectory() + "beside-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let beside = folder + "/libcuda.so.1"
        try Data().write(to: URL(fileURLWithPath: beside))
        for isBare in [true, false] {
            #expect(
                DeviceScrubber.memory(cuda: nil, nvml: folder + "/n", isBare: isBare)
                    == .library(beside))
        }
    }
}

/// What a node has signed, on disk.
struct SignedFileTests {
    private func receipt(_ number: Int64) -> ScrubReceipt {
        ScrubReceipt(
            node: NodeID("nod_1")!, device: DeviceID("GPU-1")!, scrub: number, lease: nil,
            result: ScrubResult(evidence: ScrubEvidence(method: .contextsOnly)))
    }

    @Test func `each receipt is there once, signed by the node, also after a torn line`() throws {
        let folder = NSTemporaryDirectory() + "scrubs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = Curve25519.Signing.PrivateKey()
        let file = SignedFile.scrubs(stateFolder: folder)
        for number: Int64 in [1, 2, 2, 1] { try file.append(receipt(number).bytes, key) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: file.path))
        try whole.dropLast(20).write(to: URL(fileURLWithPath: file.path))
        for number: Int64 in [2, 3] { try file.append(receipt(number).bytes, key) }
        let lines = try String(contentsOfFile: file.path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 4)
        let good = lines.filter { line in
            let parts = line.split(separator: " ").compactMap { Data(base64Encoded: String($0)) }
            return parts.count == 2 && key.publicKey.isValidSignature(parts[1], for: parts[0])
        }
        #expect(good.count == 3)
        let read = try file.read()
        #expect(
            read.map(\.bytes) == [1, 2, 3].map { receipt($0).bytes }, "what was torn is left out")
        try Data(repeating: UInt8(ascii: "\n"), count: 2 << 20).write(
            to: URL(fileURLWithPath: file.path))
        try file.append(receipt(4).bytes, key)
        #expect(FileManager.default.fileExists(atPath: file.path + ".1"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)).count < 1000)
    }
}

/// The program and the doubles of both libraries.
enum Doubles {
    struct Paths: Sendable { let orban, nvml, cuda: String }
    struct Unavailable: Error { let why: String }

    static let device = DeviceID("GPU-0fa4e000-0000-4000-8000-000000000001")!

    static let paths: Result<Paths, Unavailable> = Result { () throws(Unavailable) in
        guard let orban = ProcessInfo.processInfo.environment["ORBAN_BINARY"], !orban.isEmpty
        else { throw Unavailable(why: "ORBAN_BINARY names no binary to test") }
        return Paths(orban: orban, nvml: try double([]), cuda: try double(["--cuda"]))
    }

    static let missing: String? = {
        if case .failure(let failure) = paths { failure.why } else { nil }
    }()

    private static func double(_ arguments: [String]) throws(Unavailable) -> String {
        let process = Process()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../script/double").standardized
        process.executableURL = script
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        do { try process.run() } catch { throw Unavailable(why: "script/double: \(error)") }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unavailable(why: "script/double failed") }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }
}
