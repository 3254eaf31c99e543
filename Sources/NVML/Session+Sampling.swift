import CNVML

extension Session {
    mutating func samples() -> [NVMLSample] {
        let samples = devices.map(sample)
        for index in devices.indices { devices[index].unread = [] }
        for failure in samples.compactMap(\.failure) { note(failure) }
        return samples
    }

    /// The events first: they say why a device that then does not answer is lost.
    private func sample(of device: WatchedDevice) -> NVMLSample {
        guard let handle = device.handle else {
            let failure = NVMLFailure(
                call: "nvmlDeviceGetHandleByIndex_v2(\(device.index))",
                code: ORBAN_NVML_UNINITIALIZED)
            return NVMLSample(uuid: device.uuid, failure: failure, xids: device.unread)
        }
        let reader = DeviceReader(functions: functions, handle: handle, label: "\(device.index)")
        return reader.sample(uuid: device.uuid, xids: device.unread + xids(of: device))
    }

    /// Whether one of these is lost or has reported that it is broken.
    mutating func isAnyLost(of uuids: Set<String>) -> Bool {
        devices.indices.contains { uuids.contains(devices[$0].uuid) && isLost(at: $0) }
    }

    private mutating func isLost(at index: Int) -> Bool {
        let device = devices[index]
        guard let handle = device.handle else { return false }
        devices[index].unread = Array((device.unread + xids(of: device)).prefix(Self.mostEvents))
        do {
            let reader = DeviceReader(
                functions: functions, handle: handle, label: "\(device.index)")
            _ = try reader.memory()
        } catch {
            note(error)
            if error.isLost { return true }
        }
        return devices[index].unread.contains { !NVMLSample.applicationXids.contains($0) }
    }

    /// More events than these within one sample are left for the next one.
    private static var mostEvents: Int { 64 }

    private func xids(of device: WatchedDevice) -> [Int] {
        guard let wait = functions.event_wait, let events = device.events else { return [] }
        var xids: [Int] = []
        for _ in 0..<Self.mostEvents {
            var event = orban_nvml_event()
            guard wait(events, &event, 0) == ORBAN_NVML_SUCCESS else { break }
            guard event.type & UInt64(ORBAN_NVML_EVENT_XID) != 0 else { continue }
            xids.append(Int(clamping: event.data))
        }
        return xids
    }

    /// From now on samples are about these. A device that stays keeps its event set, and with it
    /// what happened since the last sample.
    mutating func watch(_ found: [NVMLDevice], _ handles: [OpaquePointer]) {
        let before = devices
        devices = zip(found, handles).map { device, handle in
            let known = before.first { $0.uuid == device.uuid && $0.handle == handle }
            return WatchedDevice(
                uuid: device.uuid, index: device.index, handle: handle,
                events: known?.events ?? startWatching(handle), unread: known?.unread ?? [])
        }
        let kept = devices.compactMap(\.events)
        for device in before where !kept.contains(where: { $0 == device.events }) {
            stopWatching(device)
        }
    }

    /// A set of events with the device in it; nil where the library or the device has none.
    private func startWatching(_ handle: OpaquePointer) -> OpaquePointer? {
        guard let create = functions.event_create, let register = functions.event_register,
            functions.event_wait != nil, let free = functions.event_free
        else { return nil }
        var events: OpaquePointer?
        guard create(&events) == ORBAN_NVML_SUCCESS, let events else { return nil }
        guard register(handle, UInt64(ORBAN_NVML_EVENT_XID), events) == ORBAN_NVML_SUCCESS else {
            _ = free(events)
            return nil
        }
        return events
    }

    func stopWatching(_ device: WatchedDevice) {
        guard let events = device.events else { return }
        _ = functions.event_free?(events)
    }
}
