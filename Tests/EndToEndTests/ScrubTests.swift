import Crypto
import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// What lies between two tenants of a GPU; GPU, memory and driver are the doubles'.
    struct ScrubTests {
        private static let memory = ["FAKE_CUDA_MEMORY": "\(16 << 20)"]

        private static func job(_ name: String) -> JobText {
            var job = JobText(name, "sleep 1")
            job.image = Site.simulatedImage
            job.gpus = 1
            return job
        }

        /// The node's receipts, each of which its key has signed.
        private static func receipts(_ stage: Stage) throws -> [ScrubReceipt] {
            let folder = stage.folder + "/up/node"
            let key = try Curve25519.Signing.PrivateKey(
                rawRepresentation: Data(contentsOf: URL(fileURLWithPath: folder + "/receipt.key")))
            let text = try String(contentsOfFile: folder + "/scrubs", encoding: .utf8)
            return try text.split(separator: "\n").map { line in
                let parts = line.split(separator: " ").compactMap {
                    Data(base64Encoded: String($0))
                }
                guard parts.count == 2, key.publicKey.isValidSignature(parts[1], for: parts[0])
                else { throw Stage.Unexpected(description: "not a signed receipt: \(line)") }
                return try ScrubReceipt(bytes: Array(parts[0]))
            }
        }

        private static func withheld(_ site: Site) throws -> [String] {
            let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
            return (offers.data.first?.withheld ?? []).map(\.reason)
        }

        @Test func `between two jobs on one GPU stands a receipt of its scrub`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage, count: 1)
                let cuda = try await stage.double("--cuda")
                let site = try await Site.up(
                    stage, node: Site.simulated + double.options + ["--cuda", cuda],
                    with: double.environment.merging(Self.memory) { $1 })
                for name in ["first", "second"] {
                    let run = try await site.run(Self.job(name))
                    #expect(run.status == 0, "\(run)")
                }
                let leases = try [await site.show("first"), await site.show("second")].map {
                    try #require($0.taskList.first?.lease)
                }
                try await eventually("both were cleaned after") {
                    try Self.receipts(stage).count == 3 ? () : nil
                }
                let receipts = try Self.receipts(stage)
                #expect(receipts.map(\.lease) == [nil, leases[0], leases[1]])
                #expect(receipts.allSatisfy { $0.isClean && $0.evidence.method == .memory })
                #expect(receipts.map(\.scrub) == [1, 2, 3])
                #expect(receipts.allSatisfy { $0.device.text == double.uuid(1) })
            }
        }

        @Test func `a GPU that keeps what was on it goes into quarantine until its owner looks`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage, count: 1)
                let cuda = try await stage.double("--cuda")
                let good = double.environment.merging(Self.memory) { $1 }
                let options = Site.simulated + double.options + ["--cuda", cuda]
                let site = try await Site.up(
                    stage, node: options, with: good.merging(["FAKE_CUDA_FORGET": "1"]) { $1 })
                try await eventually("it is in quarantine") {
                    try Self.withheld(site) == ["quarantined_memory_dirty"] ? () : nil
                }
                let offers = try await site.ok(.renter, ["offers"])
                #expect(offers.contains("its memory did not hold what was written over it"))
                #expect(try Self.receipts(stage).map(\.fault) == [.memoryDirty])

                site.market.signal(SIGTERM)
                _ = try await site.market.end()
                try site.restart(with: good)
                try await site.ready()
                try await eventually("it still is") {
                    try Self.withheld(site) == ["quarantined_memory_dirty"] ? () : nil
                }
                site.market.signal(SIGTERM)
                _ = try await site.market.end()
                try site.restart(with: good, adding: ["--clear-quarantine", double.uuid(1)])
                try await site.ready()
                try await eventually("it is clean") { try Self.withheld(site).isEmpty ? () : nil }
                #expect(try Self.receipts(stage).map(\.isClean) == [false, true])
            }
        }

        @Test func `a node that dies in a scrub takes it along, and begins it anew`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage, count: 1)
                let cuda = try await stage.double("--cuda")
                let good = double.environment.merging(Self.memory) { $1 }
                let options = Site.simulated + double.options + ["--cuda", cuda]
                let hanging = good.merging(["FAKE_CUDA_HANG": "cuMemsetD32_v2"]) { $1 }
                let site = try await Site.up(stage, node: options, with: hanging)
                func children() -> [String] {
                    shell("pgrep -f \"scrub-device $1\"", double.uuid(1))
                        .split(separator: "\n").map(String.init)
                }
                try await eventually("it scrubs") { children().isEmpty ? nil : () }
                #expect(try Self.withheld(site) == ["scrubbing"])
                try await site.market.killNow()
                try await eventually("its child is gone") { children().isEmpty ? () : nil }
                try site.restart(with: good)
                try await site.ready()
                try await eventually("it is clean") { try Self.withheld(site).isEmpty ? () : nil }
                #expect(try Self.receipts(stage).map(\.scrub) == [2])
            }
        }
    }
}
