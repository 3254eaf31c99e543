import CUDA
import Foundation
import Testing

/// Without any library of NVIDIA's.
@Suite struct CUDALibraryTests {
    @Test func `a library that is not there is named`() throws {
        let failure = try #require(throws: CUDAUnavailable.self) {
            _ = try CUDALibrary.open("/nowhere/libcuda.so.1")
        }
        #expect(failure.description.contains("/nowhere/libcuda.so.1"))
    }

    @Test func `a library that is another one lacks a symbol by name`() throws {
        let failure = try #require(throws: CUDAUnavailable.self) {
            _ = try CUDALibrary.open("libm.so.6")
        }
        #expect(failure.cause == .symbolMissing("cuInit"))
    }
}

/// On the double, as `script/double --cuda` builds it.
@Suite(
    .serialized,
    .enabled(if: CUDADouble.missing == nil, Comment(rawValue: CUDADouble.missing ?? "")))
struct CUDADoubleTests {
    static let uuids = (1...2).map { "GPU-0fa4e000-0000-4000-8000-00000000000\($0)" }

    private func context() throws -> CUDAContext {
        let library = try CUDALibrary.open(try CUDADouble.library.get())
        return try CUDAContext(library, on: try #require(library.devices().first))
    }

    @Test func `a device is known by its UUID, whatever its place`() throws {
        let devices = try CUDALibrary.open(try CUDADouble.library.get()).devices()
        #expect(
            devices.map { device in Self.uuids.map(device.isNamed) } == [
                [false, true], [true, false],
            ])
        #expect(!devices[0].isNamed("") && !devices[0].isNamed("GPU-"))
        #expect(devices[0].isNamed(Self.uuids[1].uppercased()))
    }

    @Test func `memory holds what was written, and nothing beside it is reached`() throws {
        let context = try context()
        let memory = try context.allocate(bytes: 32)
        try context.fill(memory, with: 0xDEAD_BEEF)
        try context.upload([UInt32(1), 2], to: memory)
        var words = [UInt32](repeating: 0, count: 3)
        try context.download(&words, from: memory, offset: 4)
        #expect(words == [2, 0xDEAD_BEEF, 0xDEAD_BEEF])
        for offset in [-4, 24, 32, Int.max] {
            #expect(throws: CUDAFailure.self) {
                try context.download(&words, from: memory, offset: offset)
            }
        }
        #expect(throws: CUDAFailure.self) {
            try context.upload([UInt8](repeating: 0, count: 33), to: memory)
        }
        try context.destroy()
    }

    @Test func `memory that there is not is refused as such`() throws {
        let context = try context()
        let failure = try #require(throws: CUDAFailure.self) {
            _ = try context.allocate(bytes: 1 << 40)
        }
        #expect(failure.isOutOfMemory)
        #expect(failure.call == "cuMemAlloc_v2" && failure.name == "CUDA_ERROR_OUT_OF_MEMORY")
        try context.destroy()
    }

    @Test func `a kernel that writes nowhere ends its context, and no other one`() throws {
        let broken = try context()
        let fault = try broken.function("orban_fault", in: try broken.load(ptx: Kernels.ptx))
        let one = CUDAExtent(x: 1, y: 1)
        try broken.launch(fault, grid: one, block: one, [.address(0x1000)])
        for _ in 0..<2 {
            let failure = try #require(throws: CUDAFailure.self) { try broken.synchronize() }
            #expect(failure.code == 700 && failure.name == "CUDA_ERROR_ILLEGAL_ADDRESS")
        }
        try broken.destroy()
        let other = try context()
        try other.synchronize()
        try other.destroy()
    }

    @Test func `a device's speed is what it has done, and a device that has not done it has none`()
        throws
    {
        func speed() throws -> Int64? {
            let context = try context()
            let speed = try DeviceSpeed(context).run {
                var time = timespec()
                clock_gettime(CLOCK_MONOTONIC, &time)
                return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
            }
            try context.destroy()
            return speed
        }
        // A processor's core: between a hundred million and a thousand billion a second.
        let found = try #require(try speed())
        print("the double has \(found) gigaflops")
        #expect((0...1_000).contains(found))
        setenv("FAKE_CUDA_LAZY", "1", 1)
        defer { unsetenv("FAKE_CUDA_LAZY") }
        #expect(try speed() == nil)
    }

    @Test func `a device's speed is told by the clock`() throws {
        let context = try context()
        var (now, looks): (Int64, Int) = (0, 0)
        // Two looks for each run: six are too short, the seventh takes 25 ms.
        let speed = try DeviceSpeed(context).run {
            looks += 1
            now += looks > 12 ? 25_000_000 : 1_000_000
            return now
        }
        // 131,072 threads, 8 · 2⁶ rounds, 8 sums, 2 operations.
        let operations: Int64 = 131_072 * 512 * 8 * 2
        #expect(speed == operations / 25_000_000)
        try context.destroy()
    }

    @Test func `a kernel that the module lacks is not found`() throws {
        let context = try context()
        let module = try context.load(ptx: Kernels.ptx)
        #expect(throws: CUDAFailure.self) { _ = try context.function("orban_nothing", in: module) }
        try context.unload(module)
        #expect(throws: CUDAFailure.self) { _ = try context.load(ptx: "no code") }
        try context.destroy()
    }

    @Test(arguments: [
        "sm_50", "sm_52", "sm_60", "sm_61", "sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90",
        "sm_100", "sm_120",
    ])
    func `NVIDIA's assembler takes the committed kernels`(architecture: String) throws {
        let text = FileManager.default.temporaryDirectory
            .appending(path: "orban-kernels-\(getpid()).ptx")
        defer { try? FileManager.default.removeItem(at: text) }
        let ptxas = try CUDADouble.ptxas()
        for (kernels, isRight) in [
            (Kernels.ptx, true), (Kernels.ptx.replacing("ret;", with: "return;"), false),
        ] {
            try Data(kernels.utf8).write(to: text)
            let run = try CUDADouble.run(
                ptxas, ["--gpu-name", architecture, "--output-file", "/dev/null", text.path])
            #expect((run.code == 0) == isRight, "\(run.output)")
        }
    }
}
