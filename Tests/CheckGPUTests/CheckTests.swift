import Foundation
import Testing

extension CheckGPUTests {
    /// `nvidia-smi` beside NVML.
    @Suite struct InventoryTests {
        private static let row = [
            "GPU-0fa4e000-0000-4000-8000-000000000001", "NVIDIA H100 80GB HBM3", "81559",
            "550.54.15", "00000000:01:00.0", "9.0",
        ]

        private func run(_ smi: String?) throws -> CheckGPU.Run {
            try CheckGPU.run(["--only", "inventory"], smi: smi)
        }

        @Test func `an nvidia-smi that says the same is right`() throws {
            let run = try run("echo '\(Self.row.joined(separator: ", "))'\n")
            #expect(run.code == 0)
            #expect(try run.line("inventory").smi == "compared")
        }

        @Test(arguments: [
            (1, "name"), (2, "memory.total"), (3, "driver_version"), (4, "pci.bus_id"),
            (5, "compute_cap"),
        ])
        func `a field in which nvidia-smi differs is named`(place: Int, field: String) throws {
            var row = Self.row
            row[place] += "1"
            let run = try run("echo '\(row.joined(separator: ", "))'\n")
            #expect(run.code == 8)
            let differences = try #require(try run.line("inventory").differences)
            #expect(differences.map(\.field) == [field])
            #expect(differences[0].nvml == Self.row[place] && differences[0].smi == row[place])
        }

        @Test(arguments: ["exit 9\n", "echo GPU-other, x\n", "true\n", "kill -9 $$\n"])
        func `an nvidia-smi that does not know the GPU is a fault`(smi: String) throws {
            #expect(try run(smi).code == 8)
        }

        @Test func `an nvidia-smi that is missing is said, and no fault`() throws {
            let run = try run(nil)
            #expect(run.code == 0)
            #expect(try run.line("inventory").smi?.contains("does not start") == true)
        }
    }

    @Suite struct SampleTests {
        @Test func `what a device does not tell is named`() throws {
            // The fourth one of the double tells no energy.
            let run = try CheckGPU.run(["--only", "sample"], ["FAKE_NVML_COUNT": "4"])
            #expect(run.lines.dropLast().map(\.untold) == [[], [], [], ["energy"]])
        }
    }

    @Suite struct GEMMTests {
        private func run(_ environment: [String: String] = [:]) throws -> CheckGPU.Run {
            try CheckGPU.run(["--only", "gemm_int8", "--seed", "7"], environment)
        }

        @Test func `the checksum of a result follows from the seed alone`() throws {
            let shapes = try #require(try run().line("gemm_int8").shapes)
            #expect(
                shapes.map(\.shape) == [
                    "1x1x1", "17x33x65", "64x64x64", "96x96x96", "128x128x128",
                ])
            #expect(shapes.map(\.seed) == [7, 8, 9, 10, 11])
            #expect(shapes.map(\.compared) == ["all", "all", "all", "all", "sums"])
            #expect(shapes[0].fnv1a64 == Self.checksum(rows: 1, columns: 1, depth: 1, seed: 7))
            #expect(shapes[1].fnv1a64 == Self.checksum(rows: 17, columns: 33, depth: 65, seed: 8))
        }

        /// As `docs/gpu.md` describes it, and nothing of the program's own.
        private static func checksum(rows: Int, columns: Int, depth: Int, seed: UInt64) -> String {
            let count = rows * depth + depth * columns + 16
            let stream = (1...UInt64(count)).flatMap { number -> [Int8] in
                var z = seed &+ number &* 0x9E37_79B9_7F4A_7C15
                z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
                z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
                z ^= z >> 31
                return (0..<8).map { Int8(truncatingIfNeeded: z >> ($0 * 8)) }
            }
            // Each matrix begins with a number of its own.
            let second = (rows * depth + 7) / 8 * 8
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for row in 0..<rows {
                for column in 0..<columns {
                    let sum = (0..<depth).reduce(0) { sum, step in
                        sum + Int(stream[row * depth + step])
                            * Int(stream[second + step * columns + column])
                    }
                    for byte in 0..<4 {
                        let value = UInt8(truncatingIfNeeded: sum >> (byte * 8))
                        hash = (hash ^ UInt64(value)) &* 0x100_0000_01B3
                    }
                }
            }
            return "0x" + String(hash, radix: 16)
        }

