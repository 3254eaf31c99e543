import NVML

/// How long a sample of all devices takes, once a second, and what it does not tell.
struct SampleCheck {
    let nvml: NVMLLibrary
    let scale: Options.Scale

    private static let count = 5

    func findings() -> [Finding] {
        var milliseconds: [Double] = []
        var samples: [[NVMLSample]] = []
        for number in 0..<Self.count {
            if number > 0 { Clock.wait(milliseconds: scale == .full ? 1000 : 20) }
            let start = Clock.now()
            samples.append(nvml.sample())
            milliseconds.append(Clock.seconds(since: start) * 1000)
        }
        milliseconds.sort()
        let times: [JSON.Field] = [
            .init("samples", .count(Self.count)),
            .init("p50_ms", .decimal(milliseconds[milliseconds.count / 2])),
            .init("max_ms", .decimal(milliseconds.last ?? 0)),
        ]
        return (samples.last ?? []).map { last in
            finding(last, samples.joined().filter { $0.uuid == last.uuid }, times)
        }
    }

    private func finding(
        _ last: NVMLSample, _ all: [NVMLSample], _ times: [JSON.Field]
    ) -> Finding {
        let failure = all.lazy.compactMap(\.failure).first
        return Finding(
            check: "sample", gpu: last.uuid,
            verdict: failure.map { .failed("\($0.call): \($0.text) (\($0.code))") } ?? .passed,
            values: times + [
                .init("untold", .texts(Self.untold(all))),
                .init("utilisation_percent", .optional(last.utilisation)),
                .init("memory_used_bytes", .optional(last.memoryUsedBytes)),
                .init("temperature_c", .optional(last.temperature)),
                .init("power_mw", .optional(last.powerMilliwatts)),
                .init("energy_mj", .optional(last.energyMillijoules)),
                .init("sm_clock_mhz", .optional(last.smClockMHz)),
                .init("memory_clock_mhz", .optional(last.memoryClockMHz)),
                .init("throttle_reasons", last.throttleReasons.map(JSON.hex) ?? .null),
                .init("processes", .optional(last.processes?.count)),
                .init("xids", .list(all.flatMap(\.xids).map(JSON.count))),
            ])
    }

    /// Fields that were nil in any sample.
    private static func untold(_ samples: [NVMLSample]) -> [String] {
        let fields: [(String, (NVMLSample) -> Bool)] = [
            ("utilisation", { $0.utilisation == nil }),
            ("memory_utilisation", { $0.memoryUtilisation == nil }),
            ("memory_used", { $0.memoryUsedBytes == nil }),
            ("temperature", { $0.temperature == nil }),
            ("power", { $0.powerMilliwatts == nil }),
            ("energy", { $0.energyMillijoules == nil }),
            ("sm_clock", { $0.smClockMHz == nil }),
            ("memory_clock", { $0.memoryClockMHz == nil }),
            ("throttle_reasons", { $0.throttleReasons == nil }),
            ("processes", { $0.processes == nil }),
        ]
        return fields.filter { field in samples.contains(where: field.1) }.map(\.0)
    }
}
