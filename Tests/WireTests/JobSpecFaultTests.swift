import Domain
import Testing

@testable import Wire

/// A bad spec, and what is told about it.
struct BadSpec: Sendable, CustomTestStringConvertible {
    let text: String
    let told: String

    init(_ text: String, _ told: String) {
        self.text = text
        self.told = told
    }

    var testDescription: String { told }
}

@Suite struct JobSpecFaultTests {
    private func fault(of text: String) -> SpecError? {
        do {
            _ = try JobSpec.parse(text, file: "f")
            return nil
        } catch {
            return error
        }
    }

    /// Rows after three good lines, so that the fault stands in line 4.
    private static func after(_ text: String, _ told: String) -> BadSpec {
        BadSpec("type: batch\nimage: a\nrun: x\n" + text + "\n", told)
    }

    static let shape = [
        BadSpec("", "f  the spec is empty"),
        BadSpec("# only this\n", "f  the spec is empty"),
        BadSpec("- a\n", "f:1:1  \"\" must be a map, not a list"),
        BadSpec("type: batch\n", "f:1:1  \"image\" is missing"),
        BadSpec("type: batch\nimage: a\n", "f:1:1  \"run\" is missing"),
        BadSpec("image: a\nrun: x\n", "f:1:1  \"type\" is missing"),
        BadSpec("type: dev\nimage: a\nrun: x\n", "f:1:7  type dev is not supported yet"),
        BadSpec("type: lambda\n", "f:1:7  \"type\" must be batch, not \"lambda\""),
        after("budgte: {max_total: 5 USD}", "f:4:1  unknown key \"budgte\""),
        after("template: x", "f:4:1  \"template\" is not supported yet"),
        after("resources: {gpu: 1, shm: 8GB}", "f:4:21  \"resources.shm\" is not supported yet"),
        after("budget: {max_totl: 1 USD}", "f:4:10  unknown key \"max_totl\""),
        after("env: {A: 1}\nenv: {B: 2}", "f:4:1  key \"env\" stands twice"),
        after("version: 2", "f:4:10  \"version\" must be 1, not \"2\""),
        after("version: one", "f:4:10  \"version\" must be a whole number, not text"),
        after("name: 7", "f:4:7  \"name\" must be text (put it in quotes), not a number"),
        after("name: true", "f:4:7  \"name\" must be text (put it in quotes), not true or false"),
        after("name:", "f:4:6  \"name\" must be text, not nothing"),
        after("name: [a]", "f:4:7  \"name\" must be text, not a list"),
        after(
            "name: A_b",
            "f:4:7  \"name\" must be lower-case letters, digits and inner hyphens, at most 63, not \"A_b\""
        ),
        after("fence: !!str 8s", "f:4:8  \"fence\" is fine"),
        after("fence: !secret 8s", "f:4:8  tags such as !secret are not allowed"),
        after("fence: [8s", "f:5:1  not readable as YAML: did not find expected ',' or ']'"),
        after("fence: 8s\n---\ntype: batch", "f:5:1  only one document is allowed"),
        after(
            "\tfence: 8s",
            "f:4:1  not readable as YAML: found a tab character that violates indentation"),
    ]

    static let latencies = [
        after(
            "placement: {max_latency: 80}",
            "f:4:26  \"placement.max_latency\" must be a time such as 80ms, 1.5ms or 0.5s, not \"80\""
        ),
        after(
            "placement: {max_latency: 1h}",
            "f:4:26  \"placement.max_latency\" must be a time such as 80ms, 1.5ms or 0.5s, not \"1h\""
        ),
        after(
            "placement: {max_latency: 0ms}",
            "f:4:26  \"placement.max_latency\" must be within 0.1ms and 20000ms"),
        after(
            "placement: {max_latency: 999999999999999s}",
            "f:4:26  \"placement.max_latency\" must be within 0.1ms and 20000ms"),
        after("placement: {latency: 1ms}", "f:4:13  unknown key \"latency\""),
    ]

