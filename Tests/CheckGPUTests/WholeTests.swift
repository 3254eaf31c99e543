import Foundation
import Testing

extension CheckGPUTests {
    /// The program as a whole: its lines, its exit codes, its words where something is missing.
    @Suite struct WholeTests {
        @Test(arguments: [
            (["--nvml", "/nowhere/libnvidia-ml.so.1"], "1", "/nowhere/libnvidia-ml.so.1"),
            ([], "0", "the driver shows no device"),
        ])
        func `a machine without a GPU says why in one line, and is well`(
            arguments: [String], count: String, why: String
        ) throws {
            let run = try CheckGPU.run(arguments, ["FAKE_NVML_COUNT": count])
            #expect(run.code == 0 && run.lines.count == 1)
            #expect(run.lines[0].gpus == 0 && run.lines[0].check == nil)
            #expect(run.lines[0].why?.hasPrefix("no GPU: ") == true)
            #expect(run.lines[0].why?.contains(why) == true)
        }

        @Test func `the script runs the program that it is given and ends as it does`() throws {
            let run = try CheckGPU.script(["--nvml", "/nowhere/libnvidia-ml.so.1"])
            #expect(run.code == 0 && run.lines.map(\.gpus) == [0])
            #expect(try CheckGPU.script(["--what", "else"]).code == 64)
        }

        @Test func `a driver that is not loaded is no GPU`() throws {
            let run = try CheckGPU.run(orders: "driver gone\n")
            #expect(run.code == 0 && run.lines.count == 1)
            #expect(run.lines[0].why?.contains("the driver is not loaded (9)") == true)
        }

        @Test func `each check of each GPU is a line, and the last line counts them`() throws {
            let run = try CheckGPU.run([], ["FAKE_NVML_COUNT": "2"])
            #expect(run.code == 0 && run.lines.count == 11)
            for gpu in 1...2 {
                let uuid = "GPU-0fa4e000-0000-4000-8000-00000000000\(gpu)"
                let lines = run.lines.filter { $0.gpu == uuid }
                #expect(
                    lines.map(\.check) == ["inventory", "sample", "gemm_int8", "scrub", "meter"])
                #expect(lines.allSatisfy { $0.ok == true && $0.at?.count == 20 })
            }
            let last = try #require(run.lines.last)
            #expect(last.check == "summary" && last.ok == true && last.gpus == 2)
            #expect(last.checks == 10 && last.failed == 0 && last.skipped == .count(0))
        }

        @Test func `a GPU that does not answer is a fault, also beside another`() throws {
            for count in ["1", "2"] {
                let run = try CheckGPU.run(
                    ["--only", "inventory"], ["FAKE_NVML_COUNT": count], orders: "0 gone\n")
                #expect(run.code == 8)
                #expect(run.lines.contains { $0.why == "the device has fallen off the bus (15)" })
            }
        }

        @Test func `a device in MIG mode is left alone`() throws {
            let run = try CheckGPU.run([], ["FAKE_NVML_MIG": "0=2"])
            #expect(run.code == 0)
            for check in ["gemm_int8", "scrub", "meter"] {
                guard case .why? = try run.line(check).skipped else {
                    Issue.record("\(check) ran")
                    continue
                }
            }
            #expect(run.lines.last?.skipped == .count(3))
        }

        @Test func `without CUDA its checks fail and the others are made`() throws {
            let run = try CheckGPU.run(["--cuda", "/nowhere/libcuda.so.1"])
            #expect(run.code == 8 && run.lines.last?.failed == 3)
            #expect(try run.line("inventory").ok == true)
            #expect(try run.line("scrub").why?.contains("/nowhere/libcuda.so.1") == true)
        }

        @Test(arguments: [
            "cuInit", "cuDeviceGetCount", "cuDeviceGetUuid_v2", "cuCtxCreate_v2", "cuMemAlloc_v2",
            "cuMemcpyHtoD_v2", "cuMemcpyDtoH_v2", "cuModuleLoadData", "cuModuleGetFunction",
            "cuLaunchKernel", "cuCtxSynchronize",
        ])
        func `a call that fails is named, and nothing stops before its end`(
            symbol: String
        ) throws {
            let run = try CheckGPU.run(
                ["--only", "gemm_int8,scrub,meter"], ["FAKE_CUDA_FAIL": symbol])
            #expect(run.code == 8 && run.lines.last?.failed == 3)
            #expect(try run.line("gemm_int8").why?.contains(symbol) == true)
            #expect(try run.line("scrub").why?.contains(symbol) == true)
        }

        @Test(arguments: [["--only", "magic"], ["--seed", "-1"], ["--what", "else"], ["--seed"]])
        func `what it does not understand it refuses`(arguments: [String]) throws {
            #expect(try CheckGPU.run(arguments).code == 64)
        }
    }
}
