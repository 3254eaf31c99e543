import NVML
import Testing

extension DoubleTests {
    @Suite struct EventTests {
        @Test func `an Xid is told once, by the device that had it`() async throws {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                try orders.give("1 xid 79")
                #expect(library.sample().map(\.xids) == [[], [79]])
                #expect(library.sample().map(\.xids) == [[], []])
                try orders.give("1 xid 79", "0 xid 31", "1 xid 48", "1 xid 63")
                #expect(library.sample().map(\.xids) == [[31], [48, 63]])
                try orders.give()
                #expect(library.sample().map(\.xids) == [[], []])
                try orders.give("1 xid 79")
                #expect(library.sample().map(\.xids) == [[], [79]])
            }
        }

        @Test func `an Xid before an inventory is told after it`() async throws {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                try orders.give("0 xid 95")
                _ = try library.inventory()
                #expect(library.sample().map(\.xids) == [[95], []])
            }
        }

        @Test func `a device that falls off the bus still says by which Xid`() async throws {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                try orders.give("0 xid 79", "0 gone", "1 xid 31")
                let samples = library.sample()
                #expect(samples.map(\.xids) == [[79], [31]])
                #expect(samples.map { $0.failure?.isLost } == [true, nil])
            }
        }

        @Test(arguments: ["gone", "xid 79"])
        func `a glance tells that a device is lost, of those asked for alone`(
            order: String
        ) async throws {
            try await NVMLDouble.open { library, orders in
                let uuids = try library.inventory().devices.map(\.uuid)
                #expect(!library.isAnyLost(of: Set(uuids)))
                try orders.give("1 \(order)")
                #expect(!library.isAnyLost(of: []) && !library.isAnyLost(of: [uuids[0]]))
                #expect(library.isAnyLost(of: [uuids[1]]))
            }
        }

        @Test(arguments: ["silent", "xid 31", "process 812 500000"])
        func `a device that is silent, or whose program failed, is not lost at a glance`(
            order: String
        ) async throws {
            try await NVMLDouble.open { library, orders in
                let uuids = try library.inventory().devices.map(\.uuid)
                try orders.give("0 \(order)")
                #expect(!library.isAnyLost(of: Set(uuids)))
            }
        }

        @Test func `a glance takes no Xid from the next sample`() async throws {
            try await NVMLDouble.open { library, orders in
                let uuids = Set(try library.inventory().devices.map(\.uuid))
                try orders.give("0 xid 31", "1 xid 79")
                #expect(library.isAnyLost(of: uuids))
                _ = try library.inventory()
                try orders.give("0 xid 31", "0 xid 48", "1 xid 79")
                #expect(library.isAnyLost(of: uuids))
                #expect(library.sample().map(\.xids) == [[31, 48], [79]])
                #expect(library.sample().map(\.xids) == [[], []])
                #expect(!library.isAnyLost(of: uuids))
            }
        }

        @Test func `a device that comes back is watched again`() async throws {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                try orders.give("0 gone")
                #expect(try library.inventory().devices.count == 1)
                try orders.give()
                #expect(try library.inventory().devices.count == 2)
                try orders.give("0 xid 13")
                #expect(library.sample().map(\.xids) == [[13], []])
            }
        }

        @Test func `event sets are given back`() async throws {
            try await NVMLDouble.open { library, orders in
                for round in 1...100 {
                    try orders.give("\(round % 2) gone")
                    _ = try library.inventory()
                    try orders.give()
                    #expect(try library.inventory().devices.count == 2)
                    try orders.give("0 xid \(round)")
                    #expect(library.sample()[0].xids == [round])
                }
            }
        }
    }
}
