import NVML
import Testing

extension DoubleTests {
    @Suite struct DriverTests {
        @Test func `a reloaded driver loses every device until the next inventory`() async throws {
            try await NVMLDouble.open { library, orders in
                let before = try (library.inventory(), library.sample())
                try orders.give("driver reloaded")
                let lost = library.sample()
                #expect(lost.map(\.uuid) == before.1.map(\.uuid))
                #expect(lost.allSatisfy { $0.failure?.isLost == true && $0.failure?.code == 1 })
                #expect(try library.inventory() == before.0)
                #expect(library.sample() == before.1)
                try orders.give("driver reloaded", "0 xid 8")
                #expect(library.sample().map(\.xids) == [[8], []])
            }
        }

        @Test func `an inventory alone notices that the driver was reloaded`() async throws {
            try await NVMLDouble.open { library, orders in
                let before = try library.inventory()
                try orders.give("driver reloaded")
                #expect(try library.inventory() == before)
            }
        }

        @Test func `a reload that only the devices show is noticed, too`() async throws {
            try await NVMLDouble.open(["FAKE_NVML_HOSTILE": "cached"]) { library, orders in
                let before = try library.inventory()
                try orders.give("driver reloaded")
                #expect(library.sample().allSatisfy { $0.failure?.code == 1 })
                #expect(try library.inventory() == before)
                try orders.give()
                try #require(library.sample().allSatisfy { $0.failure == nil })
                try orders.give("driver reloaded")
                let blind = try library.inventory()
                #expect(blind.devices.isEmpty && blind.failures.map(\.code) == [1, 1])
                #expect(try library.inventory() == before)
            }
        }

        @Test func `while the driver is gone all is lost, and then it is back`() async throws {
            try await NVMLDouble.open { library, orders in
                let before = try (library.inventory(), library.sample())
                try orders.give("driver gone")
                #expect(library.sample().map { $0.failure?.code } == [9, 9])
                for _ in 0..<3 {
                    let failure = try #require(throws: NVMLFailure.self) {
                        try library.inventory()
                    }
                    #expect(failure.isLost)
                    #expect(failure.call == "nvmlInit_v2")
                    #expect(library.sample().allSatisfy { $0.failure?.isLost == true })
                }
                try orders.give()
                #expect(library.sample().count == 2)
                #expect(try library.inventory() == before.0)
                #expect(library.sample() == before.1)
            }
        }

        @Test func `without a driver the library does not open and says so`() async throws {
            try await NVMLDouble.surrounded(by: [:]) { orders in
                try orders.give("driver gone")
                let path = try NVMLDouble.whole.get()
                let none = try #require(throws: NVMLUnavailable.self) {
                    try NVMLLibrary.open(path)
                }
                #expect(none.cause == .initFailed(9, "the driver is not loaded"))
                try orders.give()
                #expect(try NVMLLibrary.open(path).inventory().devices.count == 2)
            }
        }
    }
}