    static let formations = [
        after(
            "array: {count: 2, gang: yes}",
            "f:4:25  \"array.gang\" must be true or false, not text"),
        after(
            "array: {count: 2, gang: \"true\"}",
            "f:4:25  \"array.gang\" must be true or false, not text"),
        after(
            "array: {count: 1, gang: true}", "f:4:16  \"array.count\" must be within 2 and 64"),
        after(
            "array: {count: 65, gang: true}", "f:4:16  \"array.count\" must be within 2 and 64"),
        after(
            "array: {count: 4, gang: true, parallel: 3}",
            "f:4:41  \"array.parallel\" does not go with \"array.gang\""),
        after(
            "array: {count: 4, gang: true, max_failures: 1}",
            "f:4:45  \"array.max_failures\" does not go with \"array.gang\""),
        after(
            "placement: {spot: true}\narray: {count: 2, gang: true}",
            "f:5:25  \"array.gang\" does not go with \"placement.spot\""),
        after(
            "placement: {spread: rack}",
            "f:4:21  \"placement.spread\" must be node or provider, not \"rack\""),
    ]
    private static let capability =
        "f:4:31  \"resources.gpu.capability\" must be "
        + "a CUDA compute capability such as 8.9, from 1.0 to 99.9, not "
    private static let speed =
        "f:4:27  \"resources.gpu.tflops\" must be "
        + "a number of TFLOPS such as 20 or 82.6, with at most three decimals, not "

    static let powers =
        ["0.9", "100.0", "8.95", "-8.9", ".nan", "-.inf", "sm_89", "1e1"].map {
            after("resources: {gpu: {\(capabilityKey)\($0)}}", capability + "\"\($0)\"")
        }
        + ["-1", ".nan", ".inf", "1e3", "0.0001", "20 TFLOPS"].map {
            after("resources: {gpu: {\(speedKey)\($0)}}", speed + "\"\($0)\"")
        }
        + ["0", "0.000", "1000000.001", "999999999999999"].map {
            after(
                "resources: {gpu: {\(speedKey)\($0)}}",
                "f:4:27  \"resources.gpu.tflops\" must be within 0.001 and 1000000")
        }
    private static let (capabilityKey, speedKey) = ("capability: ", "tflops: ")
    static let spots = [
        after(
            "placement: {spot: auto}",
            "f:4:19  \"placement.spot\" must be true, false or a notice such as {notice: 45s}, not \"auto\""
        ),
        after(
            "placement: {spot: {notice: 11m}}",
            "f:4:28  \"placement.spot.notice\" must be within 0s and 10m"),
        after(
            "placement: {spot: {notice: 45}}",
            "f:4:28  \"placement.spot.notice\" must be a duration such as 8s, 90m or 1h30m, not \"45\""
        ),
        after(
            "placement: {spot: {grace: 45s}}", "f:4:20  unknown key \"grace\""),
    ]

