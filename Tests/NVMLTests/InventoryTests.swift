import Glibc
import NVML
import Testing

extension DoubleTests {
    @Suite struct InventoryTests {
        @Test func `each device is told with all that it has`() async throws {
            let inventory = try await NVMLDouble.open { library, _ in try library.inventory() }
            #expect(
                inventory
                    == NVMLInventory(
                        driverVersion: "550.54.15", nvmlVersion: "12.550.54.15",
                        cudaVersion: "12.4",
                        devices: [
                            NVMLDevice(
                                index: 0, uuid: "GPU-0fa4e000-0000-4000-8000-000000000001",
                                name: "NVIDIA H100 80GB HBM3", vramBytes: 85_520_809_984,
                                computeCapability: "9.0", pciBus: "00000000:01:00.0", minor: 0,
                                isECCEnabled: true, isMIGEnabled: false, instances: []),
                            NVMLDevice(
                                index: 1, uuid: "GPU-0fa4e000-0000-4000-8000-000000000002",
                                name: "NVIDIA GeForce RTX 4090", vramBytes: 25_757_220_864,
                                computeCapability: "8.9", pciBus: "00000000:02:00.0", minor: 1,
                                isECCEnabled: false, isMIGEnabled: nil, instances: []),
                        ], failures: []))
        }

        @Test(arguments: 0...8) func `every number of devices is told`(count: Int) async throws {
            let inventory = try await NVMLDouble.open(["FAKE_NVML_COUNT": "\(count)"]) {
                library, _ in try library.inventory()
            }
            #expect(inventory.devices.map(\.index) == Array(0..<count))
            #expect(Set(inventory.devices.map(\.uuid)).count == count)
            #expect(inventory.failures.isEmpty)
        }

        @Test func `doubles of two nodes have no UUID in common`() async throws {
            let environment = ["FAKE_NVML_NODE": "0b0b0b0b", "FAKE_NVML_COUNT": "1"]
            let uuids = try await NVMLDouble.open(environment) { library, _ in
                try library.inventory().devices.map(\.uuid)
            }
            #expect(uuids == ["GPU-0b0b0b0b-0000-4000-8000-000000000001"])
        }

        @Test func `what a device does not support is left out and nothing else`() async throws {
            let old = try await NVMLDouble.open(["FAKE_NVML_COUNT": "4"]) { library, _ in
                try (library.inventory().devices[3], library.sample()[3])
            }
            #expect(old.0.isECCEnabled == nil && old.0.isMIGEnabled == nil)
            #expect(old.0.computeCapability == "6.1")
            #expect(old.1.energyMillijoules == nil && old.1.powerMilliwatts == 9_800)
            #expect(old.1.failure == nil)
        }

        @Test func `the instances of a device in MIG mode are told`() async throws {
            let environment = ["FAKE_NVML_COUNT": "3", "FAKE_NVML_MIG": "0=2,2=7"]
            let devices = try await NVMLDouble.open(environment) { library, _ in
                try library.inventory().devices
            }
            #expect(devices.map(\.isMIGEnabled) == [true, nil, true])
            #expect(devices.map(\.instances.count) == [2, 0, 7])
            #expect(
                devices[0].instances.first
                    == NVMLInstance(
                        uuid: "MIG-0fa4e000-0002-4000-8000-000000000001",
                        name: "NVIDIA H100 80GB HBM3 MIG 1g.10gb", vramBytes: 10_690_101_248,
                        gpuInstance: 8, computeInstance: 0))
            let uuids = devices.flatMap { [$0.uuid] + $0.instances.map(\.uuid) }
            #expect(Set(uuids).count == 12)
        }

        @Test func `devices are asked for anew each time`() async throws {
            let counts = try await NVMLDouble.open(["FAKE_NVML_COUNT": "1"]) { library, _ in
                let before = try library.inventory().devices.count
                setenv("FAKE_NVML_COUNT", "5", 1)
                return [before, try library.inventory().devices.count, library.sample().count]
            }
            #expect(counts == [1, 5, 5])
        }

        @Test func `a device that is gone is named, and the others are told`() async throws {
            let inventory = try await NVMLDouble.open { library, orders in
                try orders.give("0 gone")
                return try library.inventory()
            }
            #expect(inventory.devices.map(\.index) == [1])
            #expect(
                inventory.failures == [
                    NVMLFailure(
                        call: "nvmlDeviceGetHandleByIndex_v2(0)", code: 15,
                        text: "the device has fallen off the bus")
                ])
        }
    }
}
