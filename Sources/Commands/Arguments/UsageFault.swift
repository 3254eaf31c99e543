import Domain
import Hosting
import NodeAgent
import Wire

/// How the words of a run are wrong. Shown as `usage`, exit code 2.
enum UsageFault: Error, Hashable, Sendable {
    case unknownCommand(String, nearest: String?)
    case unknownOption(String, nearest: String?)
    case valueMissing(String)
    case valueRefused(option: String, String, ExpectedValue)
    case flagWithValue(String)
    case operandMissing(String, command: String)
    case operandExtra(String, command: String)
    case budgetNeededForYes
    case imageOrFileNeeded
    case jobPathNeeded(String)
    case marketMissing
    case contextUnknown(String)
    case gpuLibrary(String)
    case deviceNameNeeded(String)
    case deviceNotHere(String, known: [String])
    case diskTooLarge(askedBytes: Int64, hasBytes: Int64)
    case spotPriceAbove(Rate, price: Rate)
    case egressPolicyAlone
    case schedule(ScheduleFault)
    case yieldsToNoGPU
    case yieldsToNoDesktop(DesktopWatch.Unavailable)
    case moment(option: String, String)
    case momentOver(option: String, String)

    func text(in language: Language) -> String {
        switch self {
        case .unknownCommand(let word, let nearest):
            told(.usageUnknownCommand, ["name": word], nearest, language)
        case .unknownOption(let word, let nearest):
            told(.usageUnknownOption, ["name": word], nearest, language)
        case .valueMissing(let option):
            Message.usageValueMissing.text(in: language, ["name": option])
        case .valueRefused(let option, let value, let expected):
            Message.usageValueRefused.text(
                in: language,
                [
                    "name": option, "value": String(value.prefix(80)),
                    "expected": expected.text(in: language),
                ])
        case .flagWithValue(let option):
            Message.usageFlagWithValue.text(in: language, ["name": option])
        case .operandMissing(let name, let command):
            Message.usageOperandMissing.text(in: language, ["name": name, "command": command])
        case .operandExtra(let word, let command):
            Message.usageOperandExtra.text(in: language, ["name": word, "command": command])
        case .budgetNeededForYes: Message.usageBudgetForYes.text(in: language)
        case .imageOrFileNeeded: Message.usageImageOrFile.text(in: language)
        case .jobPathNeeded(let word):
            Message.usageJobPath.text(in: language, ["name": word])
        case .marketMissing: Message.usageMarketMissing.text(in: language)
        case .contextUnknown(let name):
            Message.usageContextUnknown.text(in: language, ["context": name])
        case .deviceNameNeeded(let word):
            Message.usageDeviceName.text(in: language, ["word": word])
        case .deviceNotHere(let word, let known):
            Message.usageDeviceNotHere.text(
                in: language,
                [
                    "word": word,
                    "known": known.isEmpty
                        ? Message.noneAtAll.text(in: language) : known.joined(separator: ", "),
                ])
        case .diskTooLarge(let asked, let has):
            Message.usageDiskTooLarge.text(
                in: language, ["asked": Quantity.bytes(asked), "has": Quantity.bytes(has)])
        case .spotPriceAbove(let spot, let price):
            Message.usageSpotPrice.text(
                in: language, ["spot": Quantity.rate(spot), "price": Quantity.rate(price)])
        case .egressPolicyAlone: Message.usageEgressPolicyAlone.text(in: language)
        case .gpuLibrary(let why): Message.usageGPULibrary.text(in: language, ["why": why])
        case .schedule(let fault):
            Message.usageSchedule.text(in: language, ["why": fault.text(in: language)])
        case .yieldsToNoGPU: Message.usageYieldGPU.text(in: language)
        case .yieldsToNoDesktop(let why):
            Message.usageYieldDesktop.text(in: language, ["why": why.text(in: language)])
        case .moment(let option, let text):
            Message.usageMoment.text(in: language, ["option": "--" + option, "value": text])
        case .momentOver(let option, let text):
            Message.usageMomentOver.text(in: language, ["option": "--" + option, "value": text])
        }
    }

    /// The whole line that was meant, or that is missing before this one.
    func fixes(of words: [String]) -> [FixDTO] {
        let (wrong, right): (String, String)
        switch self {
        case .unknownCommand(let text, let nearest?):
            (wrong, right) = (text.split(separator: " ").last.map(String.init) ?? text, nearest)
        case .unknownOption(let option, let nearest?): (wrong, right) = (option, nearest)
        case .marketMissing: return [Self.fix(["up"])]
        default: return []
        }
        guard let place = words.firstIndex(where: { $0 == wrong || $0.hasPrefix(wrong + "=") })
        else { return [] }
        var meant = words
        meant[place] = right + words[place].dropFirst(wrong.count)
        return [Self.fix(meant)]
    }

    /// The sentence asks already whether that was meant.
    private static func fix(_ words: [String]) -> FixDTO {
        let line = ShellWords.line(["orban"] + words)
        return FixDTO(title: line, command: line)
    }

    private func told(
        _ message: Message, _ values: [String: String], _ nearest: String?, _ language: Language
    ) -> String {
        let text = message.text(in: language, values)
        guard let nearest else { return text }
        return text + " · " + Message.didYouMean.text(in: language, ["name": nearest])
    }

    /// The known word that takes the fewest single-character changes, if at most two do.
    static func nearest(to word: String, in known: [String]) -> String? {
        let best = known.map { ($0, distance(Array(word), Array($0))) }.min { $0.1 < $1.1 }
        return best.flatMap { $0.1 <= 2 && $0.1 < word.count ? $0.0 : nil }
    }

    /// Levenshtein distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (character == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
