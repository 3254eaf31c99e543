package import Domain
import Foundation
import SwiftProtobuf

extension OfferTerms {
    /// All of it but when it closes: that is told as what is left until then (`NodeFrame`).
    package var message: Orban_Node_V1_OfferTerms {
        .with {
            $0.capacity = capacity.message
            $0.devices = devices.map(\.message)
            $0.ask = ask.microPerHour
            $0.region = region
            $0.tier = tier.message
            $0.withheld = withheld.map { withheld in
                .with {
                    $0.device = withheld.device.message
                    $0.reason = withheld.reason
                }
            }
            $0.network = network.message
            if let closed { $0.closed = closed.message }
            if let spotAsk { $0.spotAsk = spotAsk.microPerHour }
            if let payee {
                $0.payee = .with {
                    $0.address = Data(payee.address.bytes)
                    $0.signature = Data(payee.signature)
                }
            }
            if let serviceLevel {
                $0.serviceLevel = .with {
                    $0.availabilityBps = Int32(clamping: serviceLevel.availability.value)
                    $0.creditBps = Int32(clamping: serviceLevel.credit.value)
                }
            }
            $0.roundTrips = roundTrips.readings.map { reading in
                .with {
                    $0.beacon = reading.beacon.text
                    $0.microseconds = reading.microseconds
                }
            }
        }
    }

    /// - Throws: `MalformedFrame` outside the bounds of `api/node.proto`.
    package init(_ message: Orban_Node_V1_OfferTerms) throws(MalformedFrame) {
        guard message.hasCapacity else { throw MalformedFrame("terms.capacity") }
        let devices = try FrameField.list(
            message.devices, atMost: FrameLimits.offeredDevices, "terms.devices", Device.init)
        let withheld = try FrameField.list(
            message.withheld, atMost: FrameLimits.offeredDevices, "terms.withheld",
            WithheldDevice.init)
        try FrameField.distinct(devices.map(\.id) + withheld.map(\.device.id), "terms.devices")
        let isCountry =
            message.region.utf8.count == 2
            && message.region.utf8.allSatisfy { (65...90).contains($0) }
        guard isCountry else { throw MalformedFrame("terms.region") }
        let ask = try Rate(message.ask, "terms.ask")
        let spotAsk = message.hasSpotAsk ? try Rate(message.spotAsk, "terms.spot_ask") : nil
        guard spotAsk ?? ask <= ask else { throw MalformedFrame("terms.spot_ask") }
        self.init(
            capacity: try Resources(message.capacity, "terms.capacity"), devices: devices,
            ask: ask, region: message.region,
            tier: try Tier(message.tier), withheld: withheld,
            network: try NetworkAccess(message.network, "terms.network"),
            closed: message.hasClosed ? try OfferClosing(message.closed) : nil,
            roundTrips: try RoundTrips(message.roundTrips, "terms.round_trips"),
            spotAsk: spotAsk, payee: message.hasPayee ? try SignedPayee(message.payee) : nil,
            serviceLevel: message.hasServiceLevel
                ? try ServiceLevel(message.serviceLevel) : nil)
    }
}

extension ServiceLevel {
    fileprivate init(_ message: Orban_Node_V1_ServiceLevel) throws(MalformedFrame) {
        guard let availability = BasisPoints(Int64(message.availabilityBps)),
            let credit = BasisPoints(Int64(message.creditBps)),
            let level = ServiceLevel(availability: availability, credit: credit)
        else { throw MalformedFrame("terms.service_level") }
        self = level
    }
}

extension SignedPayee {
    fileprivate init(_ message: Orban_Node_V1_Payee) throws(MalformedFrame) {
        guard let address = ChainAddress(bytes: message.address) else {
            throw MalformedFrame("terms.payee.address")
        }
        guard message.signature.count == Self.signatureBytes else {
            throw MalformedFrame("terms.payee.signature")
        }
        self.init(address: address, signature: Array(message.signature))
    }
}

extension RoundTrips {
    fileprivate init(
        _ messages: [Orban_Node_V1_RoundTrip], _ field: String
    ) throws(MalformedFrame) {
        let readings = try FrameField.list(messages, atMost: Self.most, field) {
            (message) throws(MalformedFrame) in
            guard let beacon = BeaconName(message.beacon) else { throw MalformedFrame(field) }
            return Reading(beacon: beacon, microseconds: message.microseconds)
        }
        guard let trips = RoundTrips(readings) else { throw MalformedFrame(field) }
        self = trips
    }
}

