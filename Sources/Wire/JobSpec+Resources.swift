package import Domain

extension JobSpec {
    /// What a slice and a machine may have: job specs and the command line ask the same.
    package static let milliCPUBounds: ClosedRange<Int64> = 10...4_096_000
    package static let memoryBounds: ClosedRange<Int64> = 4 << 20...mostBytes
    package static let diskBounds: ClosedRange<Int64> = 1 << 20...mostBytes
    static let mostBytes: Int64 = 1 << 49

    mutating func readResources(_ top: SpecReader) throws(SpecError) {
        guard let node = top["resources"] else { return }
        let reader = try SpecReader(
            node, of: top.source, name: "resources", keys: ["cpu", "memory", "disk", "gpu"],
            unsupported: ["shm", "nodes", "interconnect", "net_down", "net_up"])
        slice = Resources(
            milliCPU: try reader.milliCPU() ?? slice.milliCPU,
            memoryBytes: try reader.bytes("memory", in: Self.memoryBounds) ?? slice.memoryBytes,
            diskBytes: try reader.bytes("disk", in: Self.diskBounds) ?? slice.diskBytes)
        devices = try reader.devices()
    }
}

extension SpecReader {
    fileprivate func milliCPU() throws(SpecError) -> Int64? {
        guard let node = self["cpu"] else { return nil }
        let milli = try value(of: node, named: path("cpu"), .cpu, SpecUnits.leastMilliCPU)
        let bounds = JobSpec.milliCPUBounds
        guard bounds.contains(milli) else {
            throw outOfRange(
                node, path("cpu"), Quantity.cpus(milli: bounds.lowerBound),
                Quantity.cpus(milli: bounds.upperBound))
        }
        return milli
    }

    fileprivate func bytes(
        _ key: String, in bounds: ClosedRange<Int64>
    ) throws(SpecError) -> Int64? {
        guard let node = self[key] else { return nil }
        let bytes = try value(of: node, named: path(key), .size, SpecUnits.leastBytes)
        guard bounds.contains(bytes) else {
            throw outOfRange(
                node, path(key), Quantity.bytes(bounds.lowerBound),
                Quantity.bytes(bounds.upperBound))
        }
        return bytes
    }

    /// `"24GB..:1"`, `"RTX 4090:2"`, `1`, or a map of model, count and memory.
    fileprivate func devices() throws(SpecError) -> DeviceNeed {
        guard let node = self["gpu"] else { return .none }
        switch node.content {
        case .map: return try devices(in: node)
        case .list: throw fault(.unsupportedValue("a list of GPU needs"), at: node)
        case .scalar:
            return try value(of: node, named: path("gpu"), .gpu, SpecUnits.devices)
        }
    }

    private func devices(in node: SpecNode) throws(SpecError) -> DeviceNeed {
        let name = path("gpu")
        let reader = try SpecReader(
            node, of: source, name: name,
            keys: ["model", "count", "memory", "capability", "tflops"])
        let count = try reader.whole("count", in: 0...JobSpec.maximumDevices) ?? 1
        let memory = try reader.bytes("memory", in: 0...JobSpec.mostBytes) ?? 0
        return DeviceNeed(
            count: count, models: try reader.models(), vramBytes: memory,
            power: DevicePower(
                capability: try reader.capability(), gigaflops: try reader.gigaflops()))
    }

    private func capability() throws(SpecError) -> Int? {
        try value("capability", .capability) { DevicePower.tenths(ofCapability: $0) }
    }

    private func gigaflops() throws(SpecError) -> Int64? {
        guard let node = self["tflops"] else { return nil }
        let speed = try value(of: node, named: path("tflops"), .speed, SpecUnits.gigaflops)
        let bounds = DevicePower.speeds
        guard bounds.contains(speed) else {
            throw outOfRange(
                node, path("tflops"), Quantity.teraflops(gigaflops: bounds.lowerBound),
                Quantity.teraflops(gigaflops: bounds.upperBound))
        }
        return speed
    }

    /// `model`: one name, or a list of accepted ones.
    private func models() throws(SpecError) -> [String] {
        guard let node = self["model"] else { return [] }
        var values = [node]
        if case .list = node.content { values = try list("model", atMost: 32) }
        var models: [String] = []
        for value in values {
            let model = try self.value(of: value, named: path("model"), .plain) {
                SpecUnits.model(Substring($0))
            }
            guard !models.contains(model) else { throw fault(.twice(model), at: value) }
            models.append(model)
        }
        return models
    }
}

extension SpecUnits {
    /// `"24GB..:1"`, `"RTX 4090:2"`, `1`: at most `JobSpec.maximumDevices`.
    package static func devices(_ text: String) -> DeviceNeed? {
        if let count = count(Substring(text)) {
            return DeviceNeed(count: count, models: [], vramBytes: 0)
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = parts.first, let count = parts.count == 1 ? 1 : count(parts[1]) else {
            return nil
        }
        if let memory = leastBytes(String(kind)), memory <= JobSpec.mostBytes {
            return DeviceNeed(count: count, models: [], vramBytes: memory)
        }
        return model(kind).map { DeviceNeed(count: count, models: [$0], vramBytes: 0) }
    }

    private static func count(_ text: Substring) -> Int? {
        guard let count = whole(text).map(Int.init), count <= JobSpec.maximumDevices
        else { return nil }
        return count
    }

    /// A model's name begins with a letter: 1…64 of letters, digits, blanks and `-_.+/()`.
    fileprivate static func model(_ text: Substring) -> String? {
        guard (1...64).contains(text.utf8.count), let first = text.first, first.isASCII,
            first.isLetter, text.last != " "
        else { return nil }
        let isAllowed = { (character: Character) in
            character.isASCII && (character.isLetter || character.isNumber)
                || " -_.+/()".contains(character)
        }
        return text.allSatisfy(isAllowed) && !text.hasSuffix("..") ? String(text) : nil
    }
}
