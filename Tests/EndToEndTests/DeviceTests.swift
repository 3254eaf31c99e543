import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// GPUs from the driver's library to the bill; the library is the double.
    struct DeviceTests {
        private static func up(
            _ stage: Stage, _ double: GPUDouble, _ node: [String] = Site.simulated
        ) async throws -> Site {
            try await Site.up(stage, node: node + double.options, with: double.environment)
        }

        private static func job(_ name: String, _ script: String, gpus: Int = 1) -> JobText {
            var job = JobText(name, script)
            job.image = Site.simulatedImage
            job.gpus = gpus
            return job
        }

        private static func offer(_ site: Site) throws -> OfferDTO? {
            let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
            return offers.data.first
        }

        @Test func `two GPUs are offered, and each is leased to one job at a time`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Self.up(stage, double)
                try await eventually("both are offered") {
                    try await site.ok(.renter, ["offers"]).contains(
                        "2/2× NVIDIA H100 80GB HBM3 (9.0) + NVIDIA GeForce RTX 4090 (8.9)")
                        ? () : nil
                }
                var first = Self.job("first", "sleep 60")
                var second = Self.job("second", "sleep 60")
                (first.cpu, second.cpu) = ("0.1", "0.1")
                try await site.submit(first)
                try await site.submit(second)
                let jobs = [try await site.running("first"), try await site.running("second")]
                let devices = jobs.compactMap { $0.taskList.first?.devices }
                #expect(
                    Set(devices.map { $0.map(\.text) }) == [[double.uuid(1)], [double.uuid(2)]])
                let third = try await site.run(
                    .renter, ["plan", try site.write(Self.job("third", "true"))])
                #expect(third.out.contains("0 of 1") || third.err.contains("0 of 1"), "\(third)")
            }
        }

        private static func offered(_ count: Int, _ site: Site) async throws {
            try await eventually("\(count) are offered") {
                try Self.offer(site)?.devices.count == count ? () : nil
            }
        }

        struct Fault: Sendable, CustomTestStringConvertible {
            let line: String
            let code: String
            var testDescription: String { line }
        }

        @Test(arguments: [
            Fault(line: "gone", code: "device:gone"), Fault(line: "xid 79", code: "device:xid_79"),
            Fault(line: "hang", code: "device:silent"),
        ])
        func `a GPU that fails in mid-run stops the meter within a second and ends its lease`(
            _ fault: Fault
        ) async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Self.up(stage, double)
                let clock = ContinuousClock()
                let before = clock.now
                try await site.submit(Self.job("job", "sleep 60"))
                let running = try await site.running()
                let after = clock.now
                let device = try #require(running.taskList.first?.devices?.first?.text)
                try await eventually("it has run for some seconds") {
                    clock.now - after > .seconds(3.5)
                }
                try double.set("\(device) \(fault.line)")
                let (least, most) = (clock.now - after, clock.now - before)
                let over = try await site.over()
                #expect(over.taskList.first?.endedBy == fault.code)
                #expect(over.exitCode == 137)
                let billed = Duration.seconds(over.billedSeconds)
                // A second between two answers of the device, and the part of a whole second.
                #expect(
                    billed <= most && billed > least - .seconds(2),
                    "\(billed), pulled after \(least) to \(most)")
                try await site.checkBill()
                let offer = try #require(try Self.offer(site))
                #expect(offer.withheld.contains { $0.device.id.text == device })
                #expect(fault.line == "hang" || offer.devices.count == 1)
            }
        }

        @Test func `a GPU that comes back is offered again`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Self.up(stage, double)
                try await Self.offered(2, site)
                try double.set("\(double.uuid(2)) process 1 1000")
                let busy = try await eventually("one is withheld") {
                    let offer = try Self.offer(site)
                    return offer?.withheld.isEmpty == false ? offer : nil
                }
                #expect(busy.withheld.map(\.reason) == ["in_use"])
                #expect(busy.devices.map(\.id.text) == [double.uuid(1)])
                try double.set()
                try await Self.offered(2, site)
            }
        }

        @Test
        func `a library that tells of no GPU is a usage error, and none is asked for by name`()
            async throws
        {
            try await Stage.run { stage in
                let wrong = try await stage.run(
                    ["up", "--state-dir", stage.folder + "/up", "--nvml", "/dev/null"])
                #expect(wrong.status == 2 && wrong.err.contains("--nvml"), "\(wrong)")
            }
        }

        // MARK: Containers

        @Test(needsContainers)
        func `a container gets the very GPU of its lease and no other, or does not start`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let nodes = [try TestCDI.node(stage, 1), try TestCDI.node(stage, 2)]
                try TestCDI.specify(
                    stage,
                    [
                        .init(uuid: double.uuid(1), node: nodes[0]),
                        .init(uuid: double.uuid(2), node: nodes[1]),
                    ])
                let site = try await Self.up(stage, double, Site.nodeOptions)
                var job = JobText("job", "ls -d /dev/orban*; echo $GIVEN $ORBAN_DEVICES")
                job.gpus = 1
                let run = try await site.run(job)
                #expect(run.status == 0, "\(run)")
                let device = try #require(try await site.show().taskList.first?.devices?.first)
                let node = nodes[device.text == double.uuid(1) ? 0 : 1]
                #expect(try await site.output() == "\(node)\n\(device) \(device)\n")
                try await site.checkBill()
            }
        }

        @Test(needsContainers)
        func `a GPU that no specification names rightly is withheld`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                // The first is said to be the second.
                try TestCDI.specify(
                    stage,
                    [
                        .init(uuid: double.uuid(1), node: "/dev/nvidia1"),
                        .init(uuid: double.uuid(2), node: "/dev/nvidia1"),
                    ])
                let site = try await Self.up(stage, double, Site.nodeOptions)
                let offer = try await eventually("one is offered") {
                    let offer = try Self.offer(site)
                    return offer?.devices.isEmpty == false ? offer : nil
                }
                #expect(offer.withheld.map(\.reason) == ["bad_cdi"])
                #expect(offer.devices.map(\.id.text) == [double.uuid(2)])
            }
        }
    }
}
