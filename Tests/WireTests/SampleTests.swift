import Domain
import Testing

@testable import Wire

@Suite struct SampleTests {
    @Test func `why clocks are low is said in words, and what is not known is left out`() throws {
        let reasons = ThrottleReasons(nvml: 0x1 | 0x44 | 0x8000_0000)
        #expect(reasons.words == ["idle", "power_cap", "hardware_heat"])
        #expect(ThrottleReasons(words: reasons.words) == reasons)
        let text = String(decoding: try WireJSON.encode(reasons), as: UTF8.self)
        #expect(text == #"["idle","power_cap","hardware_heat"]"#)
        let newer = try WireJSON.decode(
            ThrottleReasons.self, from: #"["power_cap","a_word_of_tomorrow"]"#.utf8)
        #expect(newer.words == ["power_cap"])
        #expect(ThrottleReasons(nvml: .max) == .known && ThrottleReasons(nvml: 0).words.isEmpty)
    }

    @Test func `every word has a text in both languages`() {
        for word in ThrottleReasons.known.words {
            #expect(Message.throttle(word, in: .traditionalChinese) != word, "\(word)")
            #expect(!Message.throttle(word, in: .english).contains("_"), "\(word)")
        }
    }

    @Test func `what a device does not tell is not on the wire`() throws {
        let sample = SampleDTO(
            second: 7, milliCPU: nil, memoryBytes: 9,
            devices: [DeviceSampleDTO(utilisationPercent: 97), .nothing])
        let text = String(decoding: try WireJSON.encode(sample), as: UTF8.self)
        #expect(text == #"{"devices":[{"util_pct":97},{}],"memory_bytes":9,"second":7}"#)
        #expect(try WireJSON.decode(SampleDTO.self, from: text.utf8) == sample)
    }

    @Test func `a gap in a column is null`() throws {
        let column = ColumnDTO(mean: [1, nil, 3])
        let text = String(decoding: try WireJSON.encode(column), as: UTF8.self)
        #expect(text == #"{"mean":[1,null,3]}"#)
        #expect(try WireJSON.decode(ColumnDTO.self, from: text.utf8) == column)
    }
}
