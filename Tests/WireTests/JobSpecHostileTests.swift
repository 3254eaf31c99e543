import Domain
import Testing

@testable import Wire

@Suite struct JobSpecHostileTests {
    private func code(of text: String) -> String? {
        do {
            _ = try JobSpec.parse(text, file: "f")
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `a spec above one MiB is refused unread`() {
        let text = "type: batch\n" + String(repeating: "#", count: 1 << 20)
        #expect(code(of: text) == "too_large")
    }

    @Test func `nesting is bounded in every style`() {
        for depth in [17, 900, 5000] {
            #expect(
                ["too_deep", "unreadable"].contains(
                    code(
                        of: "env: " + String(repeating: "[", count: depth)
                            + String(repeating: "]", count: depth))), "flow \(depth)")
            #expect(
                ["too_deep", "unreadable"].contains(
                    code(of: "env:\n " + String(repeating: "- ", count: depth) + "x")),
                "block \(depth)")
            #expect(code(of: "env: " + String(repeating: "{a: ", count: depth)) == "unreadable")
        }
    }

    @Test func `an alias bomb is refused before it grows`() {
        var text = "type: batch\na0: &a0 [x, x]\n"
        for level in 1...40 {
            let below = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(below), \(below), \(below)]\n"
        }
        #expect(code(of: text) == "too_many_aliases")
        #expect(code(of: text + "? *a40 \n: x\n") == "too_many_aliases")
    }

    @Test func `a few aliases are read, and cannot make many values`() {
        let shared = "type: batch\nimage: &i a\nrun: *i\n"
        #expect(code(of: shared) == nil)
        var text = "type: batch\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...5 {
            let below = Array(repeating: "*a\(level - 1)", count: 6).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(below)]\n"
        }
        #expect(code(of: text) == "too_many_values")
    }

    @Test func `shell globs and background jobs are no aliases`() {
        let lines = (0..<100).map { "  ls *.png & echo &x$\($0) *y" }.joined(separator: "\n")
        #expect(code(of: "type: batch\nimage: a\nrun: |\n\(lines)\n") == nil)
    }

    @Test func `keys that are no text, duplicates and control characters are refused`() {
        #expect(code(of: "? [a]\n: b\n") == "wrong_type")
        #expect(code(of: "? {a: b}\n: b\n") == "wrong_type")
        #expect(code(of: "a: 1\n\"a\": 2\n") == "duplicate_key")
        #expect(code(of: "type: \u{0}\n") == "unreadable")
        #expect(code(of: "type: a\u{7}b\n") == "unreadable")
        #expect(code(of: "a: \"\\uD800\"\n") == "unreadable")
        #expect(code(of: "%YAML 9.9\n---\na: b") == "unreadable")
        #expect(code(of: "a: *b\n") == "unreadable")
    }

    private static let floors = """
        {type: batch, image: a, run: x, resources: {gpu: {model: [L4, "RTX 4090"], count: 2,
          memory: 24GB, capability: 8.9, tflops: 30.25}}}
        """

    /// Numbers that are none, or that no machine has.
    static let numbers = [
        ".nan", ".NaN", ".inf", "-.inf", "-0", "-1", "1e308", "1e-308", "0x7fffffffffffffff",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e999", "0o777",
        "99999999999999999999999999999999", "0.0000000000000000001", "1.", ".5", "1_000", "١٢", "~",
        "true",
        "\"\"", "\" 1\"", "[1]", "{a: 1}",
    ]

    /// Every key that takes a number, with `N` for it.
    static let places = [
        "resources: {cpu: N}", "resources: {memory: N}", "resources: {memory: NGB}",
        "resources: {disk: N GiB}", "resources: {gpu: N}", "resources: {gpu: NGB..}",
        "resources: {gpu: \"L4:N\"}", "resources: {gpu: {count: N}}",
        "resources: {gpu: {memory: NGB}}", "resources: {gpu: {capability: N}}",
        "resources: {gpu: {tflops: N}}", "placement: {max_latency: Nms}",
        "placement: {max_latency: Ns}", "array: {count: N}", "array: {count: 9, parallel: N}",
        "array: {count: 9, max_failures: N}", "array: {count: 9, max_failures: N%}",
        "budget: {max_total: N USD}", "budget: {max_total: 1 USD, max_price: N USD/h}",
        "limits: {max_duration: Ns}", "limits: {max_duration: N}", "fence: Nd", "version: N",
    ]

    @Test(arguments: places)
    func `a number that is none, or that nothing has, is a fault with a place or within bounds`(
        place: String
    ) throws {
        for number in Self.numbers {
            let line = place.replacing("N", with: number, maxReplacements: 1)
            let text = "type: batch\nimage: a\nrun: x\n" + line + "\n"
            do {
                let spec = try JobSpec.parse(text, file: "f")
                #expect(JobSpec.milliCPUBounds.contains(spec.slice.milliCPU), "\(line)")
                #expect(JobSpec.memoryBounds.contains(spec.slice.memoryBytes), "\(line)")
                #expect(JobSpec.diskBounds.contains(spec.slice.diskBytes), "\(line)")
                #expect((0...JobSpec.maximumDevices).contains(spec.devices.count), "\(line)")
                #expect((0...JobSpec.mostBytes).contains(spec.devices.vramBytes), "\(line)")
                let power = spec.devices.power ?? .none
                #expect(power.capability.map(DevicePower.capabilities.contains) ?? true)
                #expect(power.gigaflops.map(DevicePower.speeds.contains) ?? true, "\(line)")
                #expect((1...JobTerms.maximumTasks).contains(spec.tasks), "\(line)")
                #expect((1...spec.tasks).contains(spec.parallel), "\(line)")
                #expect((1...JobSpec.maximumDuration).contains(spec.maxDuration), "\(line)")
                #expect(spec.maxLatency.map(JobSpec.latencyBounds.contains) ?? true, "\(line)")
                #expect(try JobSpec.parse(spec.text, file: "again") == spec, "\(line)")
            } catch {
                #expect(error.position != nil, "\(line)")
                #expect(!error.text(in: .english).contains("{key}"), "\(line)")
            }
        }
    }

    @Test func `random changes of a good spec never trap and a wrong one always has a code`() {
        let seed: UInt64 = 0x0B5A_2026
        var random = SplitMix64(state: seed)
        let alphabet = Array("{}[]:,-&*!|>'\"%@`#?~ \t\n\r0127aNo/.\\u{}".utf8)
        var accepted = 0
        for base in [JobSpecTests.full, JobSpecTests.small, Self.floors] {
            let original = Array(base.utf8)
            for _ in 0..<1500 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes.remove(at: at)
                    case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
                    case 2: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
                    default: bytes.removeSubrange(at..<min(bytes.count, at + 9))
                    }
                }
                let text = String(decoding: bytes, as: UTF8.self)
                do {
                    let spec = try JobSpec.parse(text, file: "f")
                    accepted += 1
                    let again = try JobSpec.parse(spec.text, file: "again")
                    #expect(again.text == spec.text, "seed \(seed)\n\(text)")
                } catch {
                    let shown = error.located(in: .traditionalChinese)
                    #expect(!shown.contains("{key}"), "seed \(seed)\n\(text)")
                    #expect(error.excerpt(in: .english).count <= 2)
                }
            }
        }
        #expect(accepted > 0, "seed \(seed)")
        #expect(accepted < 4500, "seed \(seed)")
    }
}

/// A small seeded generator (Steele, Lea, Flood 2014), so that a run can be repeated.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
