import Domain
import Wire

// Options that more than one command takes, or that all take.

extension Option where Value == OutputForm {
    static let output = Option("output", short: "o", "table|json", .optionOutput, .word())
}

extension Option where Value == Language {
    static let language = Option(
        "lang", "en|zh-TW", .optionLanguage,
        ValueForm(ExpectedValue(.expectOneOf, words: Language.allCases.map(\.rawValue))) {
            Language(tag: $0)
        })
}

extension Option where Value == String {
    static let context = Option("context", short: "c", "NAME", .optionContext)
    static let name = Option("name", "NAME", .optionName)
    static let nodeName = Option("name", "NAME", .optionName, .nodeName)
    static let image = Option("image", "NAME", .optionImage)
    static let region = Option("region", "TW", .optionRegion, .region)
    static let engineSocket = Option("engine-socket", "PATH", .optionEngineSocket)
    static let containersRoot = Option("containers-root", "PATH", .optionContainersRoot)
    static let schedule = Option("schedule", "WINDOWS ZONE", .optionSchedule)
    static let nvml = Option("nvml", "PATH|none", .optionNVML)
    static let cuda = Option("cuda", "PATH|none", .optionCUDA)
    static let egressPolicy = Option("egress-policy", "FILE", .optionEgressPolicy)
    static let stateFolder = Option("state-dir", "PATH", .optionStateFolder)
    static let reason = Option("reason", "TEXT", .optionReason)
}

extension Option where Value == RegistryHost {
    static let registry = Option(
        "registry", "HOST[:PORT]", .optionRegistry, ValueForm(.expectHost) { RegistryHost($0) })
}

extension Option where Value == Beacon {
    static let beacon = Option(
        "beacon", "NAME=URL@LAT,LON", .optionBeacon, ValueForm(.expectBeacon) { Beacon($0) })
}

extension Option where Value == DeviceID {
    static let lifted = Option(
        "clear-quarantine", "UUID", .optionClearQuarantine,
        ValueForm(.expectDevice) { DeviceID($0) })
}

extension Option where Value == Int {
    static let port = Option("port", "NUMBER", .optionPort, .whole(0...65_535))
    static let limit = Option("limit", "NUMBER", .optionLimit, .whole(1...1000))
}

extension Option where Value == Money {
    static let budget = Option("budget", "5 USD", .optionBudget, .amount)
}

extension Option where Value == Rate {
    /// `0.35`, `0.35 USD/h`.
    static let price = Option("price", "0.10 USD/h", .optionPrice, perHour)
    static let spotPrice = Option("spot-price", "0.04 USD/h", .optionSpotPrice, perHour)

    private static let perHour = ValueForm(
        ExpectedValue(.expectPriceOrNumber, bounds: bounds)
    ) { text in
        SpecUnits.rate(text) ?? SpecUnits.rate(text + " \(MoneyDTO.currency)/h")
    }

    private static let bounds = ["0.000001", String(Rate.limit / 1_000_000)]
}

extension Option where Value == Int64 {
    static let cpus = Option("cpus", "2", .optionCPUs, .cpus(JobSpec.milliCPUBounds))
    static let memory = Option("memory", "4GB", .optionMemory, .size(JobSpec.memoryBounds))
    static let disk = Option("disk", "20GB", .optionDisk, .size(JobSpec.diskBounds))
    /// No market places an image of more.
    static let largestImage = Option(
        "max-image", "64GB", .optionLargestImage, .size(1_000_000...64 << 30))
    /// Seconds.
    static let timeout = Option(
        "timeout", "90m", .optionTimeout, .duration(0...MomentText.furthestSeconds))
}

extension Flag {
    static let noInput = Flag("no-input", .optionNoInput)
    static let yes = Flag("yes", short: "y", .optionYes)
}

extension Money {
    /// `5`, `0.25`, `5 USD`: above zero.
    init?(written text: String) {
        guard let money = SpecUnits.money(text) ?? Money(decimal: text), money > .zero else {
            return nil
        }
        self = money
    }
}
