import Domain

extension JobSpec {
    /// Reads a spec. `file` names it in errors.
    ///
    /// Never traps, whatever `text` is; time and memory are bounded by `SpecSource`'s limits.
    /// - Throws: `SpecError`, the first fault found.
    package static func parse(_ text: String, file: String) throws(SpecError) -> JobSpec {
        let source = SpecSource(text: text, file: file)
        let top = try SpecReader(
            source.tree(), of: source, name: "",
            keys: [
                "version", "type", "name", "image", "run", "env", "resources", "placement",
                "array", "inputs", "outputs", "budget", "limits", "fence", "network",
                "schedule",
            ],
            unsupported: [
                "labels", "template", "registry", "workdir", "setup", "shell", "secrets",
                "volumes", "retry", "checkpoint", "verify", "privacy", "service", "dev",
                "notify",
            ])
        try top.checkKind()
        var spec = JobSpec(image: try top.image(), command: try top.command())
        spec.name = try top.jobName() ?? spec.name
        spec.environment = try top.environment()
        try spec.readResources(top)
        try spec.readPlacement(top)
        try spec.readArray(top)
        try spec.readMounts(top)
        try spec.readMoney(top)
        try spec.readLimits(top)
        try spec.readSchedule(top)
        spec.network =
            try top.value("network", .network, NetworkAccess.init(rawValue:)) ?? spec.network
        return spec
    }

    private mutating func readPlacement(_ top: SpecReader) throws(SpecError) {
        guard let node = top["placement"] else { return }
        let placement = try SpecReader(
            node, of: top.source, name: "placement",
            keys: ["countries", "tier", "max_latency", "spread", "spot"],
            unsupported: ["providers", "reliability", "where", "prefer"])
        for node in try placement.list("countries", atMost: Self.maximumCountries) {
            let country = try placement.country(node)
            guard !countries.contains(country) else {
                throw placement.fault(.twice(country), at: node)
            }
            countries.append(country)
        }
        let tiers: [String: Tier] = [
            "any": .new, "tested": .tested, "verified": .verified, "attested": .attested,
        ]
        minimumTier = try placement.value("tier", .tier) { tiers[$0] } ?? minimumTier
        maxLatency = try placement.latency("max_latency", in: Self.latencyBounds)
        spread = try placement.value("spread", .spread, Formation.Spread.init(rawValue:))
        spot = try placement.spot()
    }

    private mutating func readArray(_ top: SpecReader) throws(SpecError) {
        guard let node = top["array"] else { return }
        let array = try SpecReader(
            node, of: top.source, name: "array",
            keys: ["count", "parallel", "max_failures", "gang"],
            unsupported: ["range", "chunk", "values", "matrix"])
        isGang = try array.truth("gang") ?? false
        let bounds = 1...JobTerms.maximumTasks
        tasks = try array.whole(
            of: array.required("count"), named: "array.count",
            in: isGang ? Formation.members : bounds)
        parallel = min(tasks, try array.whole("parallel", in: bounds) ?? tasks)
        maxFailures = try array.maxFailures(of: tasks)
        guard isGang else { return }
        if spot != nil, let node = array["gang"] {
            throw array.fault(.conflict("array.gang", with: "placement.spot"), at: node)
        }
        if parallel != tasks, let node = array["parallel"] {
            throw array.fault(.conflict("array.parallel", with: "array.gang"), at: node)
        }
        if maxFailures != 0, let node = array["max_failures"] {
            throw array.fault(.conflict("array.max_failures", with: "array.gang"), at: node)
        }
    }

    private mutating func readMoney(_ top: SpecReader) throws(SpecError) {
        guard let node = top["budget"] else { return }
        let reader = try SpecReader(
            node, of: top.source, name: "budget", keys: ["max_total", "max_price", "pay"],
            unsupported: ["on_exhausted", "warn_at"])
        let total = try reader.required("max_total")
        let money = try reader.value(
            of: total, named: "budget.max_total", .money, SpecUnits.money)
        guard money > .zero else {
            throw reader.outOfRange(total, "budget.max_total", "0.000001 USD", "10¹² USD")
        }
        budget = money
        maxPrice = try reader.value("max_price", .price, SpecUnits.rate)
        payment = try reader.value("pay", .payment, Payment.init(rawValue:)) ?? payment
    }

