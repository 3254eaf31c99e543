import CUDA
import Glibc

/// The other process of the meter's check: it computes on one GPU until it is told to die of its
/// own error.
enum Victim {
    static let ready = "ready"
    /// What the parent writes to let it die.
    static let order = "die\n"
    static let died: Int32 = 70
    static let failed: Int32 = 71

    static func run(on uuid: String, cuda path: String?) -> Int32 {
        do {
            let library = try CUDALibrary.open(path ?? CUDALibrary.systemName)
            guard let place = try library.devices().first(where: { $0.isNamed(uuid) }) else {
                throw Unseen()
            }
            let context = try CUDAContext(library, on: place)
            try compute(in: context)
            try writeNowhere(in: context)
            Output.write("alive\n")
            return 0
        } catch let failure as CUDAFailure {
            Output.write("failure \(failure.code) \(failure.call) \(failure.name)\n")
            return died
        } catch {
            Output.write("\(error)\n", to: STDERR_FILENO)
            return failed
        }
    }

    /// One product after the other, until standard input says something or ends.
    private static func compute(in context: CUDAContext) throws {
        let gemm = try GPUGEMM(context)
        let product = Product(Product.Shape(cube: 128), seed: 1)
        var isSaid = false
        while true {
            _ = try gemm.run(product, repeats: 0)
            if !isSaid { Output.write(ready + "\n") }
            isSaid = true
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, 0) > 0 else { continue }
            var byte: UInt8 = 0
            // Who started us is gone: nobody wants to see it.
            if read(STDIN_FILENO, &byte, 1) != 1 { exit(failed) }
            return
        }
    }

    private static func writeNowhere(in context: CUDAContext) throws(CUDAFailure) {
        let fault = try context.function("orban_fault", in: try context.load(ptx: Kernels.ptx))
        let one = CUDAExtent(x: 1, y: 1)
        try context.launch(fault, grid: one, block: one, [.address(0x1000)])
        try context.synchronize()
    }
}
