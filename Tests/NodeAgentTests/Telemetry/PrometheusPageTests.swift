import Domain
import Foundation
import Logging
import NVML
import Testing
import Wire

@testable import NodeAgent

/// The node's page of metrics, read by Prometheus' own Python reader, too.
@Suite struct PrometheusPageTests {
    private static let hostile = "evil \"name\" \\ with\nlines {}"

    private static func gpu(
        _ index: Int, name: String = "NVIDIA H100 80GB HBM3", sample: NVMLSample? = busy,
        xid: Int = 0
    ) -> NodeReading.GPU {
        NodeReading.GPU(
            device: NVMLDevice(
                index: index, uuid: "GPU-\(index)", name: name, vramBytes: 85_520_809_984,
                computeCapability: "9.0", pciBus: "00000000:0\(index + 1):00.0", minor: index,
                isECCEnabled: true, isMIGEnabled: false, instances: []),
            sample: sample, lastXid: xid)
    }

    private static let busy = NVMLSample(
        uuid: "GPU-0", failure: nil, xids: [], utilisation: 97, memoryUtilisation: 48,
        memoryUsedBytes: 20_000_000_000, memoryFreeBytes: 64_969_259_008, temperature: 83,
        powerMilliwatts: 312_045, energyMillijoules: 123_456_789, smClockMHz: 1980,
        memoryClockMHz: 2619, throttleReasons: 0, processes: [])

    private static let silent = NVMLSample(
        uuid: "GPU-1", failure: nil, xids: [], utilisation: nil, memoryUtilisation: nil,
        memoryUsedBytes: nil, memoryFreeBytes: nil, temperature: 45, powerMilliwatts: nil,
        energyMillijoules: nil, smClockMHz: nil, memoryClockMHz: nil, throttleReasons: nil,
        processes: nil)

    private static func offer(_ closed: OfferClosing? = nil) -> OfferTerms {
        func device(_ name: String) -> Device {
            Device(id: DeviceID(name)!, model: "H100", vramBytes: 1)
        }
        return OfferTerms(
            capacity: .zero, devices: [device("GPU-0")], ask: try! Rate(microPerHour: 1),
            region: "TW", tier: .new,
            withheld: [
                WithheldDevice(device: device("GPU-1"), reason: "in_use"),
                WithheldDevice(device: device("GPU-2"), reason: "scrubbing"),
                WithheldDevice(device: device("GPU-3"), reason: "scrubbing"),
            ], closed: closed)
    }

    @Test func `what is closed or withheld is not counted as offered, and says why`() {
        let open = Self.page([]).split(separator: "\n").filter { $0.hasPrefix("orban_node_") }
        let closed = Self.page([], offer: Self.offer(OfferClosing(.paused)))
            .split(separator: "\n").filter { $0.hasPrefix("orban_node_") }
        for (lines, offered, kept) in [(open, 1, 0), (closed, 0, 1)] {
            #expect(lines.contains(#"orban_node_devices{state="offered"} \#(offered)"#))
            #expect(lines.contains(#"orban_node_devices{state="closed"} \#(kept)"#))
            #expect(lines.contains(#"orban_node_devices{state="withheld"} 3"#))
            #expect(lines.contains(#"orban_node_devices_withheld{reason="in_use"} 1"#))
            #expect(lines.contains(#"orban_node_devices_withheld{reason="scrubbing"} 2"#))
        }
        #expect(closed.contains(#"orban_node_closed{reason="paused"} 1"#))
        #expect(!open.contains { $0.hasPrefix("orban_node_closed") })
    }

    private static func page(
        _ gpus: [NodeReading.GPU], host: String = "owner-1", offer: OfferTerms = offer()
    ) -> String {
        var standing = NodeStanding()
        standing.note([], heartbeat: BootTime(nanoseconds: 8_750_000_000))
        standing.meteredSeconds = 4321
        standing.samples = 99
        standing.dropped = 7
        let reading = NodeReading(
            driver: "550.54.15", gpus: gpus, standing: standing, offer: offer,
            at: BootTime(nanoseconds: 10_000_000_000))
        return PrometheusPage(reading, host: host).text
    }

    @Test func `a GPU's fields have DCGM's names, labels and units`() {
        let lines = Self.page([Self.gpu(0, xid: 79)]).split(separator: "\n").map(String.init)
        let labels =
            #"{gpu="0",UUID="GPU-0",pci_bus_id="00000000:01:00.0",device="nvidia0","#
            + #"modelName="NVIDIA H100 80GB HBM3",Hostname="owner-1"}"#
        for (name, kind, value) in [
            ("SM_CLOCK", "gauge", "1980"), ("MEM_CLOCK", "gauge", "2619"),
            ("GPU_TEMP", "gauge", "83"), ("POWER_USAGE", "gauge", "312.045"),
            ("TOTAL_ENERGY_CONSUMPTION", "counter", "123456789"), ("GPU_UTIL", "gauge", "97"),
            ("MEM_COPY_UTIL", "gauge", "48"), ("FB_FREE", "gauge", "61959"),
            ("FB_USED", "gauge", "19073"), ("XID_ERRORS", "gauge", "79"),
        ] {
            #expect(lines.contains("# TYPE DCGM_FI_DEV_\(name) \(kind)"))
            #expect(lines.contains("DCGM_FI_DEV_\(name)\(labels) \(value)"), "\(name)")
        }
        #expect(lines.contains("orban_node_heartbeat_age_seconds 1.250"))
        #expect(lines.contains("orban_node_metered_seconds_total 4321"))
        #expect(lines.contains(#"orban_node_leases{phase="running"} 0"#))
    }

