import Domain
import Testing

@testable import Wire

@Suite struct JobSpecTests {
    /// A spec that says everything the language has today.
    static let full = """
        # yaml-language-server: $schema=https://orban.example/schemas/job-v1.json
        version: 1
        type: batch
        name: qwen-batch
        image: vllm/vllm-openai:v0.11
        run: >
          python3 -m run_batch
          -i /in/prompts.jsonl -o /out/answers.jsonl
        env: {MODEL: Qwen/Qwen3-8B, MAX_LEN: 32768, DEBUG: false, COUNTRY: NO, SWITCH: on,
          PORTS: 22:22, MODE: 0o17, OLD: 017, RATIO: 1.50, EMPTY: "", "QUOTED": '5'}
        resources: {gpu: 24GB..:1, cpu: 8.., memory: 32GB.., disk: 512 MiB}
        placement: {countries: [TW, NO, JP], tier: verified, max_latency: 80ms}
        array: {count: 40, parallel: 12, max_failures: 5%}
        inputs:
          - {from: ./prompts.jsonl, path: /in/prompts.jsonl}
          - from: ./model/
            path: /home/job/model
            digest: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        outputs: [{path: /out, to: ./results}]
        budget: {max_total: 6.00 USD, max_price: 0.80 USD/h}
        limits: {max_duration: 1h30m}
        fence: 12s
        schedule: {start_by: 6h, finish_by: 2026-11-27T18:00:00+08:00, expect: 1h10m}
        """

    private static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static let small = "{type: batch, image: a, run: x, budget: {max_total: 1 USD}}"

    @Test func `a full spec keeps every word of it`() throws {
        let spec = try JobSpec.parse(Self.full, file: "orban.yaml")
        #expect(spec.name == "qwen-batch")
        #expect(spec.image == "vllm/vllm-openai:v0.11")
        let line = "python3 -m run_batch -i /in/prompts.jsonl -o /out/answers.jsonl\n"
        #expect(spec.command == ["sh", "-c", line])
        #expect(spec.devices == DeviceNeed(count: 1, models: [], vramBytes: 24_000_000_000))
        let slice = Resources(
            milliCPU: 8000, memoryBytes: 32_000_000_000, diskBytes: 512 << 20)
        #expect(spec.slice == slice)
        #expect(spec.countries == ["TW", "NO", "JP"])
        #expect(spec.minimumTier == .verified && spec.maxLatency == 80_000)
        #expect([spec.tasks, spec.parallel, spec.maxFailures] == [40, 12, 2])
        #expect(spec.inputs.map(\.from) == ["./prompts.jsonl", "./model/"])
        #expect(spec.inputs.map(\.digest) == [nil, try Sample.digest("a")])
        #expect(spec.outputs == [JobSpec.Output(path: "/out", to: "./results")])
        #expect(spec.budget == (try Money(micro: 6_000_000)))
        #expect(spec.maxPrice == (try Rate(microPerHour: 800_000)))
        #expect([spec.maxDuration, spec.fence] == [5400, 12])
        #expect(spec.schedule.startBy == .within(seconds: 21_600))
        #expect(spec.schedule.expected == 4200)
    }

    @Test func `a spec asks for a network or has none, and without one its text is as it was`()
        throws
    {
        let none = try JobSpec.parse(Self.small, file: "f")
        #expect(none.network == .none && none.needs.network == .none)
        #expect(!none.text.contains("network"))
        let said = try JobSpec.parse(String(Self.small.dropLast()) + ", network: none}", file: "f")
        #expect(said == none && said.text == none.text)
        let egress = try JobSpec.parse(
            String(Self.small.dropLast()) + ", network: egress}", file: "f")
        #expect(egress.network == .egress && egress.needs.network == .egress)
        #expect(try JobSpec.parse(egress.text, file: "f") == egress)
    }

    @Test func `a spot job has the notice that it asks for, and without one the text is as it was`()
        throws
    {
        let none = try JobSpec.parse(Self.small, file: "f")
        #expect(none.needs.spot == nil && !none.text.contains("spot"))
        for (text, milliseconds) in [
            ("true", 30_000), ("false", nil), ("{notice: 45s}", 45_000), ("{notice: 0s}", 0),
            ("{notice: 10m}", 600_000), ("{}", 30_000),
        ] as [(String, Int64?)] {
            let spec = try JobSpec.parse(
                String(Self.small.dropLast()) + ", placement: {spot: \(text)}}", file: "f")
            #expect(spec.needs.spot?.noticeMilliseconds == milliseconds, "\(text)")
            #expect(try JobSpec.parse(spec.text, file: "f") == spec)
        }
    }

