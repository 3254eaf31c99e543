package import Domain

/// Why an offer does not fit, with the number that the order asks for.
package enum Mismatch: Hashable, Sendable {
    case cpu(milli: Int64)
    case memory(bytes: Int64)
    case disk(bytes: Int64)
    case deviceCount(Int)
    case deviceModel([String])
    case deviceMemory(bytes: Int64)
    case deviceCapability(tenths: Int)
    case deviceSpeed(gigaflops: Int64)
    case region([String])
    case price(Rate)
    case tier(Tier)
    case latency(microseconds: Int64)
    case window(milliseconds: Int64)
    case regionRefuted, latencyUnknown, network, settlement, owner, draining, down, busy, sibling

    /// Stable, never translated.
    package var code: String {
        switch self {
        case .cpu: "cpu"
        case .memory: "memory"
        case .disk: "disk"
        case .deviceCount: "device_count"
        case .deviceModel: "device_model"
        case .deviceMemory: "device_memory"
        case .deviceCapability: "device_capability"
        case .deviceSpeed: "device_speed"
        case .region: "region"
        case .price: "price"
        case .tier: "tier"
        case .latency: "latency"
        case .window: "window"
        case .regionRefuted: "region_refuted"
        case .latencyUnknown: "latency_unknown"
        case .network: "network"
        case .settlement: "settlement"
        case .owner: "owner"
        case .draining: "draining"
        case .down: "down"
        case .busy: "busy"
        case .sibling: "sibling"
        }
    }

    /// For example `less than 8 GB memory` or `above 0.10 USD/h`.
    package func text(in language: Language) -> String {
        func told(_ message: Message, _ needed: String = "") -> String {
            message.text(in: language, ["needed": needed])
        }
        return switch self {
        case .cpu(let milli): told(.mismatchCPU, Quantity.cpus(milli: milli))
        case .memory(let bytes): told(.mismatchMemory, Quantity.bytes(bytes))
        case .disk(let bytes): told(.mismatchDisk, Quantity.bytes(bytes))
        case .deviceCount(let count): told(.mismatchDeviceCount, String(count))
        case .deviceModel(let models): told(.mismatchDeviceModel, models.joined(separator: ", "))
        case .deviceMemory(let bytes): told(.mismatchDeviceMemory, Quantity.bytes(bytes))
        case .deviceCapability(let tenths):
            told(.mismatchDeviceCapability, Quantity.capability(tenths: tenths))
        case .deviceSpeed(let speed):
            told(.mismatchDeviceSpeed, Quantity.teraflops(gigaflops: speed))
        case .window(let stay): told(.mismatchWindow, Quantity.duration(milliseconds: stay))
        case .region(let regions): told(.mismatchRegion, regions.joined(separator: ", "))
        case .price(let rate): told(.mismatchPrice, Quantity.rate(rate))
        case .tier(let tier): told(.mismatchTier, tier.rawValue)
        case .latency(let ceiling):
            told(.mismatchLatency, Quantity.latency(microseconds: ceiling))
        case .regionRefuted: told(.mismatchRegionRefuted)
        case .latencyUnknown: told(.mismatchLatencyUnknown)
        case .network: told(.mismatchNetwork)
        case .settlement: told(.mismatchSettlement)
        case .owner: told(.mismatchOwner)
        case .draining: told(.mismatchDraining)
        case .down: told(.mismatchDown)
        case .busy: told(.mismatchBusy)
        case .sibling: told(.mismatchSibling)
        }
    }

    /// The constraint with another value, and what that leads to: `ask for 4 GB memory → 6 offers from
    /// 0.10 USD/h`.
    package func relaxing(to offers: Int, from rate: Rate, in language: Language) -> String {
        func told(_ message: Message, _ value: String = "") -> String {
            message.text(in: language, ["value": value])
        }
        let change =
            switch self {
            case .cpu(let milli): told(.relaxCPU, Quantity.cpus(milli: milli))
            case .memory(let bytes): told(.relaxMemory, Quantity.bytes(bytes))
            case .disk(let bytes): told(.relaxDisk, Quantity.bytes(bytes))
            case .deviceCount(let count): told(.relaxDeviceCount, String(count))
            case .deviceModel(let models): told(.relaxDeviceModel, models.joined(separator: ", "))
            case .deviceMemory(let bytes): told(.relaxDeviceMemory, Quantity.bytes(bytes))
            case .deviceCapability(0): told(.relaxNoDeviceCapability)
            case .deviceCapability(let tenths):
                told(.relaxDeviceCapability, Quantity.capability(tenths: tenths))
            case .deviceSpeed(0): told(.relaxNoDeviceSpeed)
            case .deviceSpeed(let speed):
                told(.relaxDeviceSpeed, Quantity.teraflops(gigaflops: speed))
            case .window(let stay): told(.relaxWindow, Quantity.duration(milliseconds: stay))
            case .region(let regions): told(.relaxRegion, regions.joined(separator: ", "))
            case .price(let rate): told(.relaxPrice, Quantity.rate(rate))
            case .tier(let tier): told(.relaxTier, tier == .new ? "any" : tier.rawValue)
            case .latency(let ceiling):
                told(.relaxLatency, Quantity.latency(microseconds: ceiling))
            case .regionRefuted: told(.relaxRegionRefuted)
            case .latencyUnknown: told(.relaxLatencyUnknown)
            case .network: told(.relaxNetwork)
            case .settlement: told(.relaxSettlement)
            case .owner, .draining, .down, .busy, .sibling: told(.fixWait)
            }
        return Message.relaxOutcome.text(
            in: language,
            ["change": change, "offers": String(offers), "price": Quantity.rate(rate)])
    }

    /// `0 of 3: 2 less than 8 GB memory · 1 above 0.10 USD/h`.
    package static func line(
        feasible: Int, total: Int, rejected: [RejectionDTO], in language: Language
    ) -> String {
        let head = Message.mismatchLine.text(
            in: language, ["feasible": String(feasible), "total": String(total)])
        guard !rejected.isEmpty else { return head }
        let reasons = rejected.map { "\($0.count) \($0.text)" }.joined(separator: " · ")
        return head + (language == .english ? ": " : "：") + reasons
    }
}

extension RejectionDTO {
    package init(_ mismatch: Mismatch, count: Int, in language: Language) {
        self.init(code: mismatch.code, count: count, text: mismatch.text(in: language))
    }
}
