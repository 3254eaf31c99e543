import Domain
import Matching
import Wire

extension Explanation {
    func rejections(in language: Language) -> [RejectionDTO] {
        rejected.map { RejectionDTO($0.reason.mismatch, count: $0.offers, in: language) }
    }

    /// How near offers are, of an order with a ceiling.
    func latency(of needs: Needs) -> PlanLatencyDTO? {
        needs.latency.map { latency in
            PlanLatencyDTO(
                ceiling: latency.ceiling,
                nearest: nearest.map { .init(node: $0.node, $0.roundTrip) })
        }
    }

    /// What would help, each by itself, as a patch of the job's spec (RFC 7396).
    func fixes(of needs: Needs, in language: Language) -> [FixDTO] {
        relaxations.map { $0.fix(of: needs, in: language) }
    }
}

extension Relaxation {
    func fix(of needs: Needs, in language: Language) -> FixDTO {
        FixDTO(
            title: instead.mismatch.relaxing(to: offers, from: rate, in: language),
            patch: instead.patch(of: needs.relaxed(instead)))
    }
}

extension MismatchReason {
    var mismatch: Mismatch {
        switch self {
        case .cpu(let milli): .cpu(milli: milli)
        case .memory(let bytes): .memory(bytes: bytes)
        case .disk(let bytes): .disk(bytes: bytes)
        case .deviceCount(let count): .deviceCount(count)
        case .deviceModel(let models): .deviceModel(models)
        case .deviceMemory(let bytes): .deviceMemory(bytes: bytes)
        case .deviceCapability(let tenths): .deviceCapability(tenths: tenths)
        case .deviceSpeed(let speed): .deviceSpeed(gigaflops: speed)
        case .window(let stay): .window(milliseconds: stay)
        case .region(let regions): .region(regions)
        case .tier(let tier): .tier(tier)
        case .regionRefuted: .regionRefuted
        case .latencyUnknown: .latencyUnknown
        case .latency(let ceiling): .latency(microseconds: ceiling)
        case .network: .network
        case .settlement: .settlement
        case .price(let rate): .price(rate)
        case .owner: .owner
        case .draining: .draining
        case .down: .down
        case .busy: .busy
        case .sibling: .sibling
        }
    }

    /// The part of a job spec that says it. A need for devices is written whole: in the spec it may be
    /// one word, which a patch replaces.
    fileprivate func patch(of needs: Needs) -> JSONValue? {
        switch self {
        case .cpu(let milli): Self.resource("cpu", .string(Quantity.cpus(milli: milli)))
        case .memory(let bytes): Self.resource("memory", .string(Quantity.bytes(bytes)))
        case .disk(let bytes): Self.resource("disk", .string(Quantity.bytes(bytes)))
        case .deviceCount, .deviceModel, .deviceMemory: Self.resource("gpu", needs.devices.spec)
        case .deviceCapability, .deviceSpeed: Self.resource("gpu", needs.devices.specWithFloors)
        case .window(let stay):
            .object([
                "schedule": .object(["expect": .string(Quantity.duration(milliseconds: stay))])
            ])
        case .region, .regionRefuted:
            .object([
                "placement": .object(["countries": .array(needs.regions.map(JSONValue.string))])
            ])
        case .tier(let tier):
            .object([
                "placement": .object(["tier": .string(tier == .new ? "any" : tier.rawValue)])
            ])
        case .latency(let ceiling):
            .object([
                "placement": .object([
                    "max_latency": .string(Quantity.latency(microseconds: ceiling))
                ])
            ])
        case .latencyUnknown: .object(["placement": .object(["max_latency": .null])])
        case .price(let rate):
            .object(["budget": .object(["max_price": .string(Quantity.rate(rate))])])
        case .network: .object(["network": .string(NetworkAccess.none.rawValue)])
        case .settlement:
            .object(["budget": .object(["pay": .string(JobSpec.Payment.balance.rawValue)])])
        case .owner, .draining, .down, .busy, .sibling: nil
        }
    }

    private static func resource(_ name: String, _ value: JSONValue) -> JSONValue {
        .object(["resources": .object([name: value])])
    }
}

extension DeviceNeed {
    fileprivate var spec: JSONValue {
        var fields: [String: JSONValue] = ["count": .number(Int64(count))]
        if !models.isEmpty { fields["model"] = .array(models.map(JSONValue.string)) }
        if vramBytes > 0 { fields["memory"] = .string(Quantity.bytes(vramBytes)) }
        if let tenths = power?.capability {
            fields["capability"] = .string(Quantity.capability(tenths: tenths))
        }
        if let speed = power?.gigaflops {
            fields["tflops"] = .string(Quantity.teraflops(gigaflops: speed))
        }
        return .object(fields)
    }

    /// A floor that is not there any more is taken out of the spec.
    fileprivate var specWithFloors: JSONValue {
        guard case .object(var fields) = spec else { return spec }
        fields["capability"] = fields["capability"] ?? .null
        fields["tflops"] = fields["tflops"] ?? .null
        return .object(fields)
    }
}
