import CCUDA

/// A context of this process on one device: what it allocates and runs there lives in it and dies
/// with it. Whoever makes one destroys it; a process that ends loses all of its own.
package struct CUDAContext {
    private let library: CUDALibrary
    private let handle: OpaquePointer

    package init(_ library: CUDALibrary, on device: CUDADevice) throws(CUDAFailure) {
        var handle: OpaquePointer?
        try library.check(
            "cuCtxCreate_v2", library.functions.create?(&handle, 0, device.number))
        guard let handle else { throw CUDAFailure(call: "cuCtxCreate_v2", absurd: "no context") }
        self.library = library
        self.handle = handle
    }

    /// Gives everything in it back. Nothing of it may be used afterwards.
    package func destroy() throws(CUDAFailure) {
        try library.check("cuCtxDestroy_v2", library.functions.destroy?(handle))
    }

    /// Calls are about the context that is current on their thread.
    private func call(
        _ name: String, _ body: (orban_cuda_functions) -> Int32?
    ) throws(CUDAFailure) {
        let functions = library.functions
        try library.check("cuCtxSetCurrent", functions.set_current?(handle))
        try library.check(name, body(functions))
    }

    /// Waits until all that was launched is done; throws what went wrong in it.
    package func synchronize() throws(CUDAFailure) {
        try call("cuCtxSynchronize") { $0.synchronize?() }
    }

    /// Bytes that are free on the device now, by the driver's estimate.
    package func freeBytes() throws(CUDAFailure) -> Int64 {
        var (free, total) = (0, 0)
        try call("cuMemGetInfo_v2") { $0.memory?(&free, &total) }
        return Int64(clamping: free)
    }

    package func allocate(bytes: Int) throws(CUDAFailure) -> DeviceMemory {
        var address: orban_cuda_pointer = 0
        try call("cuMemAlloc_v2") { $0.allocate?(&address, bytes) }
        guard address != 0 else { throw CUDAFailure(call: "cuMemAlloc_v2", absurd: "no address") }
        return DeviceMemory(address: address, bytes: bytes)
    }

    package func release(_ memory: DeviceMemory) throws(CUDAFailure) {
        try call("cuMemFree_v2") { $0.release?(memory.address) }
    }

    /// Writes to the memory's beginning.
    package func upload<Element: BitwiseCopyable>(
        _ elements: [Element], to memory: DeviceMemory
    ) throws(CUDAFailure) {
        let size = elements.count * MemoryLayout<Element>.stride
        try memory.check("cuMemcpyHtoD_v2", from: 0, bytes: size)
        guard size > 0 else { return }
        try call("cuMemcpyHtoD_v2") { functions in
            elements.withUnsafeBytes { bytes in
                bytes.baseAddress.flatMap { functions.upload?(memory.address, $0, size) }
            }
        }
    }

    /// Reads into all of `elements`, from `offset` bytes on.
    package func download<Element: BitwiseCopyable>(
        _ elements: inout [Element], from memory: DeviceMemory, offset: Int = 0
    ) throws(CUDAFailure) {
        let size = elements.count * MemoryLayout<Element>.stride
        try memory.check("cuMemcpyDtoH_v2", from: offset, bytes: size)
        guard size > 0 else { return }
        let from = memory.address + UInt64(offset)
        try call("cuMemcpyDtoH_v2") { functions in
            elements.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.flatMap { functions.download?($0, from, size) }
            }
        }
    }

    /// Every whole word of it.
    package func fill(_ memory: DeviceMemory, with word: UInt32) throws(CUDAFailure) {
        try call("cuMemsetD32_v2") { $0.fill?(memory.address, word, memory.words) }
    }

    /// `Kernels.ptx` as a rule; the driver compiles it for the device.
    package func load(ptx: String) throws(CUDAFailure) -> CUDAModule {
        var module: OpaquePointer?
        try call("cuModuleLoadData") { functions in
            ptx.withCString { functions.load?(&module, $0) }
        }
        guard let module else { throw CUDAFailure(call: "cuModuleLoadData", absurd: "no module") }
        return CUDAModule(handle: module)
    }

    package func unload(_ module: CUDAModule) throws(CUDAFailure) {
        try call("cuModuleUnload") { $0.unload?(module.handle) }
    }

    package func function(_ name: String, in module: CUDAModule) throws(CUDAFailure) -> CUDAFunction
    {
        var function: OpaquePointer?
        try call("cuModuleGetFunction") { $0.function?(&function, module.handle, name) }
        guard let function else {
            throw CUDAFailure(call: "cuModuleGetFunction", absurd: "no function")
        }
        return CUDAFunction(handle: function)
    }

    /// Starts it; `synchronize` waits for it.
    package func launch(
        _ function: CUDAFunction, grid: CUDAExtent, block: CUDAExtent, _ arguments: [CUDAArgument]
    ) throws(CUDAFailure) {
        // Little-endian, so that the first bytes of each are also the shorter number.
        var values = arguments.map(\.bits)
        try call("cuLaunchKernel") { functions in
            values.withUnsafeMutableBytes { storage in
                var places = arguments.indices.map { index in
                    storage.baseAddress.map { $0 + index * MemoryLayout<UInt64>.stride }
                }
                return functions.launch?(
                    function.handle, grid.x, grid.y, 1, block.x, block.y, 1, 0, nil, &places, nil)
            }
        }
    }
}

/// Memory on a device.
package struct DeviceMemory: Hashable, Sendable {
    package let address: UInt64
    package let bytes: Int

    package var words: Int { bytes / 4 }

    /// What lies outside of it is not asked for.
    func check(_ call: String, from offset: Int, bytes size: Int) throws(CUDAFailure) {
        guard offset >= 0, size >= 0, size <= bytes, offset <= bytes - size else {
            throw CUDAFailure(call: call, absurd: "outside of the allocation")
        }
    }
}

/// Kernels that a context has loaded.
package struct CUDAModule {
    let handle: OpaquePointer
}

package struct CUDAFunction {
    let handle: OpaquePointer
}

/// How many blocks are in a grid, or threads in a block.
package struct CUDAExtent: Hashable, Sendable {
    package let x: UInt32
    package let y: UInt32

    package init(x: UInt32, y: UInt32) {
        self.x = x
        self.y = y
    }
}

package enum CUDAArgument: Hashable, Sendable {
    case address(UInt64)
    case word(UInt32)
    case long(UInt64)

    var bits: UInt64 {
        switch self {
        case .address(let bits), .long(let bits): bits
        case .word(let bits): UInt64(bits)
        }
    }
}