    private mutating func readLimits(_ top: SpecReader) throws(SpecError) {
        fence = try top.seconds("fence", in: 3...86_400) ?? fence
        guard let node = top["limits"] else { return }
        let limits = try SpecReader(
            node, of: top.source, name: "limits", keys: ["max_duration"],
            unsupported: ["start_timeout", "idle_stop", "min_gpu_util"])
        let bounds = 1...Self.maximumDuration
        maxDuration = try limits.seconds("max_duration", in: bounds) ?? maxDuration
    }
}

extension SpecReader {
    fileprivate func checkKind() throws(SpecError) {
        if let node = self["version"], try whole(of: node, named: "version", in: 0...99) != 1 {
            throw fault(.badValue(key: "version", .version, node.scalarText), at: node)
        }
        let type = try required("type")
        switch try text(of: type, named: "type") {
        case "batch": return
        case "service", "dev": throw fault(.unsupportedValue("type \(type.scalarText)"), at: type)
        default: throw fault(.badValue(key: "type", .type, type.scalarText), at: type)
        }
    }

    /// 1…63 of `a-z 0-9 -`, no hyphen at an end.
    fileprivate func jobName() throws(SpecError) -> String? {
        guard let name = try text("name"), let node = self["name"] else { return nil }
        let bytes = Array(name.utf8)
        let isInner = { (byte: UInt8) in
            (48...57).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard (1...63).contains(bytes.count), bytes.allSatisfy(isInner),
            bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-")
        else { throw fault(.badValue(key: "name", .name, name), at: node) }
        return name
    }

    fileprivate func image() throws(SpecError) -> String {
        let node = try required("image")
        let image = try text(of: node, named: "image")
        guard (1...512).contains(image.utf8.count),
            image.utf8.allSatisfy({ (33...126).contains($0) })
        else { throw fault(.badValue(key: "image", .plain, image), at: node) }
        return image
    }

    fileprivate func country(_ node: SpecNode) throws(SpecError) -> String {
        let country = try text(of: node, named: "placement.countries")
        guard !country.hasPrefix("!") else {
            throw fault(.unsupportedValue("\"!\" (excluded countries)"), at: node)
        }
        guard country.utf8.count == 2, country.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw fault(.badValue(key: "placement.countries", .country, country), at: node)
        }
        return country
    }

    fileprivate func maxFailures(of tasks: Int) throws(SpecError) -> Int {
        guard let node = self["max_failures"] else { return 0 }
        if node.scalarText.hasSuffix("%") {
            return try value(of: node, named: "array.max_failures", .failures) {
                SpecUnits.part($0, of: tasks)
            }
        }
        return try whole(of: node, named: "array.max_failures", in: 0...JobTerms.maximumTasks)
    }

    /// `true`, `false`, or a map with the notice.
    fileprivate func spot() throws(SpecError) -> SpotTerms? {
        guard let node = self["spot"] else { return nil }
        if case .map = node.content {
            let reader = try SpecReader(node, of: source, name: path("spot"), keys: ["notice"])
            let seconds = try reader.seconds("notice", in: 0...SpotTerms.longestNotice / 1_000)
            return seconds.map { SpotTerms(noticeMilliseconds: $0 * 1_000) } ?? SpotTerms()
        }
        let isSpot = try value(of: node, named: path("spot"), .spot) { text in
            if case .bool(let truth) = CoreScalar(plain: text) { truth } else { nil }
        }
        return isSpot ? SpotTerms() : nil
    }

    fileprivate func latency(
        _ key: String, in range: ClosedRange<Int64>
    ) throws(SpecError) -> Int64? {
        guard let node = self[key] else { return nil }
        let latency = try value(of: node, named: path(key), .latency, SpecUnits.microseconds)
        guard range.contains(latency) else {
            let low = Quantity.latency(microseconds: range.lowerBound)
            throw outOfRange(
                node, path(key), low, Quantity.latency(microseconds: range.upperBound))
        }
        return latency
    }

    func seconds(
        _ key: String, in range: ClosedRange<Int64>
    ) throws(SpecError) -> Int64? {
        guard let node = self[key] else { return nil }
        let seconds = try value(of: node, named: path(key), .duration, SpecUnits.seconds)
        guard range.contains(seconds) else {
            let low = Quantity.duration(seconds: range.lowerBound)
            throw outOfRange(node, path(key), low, Quantity.duration(seconds: range.upperBound))
        }
        return seconds
    }
}

extension SpecNode {
    /// A scalar's text; empty for lists and maps.
    var scalarText: String {
        if case .scalar(let text, isPlain: _) = content { text } else { "" }
    }
}
