import Foundation
import NVML
import Testing

extension DoubleTests {
    /// NVIDIA's own bindings and ours read the same library.
    @Suite struct CrossReadingTests {
        static let machines: [([String: String], [String])] = [
            ([:], []),
            (["FAKE_NVML_COUNT": "0"], []),
            (["FAKE_NVML_COUNT": "8", "FAKE_NVML_NODE": "c0ffee01"], ["3 util 100", "3 temp 0"]),
            (
                ["FAKE_NVML_COUNT": "7", "FAKE_NVML_MIG": "0=1,2=3,6=7"],
                ["1 process 5 6", "4 process 2147483647 7", "4 graphics 9 0", "5 used 0"]
            ),
            ([:], ["0 throttle ffffffffffff", "1 used 25000000000", "1 util 1", "1 graphics 3 4"]),
        ]

        @Test(arguments: machines)
        func `NVIDIA's bindings read the same in every field`(
            environment: [String: String], lines: [String]
        ) async throws {
            let path = try NVMLDouble.whole.get()
            let ours = try await NVMLDouble.open(environment) { library, orders in
                try orders.give(lines.joined(separator: "\n"))
                let inventory = try library.inventory()
                let reading = Reading(inventory: inventory, samples: library.sample())
                return (reading, try theirs(path, orders, environment))
            }
            #expect(ours.0 == ours.1)
        }

        private func theirs(
            _ path: String, _ orders: Orders, _ environment: [String: String]
        ) throws -> Reading {
            let run = try NVMLDouble.run(
                try NVMLDouble.python(), [NVMLDouble.folder.path + "/Tests/Doubles/nvml/read.py"],
                environment: environment.merging([
                    "LD_LIBRARY_PATH": (path as NSString).deletingLastPathComponent,
                    "FAKE_NVML_STATE": orders.path,
                ]) { $1 })
            try #require(run.code == 0, "\(run.output)")
            return try JSONDecoder().decode(Reading.self, from: Data(run.output.utf8))
        }
    }

    /// The comparison of our declarations with NVIDIA's finds what differs.
    @Suite struct DeclarationTests {
        @Test(arguments: [
            (
                "unsigned long long free;\n    unsigned long long used;\n} orban_nvml_memory;",
                "unsigned long long used;\n    unsigned long long free;\n} orban_nvml_memory;"
            ),
            ("unsigned int pid;", "unsigned long long pid;"),
            ("char bus_id[32];", "char bus_id[31];"),
            ("GPU_IS_LOST 15", "GPU_IS_LOST 16"),
            ("MEMORY_V2 0x02000028u", "MEMORY_V2 0x01000028u"),
            (
                "(*orban_nvml_device_long)(orban_nvml_device, unsigned long long *",
                "(*orban_nvml_device_long)(orban_nvml_device, unsigned int *"
            ),
            ("(*orban_nvml_find)(unsigned int index,", "(*orban_nvml_find)(unsigned int *index,"),
        ])
        func `a declaration that differs from NVIDIA's does not compile`(
            right: String, wrong: String
        ) throws {
            let copy = FileManager.default.temporaryDirectory
                .appending(path: "orban-nvml-\(getpid())-declarations")
            defer { try? FileManager.default.removeItem(at: copy) }
            for part in ["script/double", "Tests/Doubles/nvml", "Sources/CNVML"] {
                let place = copy.appending(path: part)
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: NVMLDouble.folder.appending(path: part), to: place)
            }
            let header = copy.appending(path: "Sources/CNVML/include/cnvml.h")
            let text = try String(contentsOf: header, encoding: .utf8)
            try #require(text.contains(right))
            try text.replacing(right, with: wrong)
                .write(to: header, atomically: true, encoding: .utf8)
            let run = try NVMLDouble.run(copy.path + "/script/double", [])
            #expect(run.code == 1)
            #expect(run.output.contains("our declarations differ from NVIDIA's"))
        }
    }
}
