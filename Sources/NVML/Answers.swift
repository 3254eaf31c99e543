import CNVML
import DynamicLibrary

/// What a call answered; numbers that mean "not available" or that cannot be are nil.
enum Answer {
    /// A text of at most `size` bytes. The buffer is larger than the library is told.
    static func text(
        _ call: String, size: Int32, _ fill: (UnsafeMutablePointer<CChar>, UInt32) -> Int32
    ) throws(NVMLFailure) -> String {
        var buffer = [CChar](repeating: 0, count: Int(size) * 2)
        var code = ORBAN_NVML_UNKNOWN
        let text = buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return "" }
            code = fill(start, UInt32(size))
            return String(bounded: start, limit: Int(size))
        }
        guard code == ORBAN_NVML_SUCCESS else { throw NVMLFailure(call: call, code: code) }
        guard !text.isEmpty else { throw NVMLFailure(call: call, absurd: "an empty text") }
        return text
    }

    static func number(_ ask: ((UnsafeMutablePointer<UInt32>) -> Int32)?) -> Int? {
        var value: UInt32 = 0
        guard let ask, ask(&value) == ORBAN_NVML_SUCCESS, value != .max else { return nil }
        return Int(value)
    }

    static func long(_ ask: ((UnsafeMutablePointer<UInt64>) -> Int32)?) -> UInt64? {
        var value: UInt64 = 0
        guard let ask, ask(&value) == ORBAN_NVML_SUCCESS, value != .max else { return nil }
        return value
    }

    /// The first of two modes, the present one.
    static func mode(
        _ ask: ((UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>) -> Int32)?
    ) -> Bool? {
        var pending: UInt32 = 0
        return number(ask.map { ask in { ask($0, &pending) } })
            .map { $0 == Int(ORBAN_NVML_FEATURE_ENABLED) }
    }

    static func percent(_ value: UInt32) -> Int? {
        value <= 100 ? Int(value) : nil
    }

    /// No device is at 200 degrees and speaks.
    static func degrees(_ value: Int?) -> Int? {
        value.flatMap { (-100...200).contains($0) ? $0 : nil }
    }
}
