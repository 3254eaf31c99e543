import Domain
import Wire

/// Samples that wait for the market, bounded: the oldest are dropped and counted. What was sent
/// stays until the market has answered.
struct SampleQueue: Sendable {
    /// Ten minutes.
    static let most = SampleBatchDTO.mostSamples
    /// Of one batch.
    static let mostAtOnce = 120

    private(set) var samples: [SampleDTO] = []
    private(set) var dropped: Int64 = 0

    var isEmpty: Bool { samples.isEmpty }

    /// - Parameter most: samples kept at once, this one included.
    mutating func append(_ sample: SampleDTO, most: Int = most) {
        samples.append(sample)
        let excess = samples.count - max(1, most)
        guard excess > 0 else { return }
        samples.removeFirst(excess)
        dropped += Int64(excess)
    }

    /// The oldest samples; nil when nothing waits.
    func batch(of boot: String, at second: Int64, devices: [DeviceID]) -> SampleBatchDTO? {
        guard !samples.isEmpty else { return nil }
        return SampleBatchDTO(
            boot: boot, sentSecond: second, dropped: dropped, devices: devices,
            samples: Array(samples.prefix(Self.mostAtOnce)))
    }

    /// The market has this batch, or wants none of it.
    mutating func remove(_ batch: SampleBatchDTO) {
        guard let last = batch.samples.last else { return }
        samples.removeAll { $0.second <= last.second }
    }
}
