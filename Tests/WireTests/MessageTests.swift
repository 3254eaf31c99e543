import Domain
import Testing

@testable import Wire

/// The names in braces of a template, sorted, each once.
enum Placeholders {
    static func of(_ template: String) -> [String] {
        let names = template.split(separator: "{", omittingEmptySubsequences: false).dropFirst()
            .compactMap { part in
                part.firstIndex(of: "}").map { String(part[..<$0].prefix { $0 != "|" }) }
            }
        return Set(names).sorted()
    }
}

@Suite struct MessageTests {
    @Test func `every key has a text in both languages, once`() {
        for message in Message.allCases {
            let text = Message.catalogue[message]
            #expect(text?.english.isEmpty == false, "\(message)")
            #expect(text?.traditionalChinese.isEmpty == false, "\(message)")
        }
        #expect(Message.countOfTexts == Message.allCases.count)
    }

    @Test func `both languages of a key name the same placeholders`() {
        for (message, text) in Message.catalogue {
            #expect(
                Placeholders.of(text.english) == Placeholders.of(text.traditionalChinese),
                "\(message)")
        }
    }

    @Test func `a value is never expanded again and an unknown placeholder stays`() {
        let text = Bilingual("{a} and {b}, {c}", "{a}、{b}、{c}")
        let values = ["a": "{b}", "b": "2"]
        #expect(text.text(in: .english, values) == "{b} and 2, {c}")
        #expect(text.text(in: .traditionalChinese, values) == "{b}、2、{c}")
        #expect(Bilingual("a } b { c", "x").text(in: .english) == "a } b { c")
    }

    @Test(arguments: [
        ("0", "0 tasks again"), ("1", "1 task again"), ("2", "2 tasks again"),
        ("11", "11 tasks again"),
    ])
    func `one is one task, any other number are tasks`(count: String, told: String) {
        #expect(Message.eventReopened.text(in: .english, ["tasks": count]) == told)
        let retried = Message.retryDone.text(in: .english, ["count": count, "job": "j"])
        #expect(
            retried.hasSuffix(count == "1" ? "1 task of j starts again" : "tasks of j start again"))
        #expect(Bilingual("{a|x|y} {b|x}", "").text(in: .english) == "{a|x|y} {b|x}")
    }

    /// Words that take no `s` here are no nouns of ours.
    @Test func `no text counts in the plural alone`() {
        let plain = ["s ×", "is", "verifies", "does", "needs", "takes"]
        for (message, text) in Message.catalogue {
            for part in text.english.split(separator: "{").dropFirst() {
                guard let end = part.firstIndex(of: "}"),
                    ["tasks", "count", "leases", "devices", "uses"].contains(String(part[..<end]))
                else { continue }
                let next = part[part.index(after: end)...].split(separator: " ").first ?? ""
                #expect(!next.hasSuffix("s") || plain.contains(String(next)), "\(message): \(next)")
            }
        }
    }

    @Test func `why no offer fits is one line with counts`() throws {
        let rejected = [
            RejectionDTO(.memory(bytes: 8_000_000_000), count: 2, in: .english),
            RejectionDTO(.price(try Rate(microPerHour: 100_000)), count: 1, in: .english),
        ]
        #expect(rejected.map(\.code) == ["memory", "price"])
        #expect(
            Mismatch.line(feasible: 0, total: 3, rejected: rejected, in: .english)
                == "0 of 3: 2 less than 8 GB memory · 1 above 0.10 USD/h")
        #expect(Mismatch.line(feasible: 3, total: 3, rejected: [], in: .english) == "3 of 3")
    }

    @Test(arguments: Language.allCases)
    func `every mismatch, state and end has a sentence without holes`(language: Language) throws {
        let mismatches: [Mismatch] = [
            .cpu(milli: 500), .memory(bytes: 1), .disk(bytes: 1), .deviceCount(2),
            .deviceModel(["A", "B"]), .deviceMemory(bytes: 1), .deviceCapability(tenths: 89),
            .deviceSpeed(gigaflops: 1), .window(milliseconds: 1), .region(["TW", "JP"]),
            .price(try Rate(microPerHour: 1)), .tier(.verified), .network, .owner, .draining, .down,
            .busy, .sibling,
        ]
        #expect(Set(mismatches.map(\.code)).count == mismatches.count)
        let ends: [EndReason] =
            [
                .exited(code: 3), .outOfMemory, .overran, .budgetExhausted, .stopped,
                .startFailed(code: "image_missing"), .nodeLost, .killed, .deviceLost(code: "gone"),
            ] + OwnerCode.allCases.map { .yielded(code: $0.rawValue) }
        let rate = try Rate(microPerHour: 1)
        let none: [Mismatch] = [.deviceCapability(tenths: 0), .deviceSpeed(gigaflops: 0)]
        let texts =
            mismatches.map { $0.text(in: language) }
            + (mismatches + none).map { $0.relaxing(to: 1, from: rate, in: language) }
            + ends.map { $0.sentence(in: language) }
            + OwnerCode.allCases.map { code in
                OfferClosing(code, until: Timestamp(milliseconds: 0)).text(in: language) { _ in "t"
                }
            }
            + JobState.allCases.map { $0.text(in: language) }
            + TaskState.allCases.map { $0.text(in: language) }
        for text in texts { #expect(!text.isEmpty && !text.contains("{"), "\(text)") }
    }

    @Test(arguments: [
        ("image_too_large", "larger than the node takes"),
        ("image_too_large_1000000", "larger than the 1 MB that"),
        ("image_too_large_1000000_9230123", "has 9.23 MB, which is larger than the 1 MB"),
        ("image_too_large_x", "(image_too_large_x)"), ("image_too_large_", "(image_too_large_)"),
        ("image_too_large_1_x", "(image_too_large_1_x)"),
    ])
    func `an image too large names its size and the limit, as far as they are known`(
        code: String, part: String
    ) throws {
        let reason = try #require(EndReason(text: "start_failed:" + code))
        #expect(reason.sentence(in: .english).contains(part))
        #expect(EndReason(text: reason.text) == reason)
    }

    @Test(arguments: [
        ("zh_TW.UTF-8", Language.traditionalChinese), ("zh-Hant-HK", .traditionalChinese),
        ("zh", .traditionalChinese), ("zh_CN.UTF-8", .english), ("zh-Hans", .english),
        ("en_GB.UTF-8", .english), ("C.UTF-8", .english), ("de_DE", nil), ("", nil),
    ])
    func `a locale names a language`(tag: String, language: Language?) {
        #expect(Language(tag: tag) == language)
    }

    @Test func `ORBAN_LANG goes before the locale and an empty one does not count`() {
        #expect(
            Language(environment: ["ORBAN_LANG": "zh-TW", "LANG": "en_US"]).rawValue == "zh-TW")
        #expect(Language(environment: ["ORBAN_LANG": "", "LANG": "zh_TW"]).rawValue == "zh-TW")
        #expect(Language(environment: ["LC_ALL": "fr_FR", "LANG": "zh_TW"]) == .english)
        #expect(Language(environment: [:]) == .english)
    }

    @Test(arguments: [
        ("zh-TW,en;q=0.8", Language.traditionalChinese),
        ("en;q=0.5, zh-TW;q=0.9", .traditionalChinese),
        ("zh-TW;q=0.1,en", .english), ("zh-TW;q=0", .english), ("fr,de", .english), ("*", .english),
        ("zh-TW;q=9,en;q=0.1", .english), ("fr;q=1,zh;q=0.3", .traditionalChinese),
        (";;,,", .english),
    ])
    func `Accept-Language chooses by weight`(header: String, language: Language) {
        #expect(Language(acceptLanguage: header) == language)
    }

    @Test func `amounts read as people write them`() throws {
        #expect(Quantity.bytes(8_000_000_000) == "8 GB")
        #expect(Quantity.bytes(512 << 20) == "512 MiB")
        #expect(Quantity.bytes(1000 << 20) == "1000 MiB")
        #expect(Quantity.bytes(24_152_000_001) == "24.15 GB")
        #expect(Quantity.bytes(0) == "0 B")
        #expect(Quantity.cpus(milli: 2000) == "2")
        #expect(Quantity.cpus(milli: 500) == "0.5")
        #expect(Quantity.money(try Money(micro: -1_200_001)) == "-1.200001 USD")
        #expect(Quantity.money(try Money(micro: 5_000_000)) == "5.00 USD")
        #expect(Quantity.rate(try Rate(microPerHour: 100_000)) == "0.10 USD/h")
        #expect(Quantity.duration(seconds: 5400) == "1h30m")
        #expect(Quantity.duration(seconds: 0) == "0s")
    }
}