    @Test func `what is not read is not there`() {
        let text = Self.page([Self.gpu(0, sample: Self.silent), Self.gpu(1, sample: nil)])
        #expect(text.contains("DCGM_FI_DEV_GPU_TEMP{gpu=\"0\""))
        #expect(!text.contains("DCGM_FI_DEV_GPU_TEMP{gpu=\"1\""))
        for name in ["GPU_UTIL", "POWER_USAGE", "FB_USED", "SM_CLOCK"] {
            #expect(!text.contains(name), "\(name)")
        }
        #expect(!Self.page([]).contains("DCGM"))
    }

    @Test func `an address names a host and a port`() {
        #expect(MetricsAddress("127.0.0.1:9400")?.host == "127.0.0.1")
        #expect(MetricsAddress("[::1]:9400")?.host == "::1")
        #expect(MetricsAddress("[::1]:9400")?.port == 9400)
        for wrong in ["9400", ":9400", "127.0.0.1", "::1:9400", "h:70000", "h:", "a b:1", "h:-1"] {
            #expect(MetricsAddress(wrong) == nil, "\(wrong)")
        }
    }

    @Test func `an address of another machine serves no metrics, and is named`() async throws {
        // RFC 5737: nobody has it.
        let server = MetricsServer(
            Telemetry(boot: "b", watch: nil), at: try #require(MetricsAddress("192.0.2.1:9400")),
            now: { BootTime(nanoseconds: 0) }, logger: Logger(label: "test"))
        await #expect(
            throws: ListenFailure(.metrics, at: "192.0.2.1", port: 9400, .elsewhere)
        ) {
            try await server.run()
        }
    }

    // MARK: Another's reader

    private struct Parsed: Decodable {
        let name: String
        let kind: String
        let labels: [String: String]
        let value: Double
    }

    @Test(
        .enabled(
            if: PrometheusReader.missing == nil, Comment(rawValue: PrometheusReader.missing ?? "")))
    func `Prometheus' own reader reads every value and label, whatever stands in them`() throws {
        let text = Self.page(
            [Self.gpu(0), Self.gpu(1, name: Self.hostile, sample: Self.silent)],
            host: "主機-1")
        let parsed = try JSONDecoder().decode(
            [Parsed].self, from: Data(try PrometheusReader.read(text).utf8))
        let expected = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(parsed.count == expected.count && parsed.count > 20)
        let power = try #require(parsed.first { $0.name == "DCGM_FI_DEV_POWER_USAGE" })
        #expect(power.value == 312.045 && power.kind == "gauge")
        #expect(power.labels["UUID"] == "GPU-0" && power.labels["Hostname"] == "主機-1")
        #expect(
            Set(power.labels.keys)
                == ["gpu", "UUID", "pci_bus_id", "device", "modelName", "Hostname"])
        let second = try #require(
            parsed.first { $0.name == "DCGM_FI_DEV_GPU_TEMP" && $0.labels["gpu"] == "1" })
        #expect(second.labels["modelName"] == Self.hostile && second.value == 45)
        let energy = try #require(
            parsed.first { $0.name.hasPrefix("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION") })
        #expect(energy.kind == "counter" && energy.value == 123_456_789)
        let metered = try #require(parsed.first { $0.name == "orban_node_metered_seconds_total" })
        #expect(metered.kind == "counter" && metered.value == 4321)
    }
}

/// The text parser of PyPI's `prometheus-client`, as `script/double --prometheus` sets it up.
enum PrometheusReader {
    /// Why it cannot be had on this machine, or nil. Only that nothing can be fetched is a reason.
    static let missing: String? = {
        let (code, output) = python
        return code == 69 ? output : nil
    }()

    private static let python: (code: Int32, output: String) = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../script/double").standardized.path
        return run("/bin/bash", [root, "--prometheus"], input: "")
    }()

    private static let script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        print(json.dumps([
            {"name": sample.name, "kind": family.type, "labels": sample.labels,
             "value": sample.value}
            for family in text_string_to_metric_families(sys.stdin.read())
            for sample in family.samples]))
        """

    struct Failed: Error { let output: String }

    /// - Returns: every sample as JSON.
    static func read(_ text: String) throws -> String {
        guard python.code == 0 else { throw Failed(output: python.output) }
        let (code, output) = run(python.output, ["-c", script], input: text)
        guard code == 0 else { throw Failed(output: output) }
        return output
    }

    private static func run(
        _ path: String, _ words: [String], input: String
    ) -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = words
        let (given, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = given
        process.standardOutput = output
        process.standardError = errors
        do { try process.run() } catch { return (-1, "\(error)") }
        given.fileHandleForWriting.write(Data(input.utf8))
        given.fileHandleForWriting.closeFile()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let code = process.terminationStatus
        return (
            code,
            String(decoding: code == 0 ? text : said, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        )
    }
}
