import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// From the driver's library to `orban top` and to the owner's Prometheus; the library is the
    /// double.
    struct TelemetryTests {
        private static func metrics(_ port: Int) throws -> String {
            let connection = try Connection(toLoopback: port)
            try connection.send(
                Array("GET /metrics HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n".utf8))
            return String(decoding: try connection.receiveAll(), as: UTF8.self)
        }

        private static func top(_ site: Site, _ words: [String] = []) async throws -> MetricsDTO {
            try WireJSON.decode(
                MetricsDTO.self,
                from: Array(
                    try await site.ok(.renter, ["top", "job", "-1", "-o", "json"] + words).utf8))
        }

        private static func job(_ script: String) -> JobText {
            var job = JobText("job", script)
            job.image = Site.simulatedImage
            job.gpus = 1
            return job
        }

        @Test
        func `a job's GPU shows in top, in node show and on the node's page of metrics`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let port = try freePort()
                let options = double.options + ["--metrics", "127.0.0.1:\(port)"]
                let site = try await Site.up(
                    stage, node: Site.simulated + options, with: double.environment)
                try await site.submit(Self.job("sleep 60"))
                let running = try await site.running()
                let device = try #require(running.taskList.first?.devices?.first)
                try double.set("\(device) util 87", "\(device) temp 71", "\(device) throttle 4")
                let metrics = try await eventually("top shows it", within: .seconds(20)) {
                    let metrics = try await Self.top(site)
                    let gpu = metrics.series.first?.devices.first
                    let cpu = metrics.series.first?.milliCPU.mean.last ?? nil
                    return gpu?.utilisationPercent.mean.last == 87 && cpu != nil ? metrics : nil
                }
                let gpu = try #require(metrics.series.first?.devices.first)
                #expect(gpu.device.id == device && gpu.temperature.mean.last == 71)
                #expect(gpu.throttle.last??.words == ["power_cap"] && metrics.stepS == 1)
                #expect(metrics.series.first?.milliCPU.mean.last == 1000)

                let page = try Self.metrics(port)
                #expect(page.hasPrefix("HTTP/1.1 200"))
                let line = page.split(separator: "\n").first {
                    $0.hasPrefix("DCGM_FI_DEV_GPU_UTIL{") && $0.contains(#"UUID="\#(device)""#)
                }
                #expect(
                    line?.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix(" 87") == true,
                    "\(page)")
                #expect(page.contains(#"orban_node_leases{phase="running"} 1"#))
                let job = running.id.text
                #expect(!page.contains(job) && !page.contains("token"))

                let table = try await site.ok(.renter, ["top"])
                #expect(table.contains("87 %") && table.contains("power cap"))
                let nodes: ListDTO<NodeDTO> = try site.api(.provider).get("/v1/nodes")
                let node = try #require(nodes.data.first?.id)
                let shown = try await site.ok(.provider, ["node", "show", node.text])
                #expect(shown.contains(device.text) && shown.contains("87 %"))
                #expect(shown.contains("leased") && !shown.contains(job))
            }
        }

        @Test func `what a job used is there when it is over, to its last second`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Site.up(
                    stage, node: Site.simulated + double.options, with: double.environment)
                try await site.submit(Self.job("sleep 8"))
                try await site.over()
                let metrics = try await Self.top(site, ["--since", "5m"])
                let series = try #require(metrics.series.first)
                // A sample a second; the first and the last may fall outside.
                #expect((6...9).contains(series.at.count), "\(series.at)")
                #expect(series.meteredS == 8 && series.dropped == 0)
                #expect(metrics.state == .finished)
                let table = try await site.ok(.renter, ["top", "job"])
                #expect(table.contains("✓ finished") && table.contains("NVIDIA"))
            }
        }

        @Test(needsContainers)
        func `a container's CPU and memory are those of its control group`() async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                var job = JobText("job", "while :; do :; done")
                job.maxDuration = "12s"
                try await site.submit(job)
                try await site.over(within: .seconds(90))
                let series = try #require(
                    try await Self.top(site, ["--since", "5m"]).series.first)
                let cpu = series.milliCPU.mean.compactMap(\.self)
                // A quarter of a CPU is what its quota gives; a second may see a little more.
                #expect(cpu.max().map { (150...400).contains($0) } == true, "\(cpu)")
                let memory = series.memoryBytes.mean.compactMap(\.self).max() ?? 0
                #expect(memory > 100_000 && memory <= series.memoryLimitBytes, "\(memory)")
                #expect(series.devices.isEmpty && series.at.count > 6)
            }
        }

        @Test
        func `samples of a time without a market come when it is back, and no stream repeats them`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Site.serving(stage, isSimulated: true)
                let node = try await JoinedNode(
                    "alpha", at: site, options: Site.simulated + double.options,
                    with: double.environment.merging(["ORBAN_LOG": "debug"]) { $1 })
                var job = Self.job("sleep 60")
                job.fence = "5m"
                try await site.submit(job)
                try await site.running()
                try await eventually(
                    "samples came", within: .seconds(20),
                    holds: { try await Self.top(site).series.first?.at.count ?? 0 > 2 })
                let clock = ContinuousClock()
                let away = clock.now
                site.market.signal(SIGKILL)
                _ = try await site.market.end(within: .seconds(10))
                try await eventually(
                    "it was away for a while", within: .seconds(20),
                    holds: { clock.now - away > .seconds(7) })
                try site.restart()
                try await site.ready()
                try await eventually(
                    "the gap is filled", within: .seconds(40),
                    holds: {
                        guard let at = try await Self.top(site).series.first?.at,
                            let first = at.first, let last = at.last
                        else { return false }
                        let seconds = last.timestamp.millisecondsSince(first.timestamp) / 1000 + 1
                        return seconds > 15 && Int64(at.count) >= seconds - 2
                    })
                // The log at its finest tells of the services, and nothing that opens a door.
                #expect(node.program.err.contains("Starting service"))
                #expect(!node.program.err.contains("PRIVATE KEY"))
            }
        }
    }
}
