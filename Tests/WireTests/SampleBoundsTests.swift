import Domain
import Testing
import Wire

/// Numbers that no device has are refused where they come in.
@Suite struct SampleBoundsTests {
    private static func batch(_ sample: DeviceSampleDTO, milliCPU: Int64? = 1) -> SampleBatchDTO {
        SampleBatchDTO(
            boot: "b", sentSecond: 9, dropped: 0, devices: [DeviceID("GPU-1")!],
            samples: [SampleDTO(second: 9, milliCPU: milliCPU, memoryBytes: 1, devices: [sample])])
    }

    @Test(arguments: [
        DeviceSampleDTO(temperature: .max), DeviceSampleDTO(temperature: -201),
        DeviceSampleDTO(utilisationPercent: 101), DeviceSampleDTO(utilisationPercent: -1),
        DeviceSampleDTO(memoryUsedBytes: .max), DeviceSampleDTO(memoryUsedBytes: -1),
        DeviceSampleDTO(powerMilliwatts: .max), DeviceSampleDTO(smClockMHz: .max),
    ])
    func `a sample that cannot be is refused`(sample: DeviceSampleDTO) {
        #expect(throws: WireError.parameterInvalid(name: "samples")) {
            try Self.batch(sample).check()
        }
        let report = NodeReportDTO(
            driver: nil, advisories: [],
            devices: [
                DeviceStandingDTO(
                    device: DeviceDTO(id: DeviceID("GPU-1")!, model: "m", vramBytes: 1),
                    reason: nil, sample: sample)
            ], batch: Self.batch(.nothing))
        #expect(throws: WireError.parameterInvalid(name: "devices")) { try report.check() }
    }

    @Test(
        arguments: [
            ("m", 1, "8.9", 1), ("m", 1, "8.95", nil),
            ("m", 1, String(repeating: "9", count: 9_999), nil),
            ("m", 1, "", nil), ("m", 1, nil, 0), ("m", 1, nil, .min), ("m", 1, nil, .max),
            ("m", -1, nil, nil), (String(repeating: "m", count: 129), 1, nil, nil),
        ] as [(String, Int64, String?, Int64?)])
    func `a device that cannot be is refused`(
        model: String, vram: Int64, capability: String?, speed: Int64?
    ) throws {
        let device = DeviceDTO(
            id: DeviceID("GPU-1")!, model: model, vramBytes: vram, computeCapability: capability,
            gigaflops: speed)
        let report = NodeReportDTO(
            driver: nil, advisories: [],
            devices: [DeviceStandingDTO(device: device, reason: nil, sample: .nothing)],
            batch: Self.batch(.nothing))
        guard capability != "8.9" else { return try report.check() }
        #expect(throws: WireError.parameterInvalid(name: "devices")) { try report.check() }
    }

    @Test func `a processor that cannot be is refused, and what can be is taken`() throws {
        #expect(throws: WireError.parameterInvalid(name: "samples")) {
            try Self.batch(.nothing, milliCPU: .max).check()
        }
        try Self.batch(
            DeviceSampleDTO(
                utilisationPercent: 100, memoryUsedBytes: 1 << 40, powerMilliwatts: 700_000,
                temperature: 94, smClockMHz: 1_980)
        ).check()
    }
}
