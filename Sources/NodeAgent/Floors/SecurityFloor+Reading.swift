import ContainerEngine
import Glibc

extension SecurityFloor {
    /// What runs containers here: the engine, the runtime that it uses and the kernel.
    static func installed(_ engine: EngineRecord) -> [Installed] {
        var found: [Installed] = []
        if let runtime = engine.host.ociRuntime, let component = Component(rawValue: runtime.name),
            let version = version(ofProgram: runtime.version)
        {
            found.append(
                Installed(component, version, package: package(runtime.package ?? "")))
        }
        if let version = SoftwareVersion(engine.version.engine) {
            found.append(Installed(.podman, version, package: nil))
        }
        let kernel = kernelVersion(
            release: engine.host.kernel, build: (try? text(of: "/proc/version")) ?? "",
            signature: (try? text(of: "/proc/version_signature")) ?? "")
        if let kernel { found.append(Installed(.kernel, kernel, package: nil)) }
        return found
    }

    /// What made this machine's device specifications, and whose hooks they run; nil where it is not
    /// there or does not say.
    ///
    /// - Parameter programs: names or paths, the first that answers.
    static func toolkit(
        programs: [String] = ["nvidia-ctk", "/usr/local/nvidia/toolkit/nvidia-ctk"]
    ) -> Installed? {
        for program in programs {
            guard let said = try? HostCommand(words: [program, "--version"]).run(),
                let version = version(ofToolkit: said)
            else { continue }
            return Installed(.containerToolkit, version, package: nil)
        }
        return nil
    }

    /// `NVIDIA Container Toolkit CLI version 1.17.8`, and the commit on another line.
    static func version(ofToolkit text: String) -> SoftwareVersion? {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        guard let place = words.firstIndex(of: "version"), place + 1 < words.count else {
            return nil
        }
        return SoftwareVersion(String(words[place + 1]))
    }

    /// The first line of `runc --version`, `crun --version`: `runc version 1.1.5+ds1`.
    static func version(ofProgram text: String) -> SoftwareVersion? {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        guard words.count >= 3, words[1] == "version" else { return nil }
        return SoftwareVersion(String(words[2]))
    }

    /// `runc_1.1.5+ds1-1+deb12u1_amd64`, as the engine tells a Debian package.
    static func package(_ text: String) -> DebianVersion? {
        let parts = text.split(separator: "_")
        return parts.count == 3 ? DebianVersion(String(parts[1])) : nil
    }

    /// A distribution's kernel release names its own line, not the release that it was made of:
    /// Debian says that in the build (`Debian 6.1.55-1`), Ubuntu in its signature's last word.
    static func kernelVersion(
        release: String, build: String, signature: String
    ) -> SoftwareVersion? {
        if let made = signature.split(whereSeparator: \.isWhitespace).last,
            let version = SoftwareVersion(String(made))
        {
            return version
        }
        let words = build.split(whereSeparator: \.isWhitespace)
        if let debian = words.lastIndex(of: "Debian"), debian + 1 < words.count,
            let version = SoftwareVersion(String(words[debian + 1]))
        {
            return version
        }
        return SoftwareVersion(release)
    }

    private static func text(of path: String) throws -> String? {
        try StateFile.read(path).map { String(decoding: $0, as: UTF8.self) }
    }
}
