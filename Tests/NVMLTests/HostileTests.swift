import Glibc
import NVML
import Testing

extension DoubleTests {
    /// A library that lies: nothing traps, nothing grows, and what cannot be is not passed on.
    @Suite struct HostileTests {
        private func reading(
            _ lie: String, _ more: [String: String] = [:], _ lines: String...
        ) async throws -> Reading {
            let environment = more.merging(["FAKE_NVML_HOSTILE": lie]) { $1 }
            return try await NVMLDouble.open(environment) { library, orders in
                try orders.give(lines.joined(separator: "\n"))
                let inventory = try library.inventory()
                return Reading(inventory: inventory, samples: library.sample())
            }
        }

        @Test func `texts without an end and without meaning are cut and replaced`() async throws {
            let said = try await reading("strings")
            let device = try #require(said.inventory.devices.first)
            #expect(device.name == String(repeating: "\u{FFFD}", count: 96))
            #expect(device.uuid.unicodeScalars.count == 96)
            #expect(device.pciBus?.unicodeScalars.count == 32)
            #expect(said.inventory.driverVersion.unicodeScalars.count == 80)
            #expect(said.samples.count == 1)
        }

        @Test func `a device without a UUID is none`() async throws {
            let said = try await reading("empty")
            #expect(said.inventory.devices.isEmpty)
            #expect(said.inventory.failures.map(\.call) == ["UUID(0)", "UUID(1)"].map(getter))
            #expect(said.inventory.driverVersion.isEmpty && said.inventory.nvmlVersion == nil)
        }

        @Test func `of two devices with one UUID the second is left out`() async throws {
            let said = try await reading("twins", ["FAKE_NVML_COUNT": "3"])
            #expect(said.inventory.devices.map(\.index) == [0])
            #expect(said.inventory.failures.map(\.call) == ["UUID(1)", "UUID(2)"].map(getter))
            #expect(said.inventory.failures.allSatisfy { $0.code == 999 && !$0.isLost })
        }

        @Test func `instances of two devices with one UUID are told once`() async throws {
            let said = try await reading(
                "twins", ["FAKE_NVML_COUNT": "3", "FAKE_NVML_MIG": "0=2,2=2"])
            #expect(said.inventory.devices.map(\.instances.count) == [2])
        }

        @Test func `numbers that cannot be are left out`() async throws {
            let said = try await reading("numbers")
            #expect(said.inventory.devices.isEmpty)
            #expect(said.inventory.cudaVersion == nil)
            #expect(
                said.inventory.failures.map(\.call)
                    == ["MemoryInfo(0)", "MemoryInfo(1)"].map(getter))
        }

        @Test func `a device whose numbers become absurd fails, and is asked on`() async throws {
            try await NVMLDouble.open { library, _ in
                _ = try library.inventory()
                setenv("FAKE_NVML_HOSTILE", "numbers", 1)
                defer { unsetenv("FAKE_NVML_HOSTILE") }
                #expect(library.sample().map { $0.failure?.code } == [999, 999])
            }
        }

        @Test func `counts beyond all measure are capped`() async throws {
            let said = try await reading(
                "counts", ["FAKE_NVML_MIG": "0=7"], "1 process 5 6", "1 graphics 7 8")
            #expect(said.inventory.devices.count == 2)
            #expect(said.inventory.failures.count == 63)
            #expect(said.inventory.failures.first?.text == "4294967295 devices")
            #expect(said.inventory.devices[0].instances.count == 7)
            #expect(said.samples.allSatisfy { ($0.processes?.count ?? 0) <= 128 })
        }

        @Test func `lists and events without end are given up`() async throws {
            try await NVMLDouble.open(["FAKE_NVML_HOSTILE": "endless"]) { library, orders in
                _ = try library.inventory()
                try orders.give("0 xid 43", "0 process 1 2")
                let samples = library.sample()
                #expect(samples.allSatisfy { $0.processes == nil && $0.failure == nil })
                #expect(samples[0].xids == Array(repeating: 43, count: 64))
            }
        }

        @Test func `an answer of no known meaning is a failure with that code`() async throws {
            let said = try await reading("codes")
            #expect(said.inventory.devices.isEmpty)
            #expect(said.inventory.failures.map(\.code) == [-7, -7])
            #expect(
                said.inventory.failures.map(\.text)
                    == Array(repeating: "unknown answer -7", count: 2))
        }

        private func getter(_ name: String) -> String { "nvmlDeviceGet\(name)" }
    }
}
