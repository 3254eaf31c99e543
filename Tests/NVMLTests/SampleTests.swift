import Foundation
import NVML
import Synchronization
import Testing

extension DoubleTests {
    @Suite struct SampleTests {
        /// The samples under these orders, which are given after the inventory.
        private func samples(_ lines: String...) async throws -> [NVMLSample] {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                try Data(lines.map { $0 + "\n" }.joined().utf8)
                    .write(to: URL(fileURLWithPath: orders.path))
                return library.sample()
            }
        }

        private let second = "GPU-0fa4e000-0000-4000-8000-000000000002"

        @Test func `an idle device is sampled with all that it tells`() async throws {
            let idle = try await samples()
            #expect(idle.count == 2)
            #expect(
                idle.last
                    == NVMLSample(
                        uuid: second, failure: nil, xids: [], utilisation: 0, memoryUtilisation: 0,
                        memoryUsedBytes: 4_194_304, memoryFreeBytes: 25_292_701_696,
                        temperature: 41, powerMilliwatts: 21_750,
                        energyMillijoules: 987_654_321, smClockMHz: 210, memoryClockMHz: 405,
                        throttleReasons: 1, processes: []))
        }

        @Test func `nothing is sampled before the first inventory`() async throws {
            #expect(try await NVMLDouble.open { library, _ in library.sample() }.isEmpty)
        }

        @Test func `a busy device shows it, and its neighbour does not`() async throws {
            let busy = try await samples(
                "1 temp 83", "1 util 97", "1 throttle 0x60", "\(second) used 1000000",
                "1 process 812 500000", "1 process 77 20", "1 graphics 812 500000",
                "1 graphics 90 7")
            #expect(
                busy[1]
                    == NVMLSample(
                        uuid: second, failure: nil, xids: [], utilisation: 97,
                        memoryUtilisation: 48, memoryUsedBytes: 2_000_027,
                        memoryFreeBytes: 25_294_895_973, temperature: 83,
                        powerMilliwatts: 21_750, energyMillijoules: 987_654_321, smClockMHz: 210,
                        memoryClockMHz: 405, throttleReasons: 0x60,
                        processes: [
                            NVMLProcess(pid: 77, usedBytes: 20),
                            NVMLProcess(pid: 90, usedBytes: 7),
                            NVMLProcess(pid: 812, usedBytes: 500_000),
                        ]))
            #expect(busy[0] == (try await samples())[0])
        }

        @Test func `more processes than expected are all told`() async throws {
            let lines = (1...100).map { "0 process \($0) 1" }.joined(separator: "\n")
            let processes = try await samples(lines)[0].processes
            #expect(processes?.map(\.pid) == Array(1...100))
        }

        @Test(arguments: [("gone", 15, true), ("silent", 10, false)] as [(String, Int32, Bool)])
        func `a device that does not answer says why, and the others work on`(
            order: String, code: Int32, isLost: Bool
        ) async throws {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                let before = library.sample()
                try orders.give("0 \(order)")
                let during = library.sample()
                #expect(during[0].failure?.code == code)
                #expect(during[0].failure?.isLost == isLost)
                #expect(during[0].failure?.call == "nvmlDeviceGetMemoryInfo(0)")
                #expect(during[0].temperature == nil && during[0].processes == nil)
                #expect(during[1] == before[1])
                try orders.give()
                #expect(library.sample() == before)
            }
        }

        @Test func `a device that hangs holds the call until it answers`() async throws {
            try await NVMLDouble.open { library, orders in
                _ = try library.inventory()
                try orders.give("1 hang")
                let answer = Answer()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await onThread {
                            let samples = library.sample()
                            answer.samples.withLock { $0 = samples }
                        }
                    }
                    try await until { orders.isHanging }
                    #expect(answer.samples.withLock { $0 == nil })
                    try orders.give("1 temp 60")
                    try await group.next()
                }
                #expect(answer.samples.withLock { $0 }?.map(\.temperature) == [34, 60])
                #expect(!orders.isHanging)
            }
        }

        @Test func `samples of several threads at once are whole`() async throws {
            try await NVMLDouble.open(["FAKE_NVML_COUNT": "8"]) { library, _ in
                _ = try library.inventory()
                let one = library.sample()
                let all = await withTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            await onThread { (0..<50).count { _ in library.sample() == one } }
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(all == 200)
            }
        }
    }
}

/// What a call on another thread returned, or nil as long as it has not.
private final class Answer: Sendable {
    let samples = Mutex<[NVMLSample]?>(nil)
}

/// Runs what blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: body()) }.start()
    }
}

/// Waits for what another thread does, looked at often.
func until(_ condition: () -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(30)
    while !condition() {
        try #require(clock.now < end, "not within 30 s")
        try await clock.sleep(for: .milliseconds(2))
    }
}