    @Test func `a ceiling of the round trip is exact, and without one the text is as it was`()
        throws
    {
        let none = try JobSpec.parse(Self.small, file: "f")
        #expect(none.needs.latency == nil && !none.text.contains("latency"))
        let trips = try #require(RoundTrips([.init(beacon: .market, microseconds: 7)]))
        #expect(none.needs(measured: trips).latency == nil)
        for (text, microseconds) in [
            ("80ms", 80_000), ("1.5ms", 1_500), ("0.1ms", 100), ("2s", 2_000_000),
            ("0.25s", 250_000), ("20s", 20_000_000),
        ] as [(String, Int64)] {
            let spec = try JobSpec.parse(
                String(Self.small.dropLast()) + ", placement: {max_latency: \(text)}}", file: "f")
            #expect(spec.maxLatency == microseconds)
            let need = LatencyNeed(ceiling: microseconds, measured: trips)
            #expect(spec.needs(measured: trips).latency == need)
            #expect(try JobSpec.parse(spec.text, file: "f") == spec)
        }
    }

    @Test func `tasks are together or apart as a spec says, and without it the text is as it was`()
        throws
    {
        let none = try JobSpec.parse(Self.small, file: "f")
        #expect(none.formation == nil)
        #expect(!none.text.contains("gang") && !none.text.contains("spread"))
        let bare = String(Self.small.dropLast())
        let off = try JobSpec.parse(bare + ", array: {count: 2, gang: false}}", file: "f")
        #expect(off.formation == nil && !off.text.contains("gang"))
        for (text, formation) in [
            (", array: {count: 4, gang: true}}", Formation(gang: 4, spread: nil)),
            (
                ", array: {count: 64, gang: true, parallel: 64, max_failures: 0}}",
                Formation(gang: 64, spread: nil)
            ),
            (", placement: {spread: node}}", Formation(gang: nil, spread: .node)),
            (
                ", array: {count: 2, gang: true}, placement: {spread: provider}}",
                Formation(gang: 2, spread: .provider)
            ),
        ] {
            let spec = try JobSpec.parse(bare + text, file: "f")
            #expect(spec.formation == formation)
            #expect(try JobSpec.parse(spec.text, file: "f") == spec)
            let image = ImageReference.archive(name: "a", digest: try Sample.digest("c"))
            #expect(try spec.terms(image: image, inputs: [], at: Self.now).formation == formation)
        }
    }

    @Test func `env keeps scalars as they were written, by YAML 1.2`() throws {
        let spec = try JobSpec.parse(Self.full, file: "orban.yaml")
        let expected = [
            "MODEL=Qwen/Qwen3-8B", "MAX_LEN=32768", "DEBUG=false", "COUNTRY=NO", "SWITCH=on",
            "PORTS=22:22", "MODE=0o17", "OLD=017", "RATIO=1.50", "EMPTY=", "QUOTED=5",
        ]
        #expect(spec.environment.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test func `what is absent takes its default`() throws {
        let spec = try JobSpec.parse(Self.small, file: "orban.yaml")
        #expect(spec.name == "job")
        #expect(spec.slice == Resources(milliCPU: 500, memoryBytes: 1 << 30, diskBytes: 1 << 30))
        #expect(spec.devices == .none)
        #expect(spec.countries.isEmpty && spec.minimumTier == .new)
        #expect([spec.tasks, spec.parallel, spec.maxFailures] == [1, 1, 0])
        #expect([spec.maxDuration, spec.fence] == [3600, 8])
        #expect(spec.bid.microPerHour == 100_000_000)
        var made = JobSpec(image: "a", command: ["sh", "-c", "x"])
        made.budget = try Money(micro: 1_000_000)
        #expect(spec == made)
    }

