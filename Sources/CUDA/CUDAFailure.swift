import CCUDA
import Glibc

/// Why CUDA cannot be used on this machine.
package struct CUDAUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// The loader's own words.
        case noLibrary(String)
        case symbolMissing(String)
        case initFailed(CUDAFailure)
    }

    package let cause: Cause

    package var description: String {
        switch cause {
        case .noLibrary(let reason): "cannot open CUDA's driver library: \(reason)"
        case .symbolMissing(let symbol): "CUDA's driver library lacks \(symbol)"
        case .initFailed(let failure): "CUDA does not start: \(failure)"
        }
    }
}

/// A call that the driver did not carry out, or one before it: what goes wrong in a kernel is told
/// by the calls that follow.
package struct CUDAFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let call: String
    /// `CUresult`; 999 (unknown) also where the library lacks the call or answered what cannot be.
    package let code: Int32
    /// NVIDIA's name of the code: `CUDA_ERROR_ILLEGAL_ADDRESS`; empty where it has none.
    package let name: String
    package let text: String

    package var description: String { "\(call): \(name) (\(code)) \(text)" }

    /// Whether there is no memory left for it.
    package var isOutOfMemory: Bool { code == ORBAN_CUDA_OUT_OF_MEMORY }

    /// An argument or an answer that cannot be.
    init(call: String, absurd text: String) {
        self.init(call: call, code: ORBAN_CUDA_UNKNOWN, name: "", text: text)
    }

    init(call: String, code: Int32, name: String, text: String) {
        self.call = call
        self.code = code
        self.name = name
        self.text = text
    }
}

extension CUDALibrary {
    /// Throws unless the answer is success; nil is a call that the library lacks.
    func check(_ call: String, _ answer: Int32?) throws(CUDAFailure) {
        guard let answer else { throw CUDAFailure(call: call, absurd: "the library lacks it") }
        guard answer != ORBAN_CUDA_SUCCESS else { return }
        throw CUDAFailure(
            call: call, code: answer, name: word(functions.error_name, answer),
            text: word(functions.error_text, answer))
    }

    private func word(_ ask: orban_cuda_text?, _ code: Int32) -> String {
        var text: UnsafePointer<CChar>?
        guard let ask, ask(code, &text) == ORBAN_CUDA_SUCCESS, let text else { return "" }
        return String(cut: text, limit: 256)
    }
}

extension String {
    /// Visible ASCII of at most `limit` bytes up to the first zero; all else becomes `?`.
    init(cut text: UnsafePointer<CChar>, limit: Int) {
        let bytes = UnsafeRawBufferPointer(start: text, count: strnlen(text, limit))
        self = String(
            decoding: bytes.map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") },
            as: UTF8.self)
    }
}