    static let values = [
        after(
            "resources: {cpu: fast}",
            "f:4:18  \"resources.cpu\" must be a number of CPUs such as 2, 0.5 or \"2..\", not \"fast\""
        ),
        after(
            "resources: {cpu: 2..8}",
            "f:4:18  \"resources.cpu\" must be a number of CPUs such as 2, 0.5 or \"2..\", not \"2..8\""
        ),
        after("resources: {cpu: 0}", "f:4:18  \"resources.cpu\" must be within 0.01 and 4096"),
        after(
            "resources: {cpu: -1}",
            "f:4:18  \"resources.cpu\" must be a number of CPUs such as 2, 0.5 or \"2..\", not \"-1\""
        ),
        after(
            "resources: {memory: 1024}",
            "f:4:21  \"resources.memory\" must be a size with a unit, such as 512 MiB, 2GB or \"2GB..\", not \"1024\""
        ),
        after(
            "resources: {memory: 2Gb}",
            "f:4:21  \"resources.memory\" must be a size with a unit, such as 512 MiB, 2GB or \"2GB..\", not \"2Gb\""
        ),
        after(
            "resources: {memory: 1kB}",
            "f:4:21  \"resources.memory\" must be within 4 MiB and 512 TiB"),
        after(
            "resources: {memory: 999999TB}",
            "f:4:21  \"resources.memory\" must be within 4 MiB and 512 TiB"),
        after(
            "resources: {memory: 999999999999999TB}",
            "f:4:21  \"resources.memory\" must be within 4 MiB and 512 TiB"
        ),
        after("resources: {gpu: [L4, A10]}", "f:4:18  a list of GPU needs is not supported yet"),
        after(
            "resources: {gpu: 65}",
            "f:4:18  \"resources.gpu\" must be a GPU need such as \"24GB..:1\", \"RTX 4090:2\" or 1, not \"65\""
        ),
        after(
            "resources: {gpu: \"L4:x\"}",
            "f:4:18  \"resources.gpu\" must be a GPU need such as \"24GB..:1\", \"RTX 4090:2\" or 1, not \"L4:x\""
        ),
        after("resources: {gpu: {model: [L4, L4]}}", "f:4:31  \"L4\" stands twice"),
        after(
            "placement: {countries: [TW, tw]}",
            "f:4:29  \"placement.countries\" must be two capital letters of ISO 3166-1 such as TW, not \"tw\""
        ),
        after(
            "placement: {countries: [\"!CN\"]}",
            "f:4:25  \"!\" (excluded countries) is not supported yet"),
        after(
            "network: host",
            "f:4:10  \"network\" must be none or egress, not \"host\""),
        after(
            "placement: {tier: gold}",
            "f:4:19  \"placement.tier\" must be any, tested, verified or attested, not \"gold\""),
        after("array: {parallel: 3}", "f:4:8  \"array.count\" is missing"),
        after("array: {count: 0}", "f:4:16  \"array.count\" must be within 1 and 10000"),
        after("array: {count: 10001}", "f:4:16  \"array.count\" must be within 1 and 10000"),
        after(
            "array: {count: 99999999999999999999}",
            "f:4:16  \"array.count\" must be within 1 and 10000"),
        after(
            "array: {count: 4, max_failures: 101%}",
            "f:4:33  \"array.max_failures\" must be a whole number, or a part such as \"5%\", not \"101%\""
        ),
        after("array: {range: 1-480}", "f:4:9  \"array.range\" is not supported yet"),
        after("budget: {}", "f:4:9  \"budget.max_total\" is missing"),
        after(
            "budget: {max_total: 5}",
            "f:4:21  \"budget.max_total\" must be an amount such as 5 USD or 0.05 USD, not \"5\""),
        after(
            "budget: {max_total: 5 EUR}",
            "f:4:21  \"budget.max_total\" must be an amount such as 5 USD or 0.05 USD, not \"5 EUR\""
        ),
        after(
            "budget: {max_total: 0 USD}",
            "f:4:21  \"budget.max_total\" must be within 0.000001 USD and 10¹² USD"),
        after(
            "budget: {max_total: 1 USD, max_price: 1 USD}",
            "f:4:39  \"budget.max_price\" must be a price such as 0.35 USD/h, not \"1 USD\""),
        after(
            "limits: {max_duration: 90}",
            "f:4:24  \"limits.max_duration\" must be a duration such as 8s, 90m or 1h30m, not \"90\""
        ),
        after(
            "limits: {max_duration: 400d}",
            "f:4:24  \"limits.max_duration\" must be within 1s and 366d"),
        after(
            "limits: {max_duration: 0s}",
            "f:4:24  \"limits.max_duration\" must be within 1s and 366d"),
        after("fence: 2s", "f:4:8  \"fence\" must be within 3s and 1d"),
        after(
            "fence: ~", "f:4:8  \"fence\" must be a duration such as 8s, 90m or 1h30m, not nothing"),
        after("env: {A: ~}", "f:4:10  \"env.A\" must be text, a number or true/false, not nothing"),
        after(
            "env: {A: [1]}", "f:4:10  \"env.A\" must be text, a number or true/false, not a list"),
        after(
            "env: {1A: x}",
            "f:4:7  \"env\" must be a name of letters, digits and _, not starting with a digit, not \"1A\""
        ),
        after(
            "env: {A: \"\\0\"}",
            "f:4:10  \"env.A\" must be text without control characters, not \"\\u{0}\""),
        BadSpec(
            "type: batch\nimage: a b\nrun: x",
            "f:2:8  \"image\" must be text without control characters, not \"a b\""),
        BadSpec(
            "type: batch\nimage: a\nrun: []",
            "f:3:6  \"run\" must be a command line, or a list of words, not \"\""),
        BadSpec(
            "type: batch\nimage: a\nrun: \"\"",
            "f:3:6  \"run\" must be a command line, or a list of words, not \"\""),
        BadSpec(
            "type: batch\nimage: a\nrun: [a, [b]]",
            "f:3:10  \"run\" must be text, a number or true/false, not a list"),
    ]