extension OfferClosing {
    fileprivate var message: Orban_Node_V1_OfferClosing {
        .with {
            $0.code = code
            if let until { $0.untilMs = until.milliseconds }
        }
    }

    fileprivate init(_ message: Orban_Node_V1_OfferClosing) throws(MalformedFrame) {
        let bounds = 0...Timestamp.limit
        let until =
            message.hasUntilMs
            ? try FrameField.whole(message.untilMs, in: bounds, "terms.closed.until_ms") : nil
        self.init(
            code: try FrameField.code(message.code, "terms.closed.code"),
            until: until.map { Timestamp(milliseconds: $0) })
    }
}

extension WithheldDevice {
    fileprivate init(_ message: Orban_Node_V1_WithheldDevice) throws(MalformedFrame) {
        guard message.hasDevice else { throw MalformedFrame("terms.withheld.device") }
        self.init(
            device: try Device(message.device),
            reason: try FrameField.code(message.reason, "terms.withheld.reason"))
    }
}

extension NetworkAccess {
    var message: Orban_Node_V1_NetworkAccess {
        switch self {
        case .none: .none
        case .egress: .egress
        }
    }

    init(_ message: Orban_Node_V1_NetworkAccess, _ field: String) throws(MalformedFrame) {
        switch message {
        case .none: self = .none
        case .egress: self = .egress
        case .UNRECOGNIZED: throw MalformedFrame(field)
        }
    }
}

extension Rate {
    fileprivate init(_ microPerHour: Int64, _ field: String) throws(MalformedFrame) {
        do { try self.init(microPerHour: microPerHour) } catch { throw MalformedFrame(field) }
    }
}

extension Resources {
    var message: Orban_Node_V1_Resources {
        .with {
            $0.milliCpu = milliCPU
            $0.memoryBytes = memoryBytes
            $0.diskBytes = diskBytes
        }
    }

    init(_ message: Orban_Node_V1_Resources, _ field: String) throws(MalformedFrame) {
        let bounds = 0...Resources.limit
        self.init(
            milliCPU: try FrameField.whole(message.milliCpu, in: bounds, field + ".milli_cpu"),
            memoryBytes: try FrameField.whole(
                message.memoryBytes, in: bounds, field + ".memory_bytes"),
            diskBytes: try FrameField.whole(message.diskBytes, in: bounds, field + ".disk_bytes"))
    }
}

extension Device {
    fileprivate var message: Orban_Node_V1_Device {
        .with {
            $0.id = id.text
            $0.model = model
            $0.vramBytes = vramBytes
            if let capability = power?.capability { $0.capability = Int32(clamping: capability) }
            if let speed = power?.gigaflops { $0.gigaflops = speed }
        }
    }

    fileprivate init(_ message: Orban_Node_V1_Device) throws(MalformedFrame) {
        self.init(
            id: try FrameField.device(message.id, "terms.devices.id"),
            model: try FrameField.text(
                message.model, in: 1...FrameLimits.modelBytes, "terms.devices.model"),
            vramBytes: try FrameField.whole(
                message.vramBytes, in: 0...Resources.limit, "terms.devices.vram_bytes"),
            power: try DevicePower(message))
    }
}

extension DevicePower {
    fileprivate init(_ message: Orban_Node_V1_Device) throws(MalformedFrame) {
        let tenths = Int(message.capability)
        guard !message.hasCapability || Self.capabilities.contains(tenths) else {
            throw MalformedFrame("terms.devices.capability")
        }
        self.init(
            capability: message.hasCapability ? tenths : nil,
            gigaflops: message.hasGigaflops
                ? try FrameField.whole(
                    message.gigaflops, in: Self.speeds, "terms.devices.gigaflops") : nil)
    }
}

extension Tier {
    fileprivate var message: Orban_Node_V1_Tier {
        switch self {
        case .new: .new
        case .tested: .tested
        case .verified: .verified
        case .attested: .attested
        }
    }

    fileprivate init(_ message: Orban_Node_V1_Tier) throws(MalformedFrame) {
        switch message {
        case .new: self = .new
        case .tested: self = .tested
        case .verified: self = .verified
        case .attested: self = .attested
        case .unspecified, .UNRECOGNIZED: throw MalformedFrame("terms.tier")
        }
    }
}
