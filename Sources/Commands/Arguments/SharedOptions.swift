import Domain
import Wire

// Options that more than one command takes, or that all take.

extension Option where Value == OutputForm {
    static let output = Option("output", short: "o", "table|json", .optionOutput) {
        OutputForm(rawValue: $0)
    }
}

extension Option where Value == Language {
    static let language = Option("lang", "en|zh-TW", .optionLanguage) { Language(tag: $0) }
}

extension Option where Value == String {
    static let context = Option("context", short: "c", "NAME", .optionContext)
    static let name = Option("name", "NAME", .optionName)
    static let image = Option("image", "NAME", .optionImage)
    /// ISO 3166-1 alpha-2.
    static let region = Option("region", "TW", .optionRegion) { text in
        text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) } ? text : nil
    }
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
    static let registry = Option("registry", "HOST[:PORT]", .optionRegistry) { RegistryHost($0) }
}

extension Option where Value == DeviceID {
    static let lifted = Option("clear-quarantine", "UUID", .optionClearQuarantine) { DeviceID($0) }
}

extension Option where Value == Int {
    static let port = Option("port", "NUMBER", .optionPort) { text in
        Int(text).flatMap { (0...65_535).contains($0) ? $0 : nil }
    }
    static let limit = Option("limit", "NUMBER", .optionLimit) { text in
        Int(text).flatMap { (1...1000).contains($0) ? $0 : nil }
    }
}

extension Option where Value == Money {
    /// `5`, `5 USD`: above zero.
    static let budget = Option("budget", "5 USD", .optionBudget, parse: Money.init(written:))
}

extension Option where Value == Rate {
    /// `0.35`, `0.35 USD/h`.
    static let price = Option("price", "0.10 USD/h", .optionPrice) { text in
        SpecUnits.rate(text) ?? SpecUnits.rate(text + " \(MoneyDTO.currency)/h")
    }
}

extension Option where Value == Int64 {
    static let cpus = Option("cpus", "2", .optionCPUs) { SpecUnits.leastMilliCPU($0) }
    static let memory = Option("memory", "4GB", .optionMemory) { SpecUnits.leastBytes($0) }
    static let disk = Option("disk", "20GB", .optionDisk) { SpecUnits.leastBytes($0) }
    static let largestImage = Option("max-image", "64GB", .optionLargestImage) {
        SpecUnits.leastBytes($0)
    }
    /// Seconds.
    static let timeout = Option("timeout", "90m", .optionTimeout) { SpecUnits.seconds($0) }
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