    static let mounts = [
        after("inputs: [{from: ./a}]", "f:4:10  \"inputs.path\" is missing"),
        after(
            "inputs: [{path: in}]",
            "f:4:17  \"inputs.path\" must be an absolute path without . or .. such as /in/data, not \"in\""
        ),
        after(
            "inputs: [{path: /}]",
            "f:4:17  \"inputs.path\" must be an absolute path without . or .. such as /in/data, not \"/\""
        ),
        after(
            "inputs: [{path: /in/../etc}]",
            "f:4:17  \"inputs.path\" must be an absolute path without . or .. such as /in/data, not \"/in/../etc\""
        ),
        after(
            "inputs: [{path: /in/}]",
            "f:4:17  \"inputs.path\" must be an absolute path without . or .. such as /in/data, not \"/in/\""
        ),
        after(
            "inputs: [{path: /in//a}]",
            "f:4:17  \"inputs.path\" must be an absolute path without . or .. such as /in/data, not \"/in//a\""
        ),
        after("inputs: [{path: /proc/self}]", "f:4:17  path /proc/self belongs to the system"),
        after("outputs: [{path: /sys}]", "f:4:18  path /sys belongs to the system"),
        after("outputs: [{path: /out}, {path: /out/a}]", "f:4:32  path /out/a overlaps /out"),
        after(
            "inputs: [{path: /data}]\noutputs: [{path: /data}]", "f:5:18  path /data overlaps /data"
        ),
        after("inputs: [{path: /in, from: \"s3://b/x\"}]", "f:4:28  s3:// is not supported yet"),
        after("inputs: [{path: /in, mode: ro}]", "f:4:22  \"inputs.mode\" is not supported yet"),
        after(
            "inputs: [{path: /in, digest: abc}]",
            "f:4:30  \"inputs.digest\" must be sha256: and 64 lower-case hex digits, not \"abc\""),
        after("outputs: {path: /out}", "f:4:10  \"outputs\" must be a list, not a map"),
    ]

    @Test(arguments: shape + values + powers + latencies + formations + spots + mounts)
    func `a bad spec is refused with its line and column`(bad: BadSpec) {
        let error = fault(of: bad.text)
        guard !bad.told.hasSuffix("is fine") else {
            #expect(error == nil)
            return
        }
        #expect(error?.located(in: .english) == bad.told)
    }

    @Test func `an excerpt shows the line, a caret and the nearest key`() throws {
        let text = "type: batch\nimage: a\nrun: x\n  # 中\nbudgte: {max_total: 5 USD}\n"
        let error = try #require(fault(of: text))
        #expect(
            error.excerpt(in: .english) == [
                "  5 | budgte: {max_total: 5 USD}", "    | ^^^^^^ did you mean \"budget\"?",
            ])
        #expect(error.excerpt(in: .traditionalChinese).last?.hasSuffix("「budget」？") == true)
        let wide = try #require(fault(of: "{type: batch, name: \"中文\", image: 3}"))
        #expect(
            wide.excerpt(in: .english) == [
                "  1 | {type: batch, name: \"中文\", image: 3}",
                "    |" + String(repeating: " ", count: 36) + "^",
            ])
    }

    @Test func `only a near key is proposed`() {
        let keys = ["budget", "limits", "env"]
        #expect(SpecReader.nearest(to: "budgte", in: keys) == "budget")
        #expect(SpecReader.nearest(to: "limit", in: keys) == "limits")
        #expect(SpecReader.nearest(to: "Env", in: keys) == "env")
        #expect(SpecReader.nearest(to: "enviroment", in: keys) == nil)
        #expect(SpecReader.nearest(to: "", in: keys) == nil)
    }

    @Test func `counts and lengths have limits`() {
        let head = "{type: batch, image: a, run: x, "
        let env = (0...256).map { "V\($0): 1" }.joined(separator: ", ")
        #expect(fault(of: head + "env: {\(env)}}")?.fault == .tooMany(key: "env", limit: 256))
        let inputs = (0...64).map { "{path: /i\($0)}" }.joined(separator: ", ")
        #expect(
            fault(of: head + "inputs: [\(inputs)]}")?.fault == .tooMany(key: "inputs", limit: 64))
        let both = (0..<40).map { "{path: /i\($0)}" }.joined(separator: ", ")
        let others = (0..<40).map { "{path: /o\($0)}" }.joined(separator: ", ")
        let mounts = head + "inputs: [\(both)], outputs: [\(others)]}"
        #expect(fault(of: mounts)?.fault == .tooMany(key: "inputs", limit: 64))
        let long = String(repeating: "x", count: 65_536)
        #expect(
            fault(of: "{type: batch, image: a, run: \(long)}")?.fault
                == .tooLong(key: "run", limitBytes: 65_536))
    }
}
