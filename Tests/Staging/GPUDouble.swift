import Foundation

/// GPUs that are a program's: the double of NVIDIA's library, with a control file of its own.
package struct GPUDouble {
    package let library: String
    private let statePath: String
    /// Eight hexadecimal digits in every UUID of this machine.
    private let mark: String
    private let count: Int

    /// - Throws: `Stage.Unexpected` where the double cannot be built.
    package init(_ stage: Stage, count: Int = 2) async throws {
        self.count = count
        library = try await stage.double()
        statePath = stage.folder + "/gpus"
        mark = String(UInt32.random(in: .min ... .max) | 1 << 31, radix: 16)
    }

    package var environment: [String: String] {
        [
            "FAKE_NVML_STATE": statePath, "FAKE_NVML_NODE": mark, "FAKE_NVML_COUNT": "\(count)",
        ]
    }

    package var options: [String] { ["--nvml", library] }

    /// From 1.
    package func uuid(_ number: Int) -> String {
        "GPU-\(mark)-0000-4000-8000-00000000000\(number)"
    }

    /// What happens to the devices from now on; nothing when empty.
    package func set(_ lines: String...) throws {
        try lines.map { $0 + "\n" }.joined().write(
            toFile: statePath, atomically: true, encoding: .utf8)
    }
}
