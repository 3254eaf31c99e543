import Domain
import Hosting

// Devices: they fall off the bus, or stop answering for a while; the node sees them once a second.
extension World {
    /// Longer than two samples, so that one of them falls into it.
    private static let shortestSilence: Int64 = 2100

    func hitDevice() {
        let well = nodes.indices.flatMap { place in
            nodes[place].terms.devices.filter { nodes[place].devicesAway[$0.id] == nil }
                .map { (place: place, device: $0.id) }
        }
        guard !well.isEmpty else { return }
        let (place, device) = random.faults.pick(well)
        if random.faults.happens(percent: 30) {
            report.faults.count(.deviceLost)
            setDevice(device, on: place, away: .lost(code: "xid_79"))
        } else {
            report.faults.count(.deviceSilent)
            setDevice(device, on: place, away: .silent)
            schedule(
                .deviceReturns(node: place, device),
                at: now.after(
                    milliseconds: random.faults.within(Self.shortestSilence...20_000)))
        }
    }

    func setDevice(_ device: DeviceID, on place: Int, away: DeviceSight?) {
        nodes[place].devicesAway[device] = away
        let gone = nodes[place].devicesAway
        for container in nodes[place].containers.all where container.devices.contains(device) {
            change(container.lease, on: place) { container in
                container.isDeviceAway = container.devices.contains { gone[$0] != nil }
            }
        }
    }

    func seeDevices(_ place: Int) {
        let devices = nodes[place].terms.devices
        guard !devices.isEmpty, now.millisecondsSince(nodes[place].devicesSeenAt) >= 1000 else {
            return
        }
        nodes[place].devicesSeenAt = now
        let isBlind = options.planted == .deviceLossUnseen
        let readings = devices.map { device in
            let away = isBlind ? nil : nodes[place].devicesAway[device.id]
            return DeviceReading(device: device.id, sight: away ?? .well)
        }
        let askedAt = nodes[place].clock.reading(at: now)
        tell(place, .devicesSeen(readings, askedAt: askedAt))
    }
}
