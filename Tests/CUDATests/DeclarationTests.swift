import Foundation
import Testing

extension CUDADoubleTests {
    /// The comparison of our declarations with NVIDIA's finds what differs.
    @Suite struct DeclarationTests {
        @Test(arguments: [
            ("ILLEGAL_ADDRESS 700", "ILLEGAL_ADDRESS 701"),
            ("unsigned char bytes[16];", "unsigned char bytes[15];"),
            ("typedef uint64_t orban_cuda_pointer;", "typedef uint32_t orban_cuda_pointer;"),
            ("(*orban_cuda_allocate)(orban_cuda_pointer *", "(*orban_cuda_allocate)(uint32_t *"),
            ("(*orban_cuda_get_name)(char *name, int size,", "(*orban_cuda_get_name)(char *name,"),
            ("unsigned int shared_bytes, orban_cuda_stream", "orban_cuda_stream"),
        ])
        func `a declaration that differs from NVIDIA's does not compile`(
            right: String, wrong: String
        ) throws {
            let copy = FileManager.default.temporaryDirectory
                .appending(path: "orban-cuda-\(getpid())-declarations")
            defer { try? FileManager.default.removeItem(at: copy) }
            for part in ["script/double", "Tests/Doubles/cuda", "Sources/CCUDA"] {
                let place = copy.appending(path: part)
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: CUDADouble.folder.appending(path: part), to: place)
            }
            let header = copy.appending(path: "Sources/CCUDA/include/ccuda.h")
            let text = try String(contentsOf: header, encoding: .utf8)
            try #require(text.contains(right))
            try text.replacing(right, with: wrong)
                .write(to: header, atomically: true, encoding: .utf8)
            let run = try CUDADouble.run(copy.path + "/script/double", ["--cuda"])
            #expect(run.code == 1)
            #expect(run.output.contains("our declarations differ from NVIDIA's"))
        }
    }
}
