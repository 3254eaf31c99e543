import CUDA

/// What the command line asks for.
struct Options {
    enum Check: String, CaseIterable {
        case inventory, sample
        case gemm = "gemm_int8"
        case scrub, meter
    }

    /// How much is computed and waited for: `small` is for tests on doubles.
    enum Scale: String {
        case full, small
    }

    var nvml: String?
    var cuda: String?
    var checks = Check.allCases
    var scale = Scale.full
    var seed = SplitMix64.freshSeed()
    /// The UUID of the GPU on which this process is to die, as the child of another.
    var victim: String?

    struct Usage: Error { let text: String }

    static let help = """
        usage: check-gpu [--only CHECK,…] [--seed N]
        Checks the GPUs of this machine, one JSON object a line. Exit code: 0 when all is well or
        there is no GPU, 8 when a check failed.
          --only CHECK,…   of: inventory, sample, gemm_int8, scrub, meter
          --seed N         of the inputs of gemm_int8 and the pattern of scrub (a fresh one)
          --nvml PATH      another library in place of libnvidia-ml.so.1
          --cuda PATH      another library in place of libcuda.so.1

        """

    init(_ arguments: [String]) throws(Usage) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard name != "--help" else { throw Usage(text: "") }
            guard let value = rest.popFirst() else { throw Usage(text: "\(name) names nothing") }
            switch name {
            case "--nvml": nvml = value
            case "--cuda": cuda = value
            case "--victim": victim = value
            case "--only":
                checks = []
                for word in value.split(separator: ",") {
                    guard let check = Check(rawValue: String(word)) else {
                        throw Usage(text: "no such check: \(word)")
                    }
                    checks.append(check)
                }
            case "--scale":
                guard let scale = Scale(rawValue: value) else {
                    throw Usage(text: "no such scale: \(value)")
                }
                self.scale = scale
            case "--seed":
                guard let seed = UInt64(value), seed < 1 << 48 else {
                    throw Usage(text: "not a seed: \(value)")
                }
                self.seed = seed
            default: throw Usage(text: "no such option: \(name)")
            }
        }
    }
}
