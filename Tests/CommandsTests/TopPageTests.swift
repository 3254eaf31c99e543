import Domain
import Foundation
import Testing
import Wire

@testable import Commands

/// `orban top` and `orban node show` of a fixed series, to the letter.
@Suite struct TopPageTests {
    private static let start = TimeDTO("2026-11-26T08:00:00Z")!.timestamp
    private static let gpu = DeviceDTO(
        id: DeviceID("GPU-1")!, model: "NVIDIA H100", vramBytes: 80_000_000_000)

    private static func at(_ count: Int, every seconds: Int64 = 1) -> [TimeDTO] {
        (0..<count).map { TimeDTO(start.advanced(seconds: Int64($0) * seconds)) }
    }

    private static func columns(_ count: Int, device: DeviceDTO = gpu) -> DeviceColumnsDTO {
        let rising = (0..<count).map { Int64($0) }
        return DeviceColumnsDTO(
            device: device, utilisationPercent: ColumnDTO(mean: rising.map { $0 * 4 }),
            memoryUsedBytes: ColumnDTO(mean: rising.map { _ in 21_400_000_000 }),
            powerMilliwatts: ColumnDTO(mean: rising.map { 100_000 + $0 * 10_000 }),
            temperature: ColumnDTO(mean: rising.map { 40 + $0 }),
            smClockMHz: ColumnDTO(mean: rising.map { _ in 1980 }),
            throttle: rising.map { _ in ThrottleReasons(words: ["idle", "power_cap"]) })
    }

    private static func metrics(
        state: JobState = .running, tasks: [Int] = [1, 2], devices: Int = 1, dropped: Int64 = 0
    ) -> MetricsDTO {
        let series = tasks.map { task in
            LeaseSeriesDTO(
                task: task, attempt: 1, lease: LeaseID("lse_\(task)")!, node: NodeID("nod_1")!,
                meteredS: 24, charge: MoneyDTO(try! Money(micro: 8230)), milliCPULimit: 2000,
                memoryLimitBytes: 512_000_000, dropped: dropped, at: at(24),
                milliCPU: ColumnDTO(mean: (0..<24).map { $0 < 12 ? 0 : 2000 }),
                memoryBytes: ColumnDTO(mean: [Int64?](repeating: 256_000_000, count: 24)),
                devices: [DeviceColumnsDTO](repeating: columns(24), count: devices))
        }
        return MetricsDTO(
            job: JobID("job_1")!, name: "qwen", state: state, from: TimeDTO(start),
            to: TimeDTO(start.advanced(seconds: 24)), stepS: 1, series: series, hasMore: false)
    }

    private static func lines(_ metrics: MetricsDTO, _ language: Language) -> [String] {
        TopPage(board: TopBoard(metrics, span: nil), language: language).lines
    }

