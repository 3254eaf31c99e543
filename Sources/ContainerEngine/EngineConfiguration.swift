import Glibc

/// The engine's `containers.conf`(5).
struct EngineConfiguration {
    let runtime: OCIRuntime
    /// A folder with nothing in it.
    let hooksPath: String

    /// Limits are explicit because the engine's own defaults exceed what a machine without
    /// `CAP_SYS_RESOURCE` may grant, and then no container starts. Without a folder of its own the
    /// engine runs the machine's hooks for every container, such as the legacy one that puts GPUs
    /// into any that asks for them by its environment (oci-hooks(5)).
    func text() -> String {
        var files = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        let hard = min(files.rlim_max, 20_000)
        var lines = [
            "[containers]",
            #"default_ulimits = ["nofile=\#(min(1_024, hard)):\#(hard)", "nproc=4096:4096"]"#,
            "http_proxy = false",
            "",
            "[engine]",
            #"cgroup_manager = "cgroupfs""#,
            #"events_logger = "file""#,
            "hooks_dir = [\(Self.quoted(hooksPath))]",
        ]
        let name = Self.quoted(runtime.name)
        lines += ["runtime = \(name)", "", "[engine.runtimes]"]
        lines.append("\(name) = [\(Self.quoted(runtime.path))]")
        lines += ["", "[network]", #"network_backend = "netavark""#, ""]
        return lines.joined(separator: "\n")
    }

    /// A TOML basic string.
    static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\", "\"": "\\\(scalar)"
            case _ where scalar.value < 32 || scalar.value == 127:
                "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2)
                    + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