    @Test func `core scalars are those of YAML 1.2`() {
        for text in [
            "NO", "no", "on", "yes", "off", "22:22", "1_000", "0b1", "-", "+", ".", "1e",
            "0o8", "0x", "12:30:45", "2026-11-22", "1.2.3", "<<", "=", "e3", "1e+", "0o-1",
        ] {
            #expect(CoreScalar(plain: text) == .text, "\(text)")
        }
        for (text, number) in [
            ("0", 0), ("-12", -12), ("+7", 7), ("017", 17), ("0o17", 15),
            ("0xFf", 255),
        ] as [(String, Int64)] {
            #expect(CoreScalar(plain: text) == .int(number), "\(text)")
        }
        #expect(CoreScalar(plain: "99999999999999999999") == .int(nil))
        for text in ["1.5", "1.", ".5", "-1e3", "1.5E-3", ".inf", "-.INF", ".nan"] {
            #expect(CoreScalar(plain: text) == .float, "\(text)")
        }
        for text in ["", "~", "null", "Null", "NULL"] { #expect(CoreScalar(plain: text) == .null) }
        #expect(CoreScalar(plain: "TRUE") == .bool(true))
        #expect(CoreScalar(plain: "tRUE") == .text)
    }

    @Test(
        arguments: [
            ("24GB..:1", 1, nil, 24_000_000_000), ("24GB+:2", 2, nil, 24_000_000_000),
            ("24 GiB..", 1, nil, 24 << 30), ("RTX 4090:2", 2, "RTX 4090", 0),
            ("H100", 1, "H100", 0),
            ("3", 3, nil, 0), ("0", 0, nil, 0),
            ("{model: L4, count: 2, memory: 20GB..}", 2, "L4", 20_000_000_000),
            ("{memory: 1.5GB}", 1, nil, 1_500_000_000), ("{model: [A10]}", 1, "A10", 0),
        ] as [(String, Int, String?, Int64)])
    func `a GPU need is read in each of its forms`(
        text: String, count: Int, model: String?, memory: Int64
    ) throws {
        let spec = try JobSpec.parse(
            "{type: batch, image: a, run: x, resources: {gpu: \(text)}}", file: "f")
        let models = model.map { [$0] } ?? []
        #expect(spec.devices == DeviceNeed(count: count, models: models, vramBytes: memory))
    }

    @Test(
        arguments: [
            ("{capability: 8.9}", 89, nil), ("{capability: 9}", 90, nil),
            ("{capability: \"12.0\"}", 120, nil), ("{capability: 99.9}", 999, nil),
            ("{tflops: 20}", nil, 20_000), ("{tflops: 82.6}", nil, 82_600),
            ("{tflops: 0.001}", nil, 1), ("{tflops: 1000000}", nil, 1_000_000_000),
            ("{model: L4, count: 2, capability: 8.9, tflops: 30.25}", 89, 30_250),
        ] as [(String, Int?, Int64?)])
    func `what a GPU has to be able to do is exact, and without it the text is as it was`(
        text: String, capability: Int?, gigaflops: Int64?
    ) throws {
        let spec = try JobSpec.parse(
            "{type: batch, image: a, run: x, resources: {gpu: \(text)}}", file: "f")
        let power = DevicePower(capability: capability, gigaflops: gigaflops)
        #expect(spec.devices.power == power && spec.needs.devices.power == power)
        #expect(try JobSpec.parse(spec.text, file: "f") == spec)
        let plain = try JobSpec.parse(Self.full, file: "f")
        #expect(!plain.text.contains("capability") && !plain.text.contains("tflops"))
    }

    @Test(arguments: [
        ("2", 2000), ("0.5", 500), ("\"2\"", 2000), ("2..", 2000), ("\"1.25+\"", 1250),
        ("4096", 4_096_000),
    ])
    func `CPUs are numbers or open ranges`(text: String, milli: Int64) throws {
        let spec = try JobSpec.parse(
            "{type: batch, image: a, run: x, resources: {cpu: \(text)}}", file: "f")
        #expect(spec.slice.milliCPU == milli)
    }

    @Test func `run may be a list, and numbers in it are words`() throws {
        let spec = try JobSpec.parse(
            "{type: batch, image: a, run: [sleep, 5, \"\", yes]}", file: "f")
        #expect(spec.command == ["sleep", "5", "", "yes"])
    }

    @Test func `JSON is read as well, with its surrogate pairs`() throws {
        let json = """
            {"type": "batch", "image": "a", "run": ["echo", "\\ud83d\\ude00 \\u00e9 \\\\ud83d\\n"],
            \t"env":{"A":"x\\/y"}, "budget":{"max_total":"1 USD"}}
            """
        let spec = try JobSpec.parse(json, file: "orban.json")
        #expect(spec.command == ["echo", "😀 é \\ud83d\n"])
        #expect(spec.environment == [Workload.Variable(name: "A", value: "x/y")])
    }

    @Test func `a spec's own text reads back as the same spec without paths of the renter`() throws
    {
        var spec = try JobSpec.parse(Self.full, file: "orban.yaml")
        spec.command = ["echo", "a\u{7F}\u{85}\u{2028}\u{1}\"\\\t\n 😀 {x}: #", "-", "~"]
        spec.environment = [Workload.Variable(name: "A", value: "\u{FFFF}\u{FEFF}\u{A0}é")]
        spec.slice = Resources(milliCPU: 10, memoryBytes: (1 << 49) - 1, diskBytes: (1 << 20) + 1)
        spec.devices = DeviceNeed(count: 2, models: ["RTX 4090", "L4"], vramBytes: 12_345_678_901)
        let sent = try JobSpec.parse(spec.text, file: "sent")
        for index in spec.inputs.indices { spec.inputs[index].from = nil }
        for index in spec.outputs.indices { spec.outputs[index].to = nil }
        #expect(sent == spec)
        #expect(sent.text == spec.text)
        #expect(!spec.text.contains("prompts.jsonl\", \"from"))
    }

    @Test func `terms pin the image and the inputs`() throws {
        let spec = try JobSpec.parse(Self.full, file: "orban.yaml")
        let inputs = [
            Workload.Input(digest: try Sample.digest("a"), path: "/home/job/model", form: .folder),
            Workload.Input(digest: try Sample.digest("b"), path: "/in/prompts.jsonl", form: .file),
        ]
        let image = ImageReference.archive(name: spec.image, digest: try Sample.digest("c"))
        let terms = try spec.terms(image: image, inputs: inputs, at: Self.now)
        #expect(terms.workload.image == image)
        #expect(terms.workload.inputs == inputs.reversed())
        #expect(terms.workload.outputs == ["/out"])
        #expect(terms.needs.bid == (try Rate(microPerHour: 800_000)))
        #expect(terms.needs.regions == ["TW", "NO", "JP"])
        #expect([terms.tasks, terms.parallel, terms.maxFailures] == [40, 12, 2])
        #expect(terms.budget == (try Money(micro: 6_000_000)))
        #expect(terms.deadline == (try spec.deadline(at: Self.now)))
        #expect(terms.deadline?.startBy == Self.now.advanced(seconds: 21_600))
    }

    @Test func `terms are refused without a budget or with other inputs`() throws {
        let image = ImageReference.archive(name: "a", digest: try Sample.digest("c"))
        let bare = try JobSpec.parse("{type: batch, image: a, run: x}", file: "f")
        let spec = try JobSpec.parse(Self.full, file: "f")
        let model = Workload.Input(
            digest: try Sample.digest("a"), path: "/home/job/model", form: .folder)
        let prompts = Workload.Input(
            digest: try Sample.digest("b"), path: "/in/prompts.jsonl", form: .file)
        let other = Workload.Input(digest: try Sample.digest("b"), path: "/x", form: .file)
        let changed = Workload.Input(
            digest: try Sample.digest("b"), path: "/home/job/model", form: .folder)
        let cases: [(JobSpec, [Workload.Input], SpecError.Fault, String)] = [
            (bare, [], .missingKey("budget.max_total"), "/budget"),
            (spec, [model], .inputMissing("/in/prompts.jsonl"), "/inputs/0"),
            (spec, [changed, prompts], .inputDiffers("/home/job/model"), "/inputs/1/digest"),
            (spec, [model, prompts, other], .inputUnknown("/x"), "/inputs"),
            (spec, [model, prompts, prompts], .tooMany(key: "inputs", limit: 2), "/inputs"),
        ]
        for (spec, inputs, fault, pointer) in cases {
            let error = #expect(throws: SpecError.self) {
                try spec.terms(image: image, inputs: inputs, at: Self.now)
            }
            #expect(error?.fault == fault)
            #expect(error?.pointer == pointer)
        }
    }
}
