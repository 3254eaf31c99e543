import Domain
import Testing

@testable import Wire

/// Specs as people write them: with what is served today they parse; what the language has
/// beyond it is named, never taken for a mistake.
@Suite struct SpecExamplesTests {
    @Test func `a batch of prompts parses`() throws {
        let spec = try JobSpec.parse(
            """
            version: 1
            type: batch
            name: qwen-batch
            image: vllm/vllm-openai@sha256:5f0c9d0a            # tag allowed; the plan pins it
            run: >
              python3 -m vllm.entrypoints.openai.run_batch
              -i /in/prompts.jsonl -o /out/answers.jsonl --model Qwen/Qwen3-8B
            resources: {gpu: 24GB..:1, cpu: 8.., memory: 32GB.., disk: 100GB}
            placement: {countries: [TW, JP, SG], tier: verified}
            inputs:
              - {from: ./prompts.jsonl, path: /in/prompts.jsonl}
            outputs: [{path: /out, to: ./results}]
            budget: {max_total: 6.00 USD, max_price: 0.80 USD/h}
            limits: {max_duration: 4h}
            """, file: "1.yaml")
        #expect(spec.maxDuration == 14_400)
        #expect(spec.image == "vllm/vllm-openai@sha256:5f0c9d0a")
    }

    @Test func `a render of frames parses`() throws {
        let spec = try JobSpec.parse(
            """
            version: 1
            type: batch
            name: shot-042
            image: blender:4.5
            array: {count: 120, parallel: 60, max_failures: 5%}
            run: >
              blender -b /in/shot042.blend -E CYCLES -o /out/frame_#### -F OPEN_EXR
              -f $ORBAN_ARRAY_INDEX -a -- --cycles-device OPTIX
            resources: {gpu: 12GB..:1, memory: 32GB.., disk: 40GB}
            placement: {tier: tested}
            inputs: [{from: ./shot042.blend, path: /in/shot042.blend}, {from: ./textures/, path: /in/textures}]
            outputs: [{path: /out, to: ./frames}]
            budget: {max_total: 25.00 USD, max_price: 0.35 USD/h}
            limits: {max_duration: 40m}        # per task
            """, file: "2.yaml")
        #expect([spec.tasks, spec.parallel, spec.maxFailures] == [120, 60, 6])
        #expect(spec.command.last?.contains("frame_####") == true)
    }

    @Test func `a docking screen parses`() throws {
        let spec = try JobSpec.parse(
            """
            version: 1
            type: batch
            name: docking-screen
            image: registry.example/acme/dock
            run: /app/dock --ligands /in/part.sdf --seed 7 --out /out/scores.csv
            resources: {gpu: 8GB..:1, memory: 16GB..}
            placement: {tier: tested}
            inputs: [{from: ./part.sdf, path: /in/part.sdf}]
            outputs: [{path: /out, to: ./scores}]
            budget: {max_total: 4.50 USD}                         # counts all copies
            limits: {max_duration: 90m}
            """, file: "4.yaml")
        #expect(spec.maxDuration == 5400)
        #expect(spec.bid.microPerHour == JobSpec.rateCeiling)
    }

    @Test func `a night's work with a deadline parses`() throws {
        let spec = try JobSpec.parse(
            """
            version: 1
            type: batch
            name: tonight
            image: localhost/orban-render:1
            run: blender -b /in/scene.blend -a
            schedule: {finish_by: 2026-11-28T07:00:00+08:00, expect: 2h}
            budget: {max_total: 4.50 USD}
            limits: {max_duration: 3h}
            """, file: "5.yaml")
        let morning = try #require(TimeDTO("2026-11-27T23:00:00Z")).timestamp
        #expect(spec.schedule.finishBy == .at(morning) && spec.schedule.expected == 7200)
    }

    @Test(arguments: [
        ("setup: x", "setup"), ("secrets: [HF_TOKEN]", "secrets"),
        ("retry: {max: 3, for: [provider_lost]}", "retry"),
        ("verify: {mode: spot_check, sample: 2%}", "verify"),
        ("notify: [{events: [finished], to: \"email:me@example.tw\"}]", "notify"),
        ("placement: {reliability: 0.98.., spread: node}", "placement.reliability"),
        ("array: {range: 1-480, chunk: 4}", "array.range"),
        ("array: {matrix: {day: [\"2026-11-01\"], shard: [0, 1]}}", "array.matrix"),
        ("workdir: {repo: \"https://github.com/acme/model\", ref: main}", "workdir"),
        ("budget: {max_total: 9 USD, warn_at: [50%, 80%]}", "budget.warn_at"),
        ("limits: {max_duration: 4h, start_timeout: 10m}", "limits.start_timeout"),
        ("outputs: [{path: /out, to: ./results, when: always}]", "outputs.when"),
        ("resources: {net_down: 1Gbps..}", "resources.net_down"),
    ])
    func `what is not served yet is called so`(line: String, key: String) {
        let error = #expect(throws: SpecError.self) {
            try JobSpec.parse("type: batch\nimage: a\nrun: x\n\(line)\n", file: "f")
        }
        #expect(error?.fault == .unsupportedKey(key))
        #expect(error?.position?.line == 4)
    }
}
