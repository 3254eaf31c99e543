import Foundation
import NodeAgent

/// What a stranger's archive, or a folder that a job left, tries against the node's own programs.
/// The control is GNU tar, told to trust the archive, or our reader without its bound.
package struct ArchiveCase: Sendable {
    let name: String
    /// Makes `$1/a.tar`, or the folder `$1/out`; `$1/evil` must not come to be.
    let make: String
    /// Our program, on that folder.
    let own: @Sendable (String) throws -> Void
    /// A trusting program, as a script.
    let trusting: @Sendable (String) throws -> Void
    /// Succeeds when the attack did.
    let escaped: String

    package func result() -> HostileResult {
        let outcome = attempt(own)
        let control = attempt(trusting)
        return HostileResult(name: name, outcome: outcome, control: control, detail: make)
    }

    private func attempt(_ body: (String) throws -> Void) -> HostileResult.Outcome {
        let folder = NSTemporaryDirectory() + "archive-\(UUID().uuidString)"
        defer { Self.shell(#"rm -rf "$1""#, folder) }
        let made = Self.shell(#"mkdir -p "$1/into" "$1/out" && "# + make + " && echo made", folder)
        guard made.hasSuffix("made\n") else { return .notTried }
        try? body(folder)
        return Self.shell("cd \"$1\" && " + escaped + " && echo yes", folder).hasSuffix("yes\n")
            ? .escaped : .held
    }

    /// What a script says that has the folder as `$1`.
    @discardableResult
    private static func shell(_ script: String, _ folder: String) -> String {
        do { return try HostileStage.shell(script, folder) } catch { return "\(error)" }
    }

    @Sendable private static func unpack(_ folder: String) throws {
        try unpack(folder, limitBytes: 1 << 20)
    }

    private static func unpack(_ folder: String, limitBytes: Int64) throws {
        try TarReader.unpack(
            ByteSource(PlainFile(reading: folder + "/a.tar")), into: folder + "/into",
            for: .container, limitBytes: limitBytes)
    }

    @Sendable private static func trust(_ folder: String) throws {
        shell(#"tar -xpPf "$1/a.tar" -C "$1/into" 2>&1"#, folder)
    }

    @Sendable private static func collect(_ folder: String) throws {
        _ = try TarWriter.pack(folder: folder + "/out", to: folder + "/out.tar")
    }

    @Sendable private static func collectTrusting(_ folder: String) throws {
        shell(#"tar -chf "$1/out.tar" -C "$1/out" . 2>&1"#, folder)
    }

    private static func input(_ name: String, _ make: String, escaped: String) -> ArchiveCase {
        ArchiveCase(name: name, make: make, own: unpack, trusting: trust, escaped: escaped)
    }

    private static func output(_ name: String, _ make: String, escaped: String) -> ArchiveCase {
        ArchiveCase(
            name: name, make: make, own: collect, trusting: collectTrusting, escaped: escaped)
    }

    package static let all = [
        input(
            "an archive's name with ..",
            #"echo x > "$1/evil" && tar -cPf "$1/a.tar" -C "$1/into" ../evil && rm "$1/evil""#,
            escaped: "[ -e evil ]"),
        input(
            "an archive's absolute name",
            #"echo x > "$1/evil" && tar -cPf "$1/a.tar" "$1/evil" && rm "$1/evil""#,
            escaped: "[ -e evil ]"),
        input(
            "an archive's file through its own link",
            #"""
            cd "$1" && ln -s .. l && echo x > evil && tar -cf a.tar l \
                && tar -rf a.tar --transform "s,^evil,l/evil," evil && rm evil l
            """#, escaped: "[ -e evil ]"),
        input(
            "an archive's device", #"mknod "$1/node" c 1 5 && tar -cf "$1/a.tar" -C "$1" node"#,
            escaped: "[ -c into/node ]"),
        input(
            "an archive's setuid program",
            #"echo x > "$1/s" && chmod 4755 "$1/s" && tar -cf "$1/a.tar" -C "$1" s"#,
            escaped: "[ -u into/s ]"),
        input(
            "an archive's sparse giant",
            #"truncate -s 1G "$1/giant" && tar -cSf "$1/a.tar" -C "$1" giant"#,
            escaped: "[ -n \"$(find into -size +1000M)\" ]"),
        ArchiveCase(
            name: "an archive larger than its bound",
            make: #"head -c 4000000 /dev/zero > "$1/big" && tar -cf "$1/a.tar" -C "$1" big"#,
            own: unpack, trusting: { try unpack($0, limitBytes: 1 << 30) },
            escaped: "[ -n \"$(find into -size +3M)\" ]"),
        output(
            "a link in /out to a file of the host",
            #"echo top-secret > "$1/s" && ln -s "$1/s" "$1/out/link""#,
            escaped: "grep -q top-secret out.tar"),
        output(
            "a link in /out to a folder of the host",
            #"mkdir "$1/d" && echo top-secret > "$1/d/s" && ln -s ../d "$1/out/link""#,
            escaped: "grep -q top-secret out.tar"),
    ]
}