        @Test(arguments: [
            ("1", ["1x1x1", "17x33x65", "64x64x64", "96x96x96", "128x128x128"]),
            ("97", ["128x128x128"]),
        ])
        func `one wrong bit of a result fails, whichever way it is compared`(
            rows: String, wrong: [String]
        ) throws {
            let run = try run(["FAKE_CUDA_WRONG": rows])
            #expect(run.code == 8)
            let line = try run.line("gemm_int8")
            #expect(line.ok == false && line.why == "wrong: " + wrong.joined(separator: ", "))
            #expect(line.shapes?.filter { !$0.right }.map(\.shape) == wrong)
        }
    }

    @Suite struct ScrubTests {
        private func run(_ environment: [String: String]) throws -> CheckGPU.Run {
            try CheckGPU.run(["--only", "scrub"], environment)
        }

        @Test func `what a tenant left is found before and is gone after`() throws {
            let dirty = try run(["FAKE_CUDA_DIRTY": "1"])
            #expect(dirty.code == 0)
            let line = try dirty.line("scrub")
            #expect(line.patternBefore == 100 && line.patternAfter == 0 && line.notZero == 0)
            #expect(try #require(line.sampled) >= 1_000_000)
            #expect(line.seen == 1 && line.left == 0)
            #expect(try run([:]).line("scrub").patternBefore == 0)
        }

        @Test func `a word that keeps the pattern fails`() throws {
            let run = try run(["FAKE_CUDA_DIRTY": "1", "FAKE_CUDA_KEEP": "1"])
            #expect(run.code == 8)
            let line = try run.line("scrub")
            #expect(line.why == "the pattern is left")
            #expect(try #require(line.patternAfter) > 0 && #require(line.notZero) > 0)
        }

        @Test func `memory that cannot be taken again fails`() throws {
            let run = try run(["FAKE_CUDA_SHRINK": "1"])
            #expect(run.code == 8)
            #expect(try run.line("scrub").why?.contains("could not be taken again") == true)
        }

        @Test func `a context that is left fails`() throws {
            let run = try run(["FAKE_CUDA_LEAK": "1"])
            #expect(run.code == 8)
            let line = try run.line("scrub")
            #expect(line.why == "a context is left" && line.left == 1)
        }
    }

    @Suite struct MeterTests {
        private func run(_ environment: [String: String] = [:]) throws -> CheckGPU.Run {
            try CheckGPU.run(["--only", "meter"], environment)
        }

        @Test
        func
            `a program that dies of its own error is billed to its death, on a device that is well`()
            throws
        {
            let run = try run()
            #expect(run.code == 0)
            let line = try run.line("meter")
            #expect(line.error == "CUDA_ERROR_ILLEGAL_ADDRESS" && line.end == "ended:exit:70")
            #expect(line.xids == [31])
            let (billed, ran) = (try #require(line.billed), try #require(line.ran))
            #expect(billed >= 1 && Double(billed) * 1000 <= ran)
            #expect(try #require(line.late) <= 1000)
        }

        @Test func `an Xid that is about the device loses it`() throws {
            let run = try run(["FAKE_CUDA_XID": "79"])
            #expect(run.code == 8)
            #expect(try run.line("meter").why == "the device is lost: xid_79")
        }

        @Test func `a program that does not die of its error fails`() throws {
            let run = try run(["FAKE_CUDA_HARMLESS": "1"])
            #expect(run.code == 8)
            #expect(try run.line("meter").why == "the program did not die of its error")
        }
    }
}
