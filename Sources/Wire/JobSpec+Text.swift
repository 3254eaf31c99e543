import Domain

extension JobSpec {
    /// The spec as JSON text that `parse` reads back: what a client sends.
    ///
    /// Paths on the renter's machine (`from`, `to`) are left out; everything else is written out,
    /// defaults too, but for `network`, `max_latency`, `schedule`, `gang`, `spread`, `spot`, `pay` and what
    /// devices can do, which came later. The same spec always gives the same text.
    package var text: String {
        var top: [String: JSONValue] = [
            "version": .number(1), "type": .string("batch"), "name": .string(name),
            "image": .string(image), "run": .array(command.map(JSONValue.string)),
            "resources": .object(resourcesJSON), "placement": .object(placementJSON),
            "array": .object(arrayJSON),
            "limits": .object(["max_duration": .string(Quantity.duration(seconds: maxDuration))]),
            "fence": .string(Quantity.duration(seconds: fence)),
            "inputs": .array(inputs.map(\.json)),
            "outputs": .array(outputs.map { .object(["path": .string($0.path)]) }),
        ]
        let variables = environment.map { ($0.name, JSONValue.string($0.value)) }
        top["env"] = .object(Dictionary(variables) { _, last in last })
        if network != .none { top["network"] = .string(network.rawValue) }
        if !schedule.isEmpty { top["schedule"] = schedule.json }
        if let budget {
            var money: [String: JSONValue] = ["max_total": .string(Quantity.money(budget))]
            if let maxPrice { money["max_price"] = .string(Quantity.rate(maxPrice)) }
            if payment != .balance { money["pay"] = .string(payment.rawValue) }
            top["budget"] = .object(money)
        }
        return JSONText.of(.object(top))
    }

    private var resourcesJSON: [String: JSONValue] {
        var gpu: [String: JSONValue] = [
            "count": .number(Int64(devices.count)),
            "model": .array(devices.models.map(JSONValue.string)),
            "memory": .string("\(devices.vramBytes) B"),
        ]
        if let tenths = devices.power?.capability {
            gpu["capability"] = .string(Quantity.capability(tenths: tenths))
        }
        if let speed = devices.power?.gigaflops {
            gpu["tflops"] = .string(Quantity.teraflops(gigaflops: speed))
        }
        return [
            "cpu": .string(Quantity.cpus(milli: slice.milliCPU)),
            "memory": .string("\(slice.memoryBytes) B"),
            "disk": .string("\(slice.diskBytes) B"),
            "gpu": .object(gpu),
        ]
    }

    private var arrayJSON: [String: JSONValue] {
        var array: [String: JSONValue] = [
            "count": .number(Int64(tasks)), "parallel": .number(Int64(parallel)),
            "max_failures": .number(Int64(maxFailures)),
        ]
        if isGang { array["gang"] = .bool(true) }
        return array
    }

    private var placementJSON: [String: JSONValue] {
        var placement: [String: JSONValue] = [
            "countries": .array(countries.map(JSONValue.string)),
            "tier": .string(minimumTier == .new ? "any" : minimumTier.rawValue),
        ]
        if let maxLatency {
            placement["max_latency"] = .string(Quantity.latency(microseconds: maxLatency))
        }
        if let spread { placement["spread"] = .string(spread.rawValue) }
        if let spot {
            let notice = Quantity.duration(seconds: spot.noticeMilliseconds / 1_000)
            placement["spot"] = .object(["notice": .string(notice)])
        }
        return placement
    }
}

extension JobSpec.Input {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = ["path": .string(path)]
        if let digest { object["digest"] = .string(digest.text) }
        return .object(object)
    }
}

/// JSON that is also YAML 1.2 as libyaml reads it: what a YAML reader would refuse or fold inside
/// quotes is escaped, keys are sorted.
private enum JSONText {
    static func of(_ value: JSONValue) -> String {
        switch value {
        case .null: return "null"
        case .bool(let truth): return truth ? "true" : "false"
        case .number(let number): return String(number)
        case .string(let text): return quoted(text)
        case .array(let values): return "[" + values.map(of).joined(separator: ", ") + "]"
        case .object(let values):
            let pairs = values.sorted { $0.key < $1.key }
            return "{" + pairs.map { "\(quoted($0.key)): \(of($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { $0 += escaped($1) } + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x22: return "\\\""
        case 0x5C: return "\\\\"
        case 0x00...0x1F, 0x7F...0xA0, 0x2028...0x2029, 0xFEFF, 0xFFFE...0xFFFF:
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        default: return String(Character(scalar))
        }
    }
}
