import CUDA

/// Exact products on the GPU, compared with those of the CPU.
struct GEMMCheck {
    let bench: Bench
    let place: CUDADevice

    /// The last one is timed.
    private var shapes: [Product.Shape] {
        let odd = [Product.Shape(1, 1, 1), Product.Shape(17, 33, 65)]
        let cubes =
            switch bench.options.scale {
            case .full: [256, 1024, 4096]
            case .small: [64, 96, 128]
            }
        return odd + cubes.map(Product.Shape.init(cube:))
    }

    /// What takes fewer multiplications is computed again as a whole.
    private var mostComputed: Int { bench.options.scale == .full ? 1 << 30 : 1 << 20 }

    func verdict(_ library: CUDALibrary, _ values: inout [JSON.Field]) throws -> Verdict {
        let context = try CUDAContext(library, on: place)
        var lines: [JSON] = []
        var wrong: [String] = []
        let outcome = Result {
            let gemm = try GPUGEMM(context)
            for (number, shape) in shapes.enumerated() {
                let isTimed = number == shapes.count - 1
                let seed = bench.options.seed + UInt64(number)
                var product = Product(shape, seed: seed)
                let run = try gemm.run(product, repeats: isTimed ? 5 : 0)
                let isWhole = shape.multiplications <= mostComputed
                let isRight =
                    isWhole ? product.isWhole(run.result) : product.isLikely(run.result)
                if !isRight { wrong.append(shape.description) }
                lines.append(
                    Self.line(shape, seed, run, isWhole: isWhole, isRight: isRight, isTimed))
            }
        }
        try context.destroy()
        values.append(.init("shapes", .list(lines)))
        try outcome.get()
        return wrong.isEmpty ? .passed : .failed("wrong: " + wrong.joined(separator: ", "))
    }

    private static func line(
        _ shape: Product.Shape, _ seed: UInt64, _ run: GPUGEMM.Run, isWhole: Bool, isRight: Bool,
        _ isTimed: Bool
    ) -> JSON {
        var fields: [JSON.Field] = [
            .init("shape", .text(shape.description)), .init("seed", .integer(Int64(seed))),
            .init("right", .bool(isRight)), .init("compared", .text(isWhole ? "all" : "sums")),
            .init("fnv1a64", .hex(Product.checksum(run.result))),
        ]
        if isTimed {
            let tops = 2 * Double(shape.multiplications) / max(run.milliseconds, 1e-6) / 1e9
            fields.append(.init("ms", .decimal(run.milliseconds)))
            fields.append(.init("tops", .decimal(tops)))
        }
        return .object(fields)
    }
}

/// `orban_gemm_int8`, loaded into a context.
struct GPUGEMM {
    struct Run {
        let result: [Int32]
        /// The shortest of the timed runs, or of the only one.
        let milliseconds: Double
    }

    private let context: CUDAContext
    private let function: CUDAFunction
    private static let block = CUDAExtent(x: 32, y: 8)
    /// `ORBAN_TILE` of kernels.h: rows and columns of a thread.
    private static let tile = 4

    init(_ context: CUDAContext) throws(CUDAFailure) {
        self.context = context
        function = try context.function(
            "orban_gemm_int8", in: try context.load(ptx: Kernels.ptx))
    }

    /// Runs it once, and `repeats` times more.
    func run(_ product: Product, repeats: Int) throws(CUDAFailure) -> Run {
        let shape = product.shape
        var result = [Int32](repeating: -1, count: shape.rows * shape.columns)
        let left = try context.allocate(bytes: product.left.count)
        let right = try context.allocate(bytes: product.right.count)
        let target = try context.allocate(bytes: result.count * 4)
        try context.upload(product.left, to: left)
        try context.upload(product.right, to: right)
        try context.upload(result, to: target)
        let arguments: [CUDAArgument] = [
            .address(left.address), .address(right.address), .address(target.address),
            .word(UInt32(shape.rows)), .word(UInt32(shape.columns)), .word(UInt32(shape.depth)),
        ]
        var shortest = Double.infinity
        for _ in 0...repeats {
            let start = Clock.now()
            try context.launch(function, grid: Self.grid(shape), block: Self.block, arguments)
            try context.synchronize()
            shortest = min(shortest, Clock.seconds(since: start) * 1000)
        }
        try context.download(&result, from: target)
        for memory in [left, right, target] { try context.release(memory) }
        return Run(result: result, milliseconds: shortest)
    }

    private static func grid(_ shape: Product.Shape) -> CUDAExtent {
        func count(_ size: Int, _ threads: UInt32) -> UInt32 {
            let span = Int(threads) * tile
            return UInt32((size + span - 1) / span)
        }
        return CUDAExtent(x: count(shape.columns, block.x), y: count(shape.rows, block.y))
    }
}