    @Test func `a job on GPUs is a row for each task and for each GPU, in English`() {
        #expect(
            Self.lines(Self.metrics(), .english) == [
                "qwen  job_1  ✓ running",
                "TASK  SECONDS       CHARGE  CPU           MEMORY",
                "   1       24  0.00823 USD  ▁▁▁▁████ 2/2  ▅▅▅▅▅▅▅▅ 256/512 MB",
                "   2       24  0.00823 USD  ▁▁▁▁████ 2/2  ▅▅▅▅▅▅▅▅ 256/512 MB",
                "TASK  GPU          UTIL           VRAM                   TEMP            POWER"
                    + "           CLOCK",
                "   1  NVIDIA H100  ▁▂▃▄▅▅▆▇ 92 %  ▃▃▃▃▃▃▃▃ 21.4/80.0 GB  ▄▄▄▅▅▅▅▅ 63 °C  ▃▄▅▅▆▇▇█ 330 W"
                    + "  1980 MHz ! power cap",
                "   2  NVIDIA H100  ▁▂▃▄▅▅▆▇ 92 %  ▃▃▃▃▃▃▃▃ 21.4/80.0 GB  ▄▄▄▅▅▅▅▅ 63 °C  ▃▄▅▅▆▇▇█ 330 W"
                    + "  1980 MHz ! power cap",
            ])
    }

    @Test func `a second GPU is a row of its own, in Chinese`() {
        #expect(
            Self.lines(Self.metrics(tasks: [7], devices: 2), .traditionalChinese) == [
                "qwen  job_1  ✓ 執行中",
                "子工作  秒數         費用  CPU           記憶體",
                "     7    24  0.00823 USD  ▁▁▁▁████ 2/2  ▅▅▅▅▅▅▅▅ 256/512 MB",
                "子工作  GPU          使用率         顯示記憶體             溫度            功率"
                    + "            時脈",
                "     7  NVIDIA H100  ▁▂▃▄▅▅▆▇ 92 %  ▃▃▃▃▃▃▃▃ 21.4/80.0 GB  ▄▄▄▅▅▅▅▅ 63 °C  ▃▄▅▅▆▇▇█ 330 W"
                    + "  1980 MHz ! 功率上限",
                "     7  NVIDIA H100  ▁▂▃▄▅▅▆▇ 92 %  ▃▃▃▃▃▃▃▃ 21.4/80.0 GB  ▄▄▄▅▅▅▅▅ 63 °C  ▃▄▅▅▆▇▇█ 330 W"
                    + "  1980 MHz ! 功率上限",
            ])
    }

    @Test func `a job without GPUs has no rows of them, and what was lost is said`() {
        let lines = Self.lines(
            Self.metrics(state: .finished, tasks: [1], devices: 0, dropped: 9), .english)
        #expect(
            lines == [
                "qwen  job_1  ✓ finished",
                "TASK  SECONDS       CHARGE  CPU           MEMORY",
                "   1       24  0.00823 USD  ▁▁▁▁████ 2/2  ▅▅▅▅▅▅▅▅ 256/512 MB",
                "! 9 samples were lost: the market was away for too long, or there were too many",
            ])
    }

    @Test(arguments: Language.allCases)
    func `a job without samples says so`(language: Language) {
        let lines = Self.lines(Self.metrics(tasks: []), language)
        #expect(lines.count == 2 && lines[1] == Message.topEmpty.text(in: language))
    }

    @Test func `what a stream tells goes on where the answer ended, and old samples go`() {
        var board = TopBoard(Self.metrics(tasks: [1]), span: 30)
        func event(_ seconds: ClosedRange<Int64>) -> SamplesEventDTO {
            SamplesEventDTO(
                task: 1, attempt: 1, lease: LeaseID("lse_1")!, meteredS: seconds.upperBound,
                charge: MoneyDTO(.zero), milliCPULimit: 2000, memoryLimitBytes: 1,
                devices: [Self.gpu],
                samples: seconds.map {
                    TimedSampleDTO(
                        at: TimeDTO(Self.start.advanced(seconds: $0)), milliCPU: $0,
                        memoryBytes: nil, devices: [.nothing])
                })
        }
        board.take(event(20...29))
        #expect(board.leases.first?.samples.count == 30 && board.leases.first?.meteredS == 29)
        board.take(event(20...29))
        #expect(board.leases.first?.samples.count == 30)
        board.take(event(30...39))
        #expect(board.leases.first?.samples.count == 30)
        #expect(board.leases.first?.samples.first?.milliCPU == 0)
        #expect(board.leases.first?.samples.last?.milliCPU == 39)
        #expect(board.end == Self.start.advanced(seconds: 40).milliseconds)
    }

    // MARK: A node

    private static func node(
        closed: OfferClosing? = nil, connected: Bool = true,
        availability: Offer.Availability = .draining, reason: String? = "in_use",
        leaving: LeaseNotice? = nil
    ) -> NodeDetailDTO {
        let free = DeviceDTO(
            id: DeviceID("GPU-2")!, model: "NVIDIA H100", vramBytes: 80_000_000_000)
        let busy = DeviceSampleDTO(
            utilisationPercent: 97, memoryUsedBytes: 21_400_000_000, powerMilliwatts: 330_000,
            temperature: 63, smClockMHz: 1980, throttle: ThrottleReasons(words: ["idle"]))
        return NodeDetailDTO(
            node: NodeDTO(
                id: NodeID("nod_1")!, name: "n1", provider: AccountID("acc_1")!,
                connected: connected, availability: availability,
                closed: closed.map(ClosedDTO.init), leases: 1, duplicates: [], contested: false),
            offer: nil,
            leases: [
                NodeLeaseDTO(
                    lease: LeaseID("lse_1")!, devices: [gpu.id], milliCPU: 2000,
                    memoryBytes: 512_000_000, meteredS: 24, microPerHour: 1_234_567,
                    leaving: leaving.map(LeavingDTO.init))
            ],
            reportedAt: TimeDTO(start), driver: "550.54.15", advisories: ["CVE-2024-21626"],
            devices: [
                DeviceStandingDTO(device: gpu, reason: nil, sample: busy),
                DeviceStandingDTO(device: free, reason: reason, sample: .nothing),
            ], dropped: 0, at: at(12, every: 10), series: [columns(12), columns(12, device: free)])
    }

    @Test func `a node's page shows its devices, leases and advisories, in English`() {
        #expect(
            NodePage(node: Self.node(), language: .english).lines == [
                "n1  nod_1  ✓ draining", "reported  2026-11-26T08:00:00.000Z",
                "driver    550.54.15", "",
                "GPU          UUID    VRAM  STATE",
                "NVIDIA H100  GPU-1  80 GB  ✓ leased",
                "NVIDIA H100  GPU-2  80 GB  ✗ something else uses it (in_use)", "",
                "GPU          UTIL           VRAM                   TEMP            POWER           CLOCK",
                "NVIDIA H100  ▁▂▂▂▃▃▄▆ 97 %  ▃▃▃▃▃▃▃▃ 21.4/80.0 GB  ▄▄▄▄▄▄▅▅ 63 °C  ▃▄▄▄▅▅▅▇ 330 W  1980 MHz",
                "NVIDIA H100  ▁▂▂▂▃▃▄▄ –     ▃▃▃▃▃▃▃▃ –/80.0 GB     ▄▄▄▄▄▄▅▅ –      ▅▅▆▆▇▇██ –      –",
                "", "LEASE  CPU  MEMORY  SECONDS         PRICE/H  GPU",
                "lse_1    2  512 MB       24  1.234567 USD/h  GPU-1",
                "! the machine's software is open to CVE-2024-21626",
            ])
    }

    private static let paused = LeaseNotice(
        code: "owner_gpu", until: start.advanced(seconds: 60), isTakenBack: false, changes: 1)

    @Test func `a GPU of a node that takes no orders says what its node says, and why`() {
        func state(_ node: NodeDetailDTO) -> String {
            let lines = NodePage(node: node, language: .english).lines
            return lines.first { $0.contains("GPU-2") }?.components(separatedBy: "GB  ").last ?? ""
        }
        let paused = OfferClosing(.paused)
        let gpu = OfferClosing(.ownerGPU)
        #expect(state(Self.node(availability: .open, reason: nil)) == "✓ offered")
        #expect(
            state(Self.node(closed: gpu, availability: .open, reason: nil))
                == "✗ closed: its owner uses the GPU (owner_gpu)")
        #expect(state(Self.node(closed: paused, reason: nil)) == "✗ paused")
        #expect(state(Self.node(reason: nil)) == "✗ draining")
        #expect(
            state(Self.node(connected: false, availability: .down, reason: nil)) == "✗ down")
    }

    @Test func `who is asked to leave is said with why and until when, in top and of a node`() {
        let told =
            "asked to leave by its owner (its owner uses the GPU), "
            + "has until 2026-11-26T08:01:00.000Z"
        let page = NodePage(node: Self.node(leaving: Self.paused), language: .english).lines
        #expect(page.contains("! lse_1  " + told))
        let metrics = Self.metrics(tasks: [3])
        var board = TopBoard(metrics, span: nil)
        func tell(_ leaving: LeaseNotice?) {
            board.take(
                SamplesEventDTO(
                    task: 3, attempt: 1, lease: LeaseID("lse_3")!, meteredS: 24,
                    charge: MoneyDTO(.zero), milliCPULimit: 2000, memoryLimitBytes: 1,
                    devices: [Self.gpu], leaving: leaving.map(LeavingDTO.init), samples: []))
        }
        func notes(_ language: Language) -> [String] {
            TopPage(board: board, language: language).lines.filter { $0.hasPrefix("!") }
        }
        tell(Self.paused)
        #expect(notes(.english) == ["! TASK 3  " + told])
        #expect(notes(.traditionalChinese).first?.contains("機器的擁有者要求離開") == true)
        tell(nil)
        #expect(notes(.english).isEmpty)
    }

    @Test func `a node's page shows its devices, leases and advisories, in Chinese`() {
        let lines = NodePage(node: Self.node(), language: .traditionalChinese).lines
        #expect(lines[0] == "n1  nod_1  ✓ 停止接單")
        #expect(lines[1] == "回報時間  2026-11-26T08:00:00.000Z")
        #expect(lines[5].contains("✓ 租用中") && lines[6].contains("✗ 另有程式正在使用 (in_use)"))
        #expect(lines[8].contains("顯示記憶體"))
        #expect(lines.last == "! 本機軟體存在弱點 CVE-2024-21626")
    }
}
