import Foundation

/// The system calls that a container may make: the profile that the machine's container packages
/// ship, and less. In the form of the OCI runtime's users (`containers/common/pkg/seccomp`).
package struct SeccompProfile: Hashable, Sendable {
    package enum LoadError: Error, Hashable, Sendable {
        /// The machine's profile allows what it does not name: it is no base to build on.
        case permissiveBase
    }

    private var document: Document

    /// The profile made from the text of the machine's own, `/usr/share/containers/seccomp.json`.
    /// - Throws: `DecodingError` when it is none; `permissiveBase` when its default is to allow.
    package init(base: [UInt8]) throws {
        document = try JSONDecoder().decode(Document.self, from: Data(base))
        guard document.defaultAction == "SCMP_ACT_ERRNO" else { throw LoadError.permissiveBase }
        for index in document.syscalls.indices {
            document.syscalls[index].names.removeAll(where: Self.decidedHere.contains)
        }
        document.syscalls.removeAll { $0.names.isEmpty }
        document.syscalls += [
            Self.cloneWithoutNamespaces,
            .refusal(of: ["clone3"], code: 38),  // ENOSYS: C libraries then fall back to clone
            .refusal(of: Self.denied, code: 1),  // EPERM
        ]
        document.syscalls += Self.socketFamilies
    }

    /// The profile made from the machine's own file.
    package init(baseFile: String) throws {
        try self.init(base: Array(HostFile.read(baseFile, limit: 4 << 20).utf8))
    }

    /// Replaces the file at `path` by this profile.
    package func write(to path: String) throws {
        try HostFile.replace(path, with: String(decoding: json(), as: UTF8.self))
    }

    /// The profile's text; the same profile gives the same text.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(try encoder.encode(document))
    }

    /// Whether any rule allows the call `name`, under whatever condition.
    package func allows(_ name: String) -> Bool {
        document.syscalls.contains { $0.action == "SCMP_ACT_ALLOW" && $0.names.contains(name) }
    }
}

extension SeccompProfile {
    /// New namespaces and mounts, keyrings, kernel programs and probes, other processes' memory,
    /// files by handle, the io_uring side door, modules; `socketcall` would pass by the rules for
    /// `socket` below on 32-bit programs.
    static let denied = [
        "add_key", "bpf", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick",
        "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "kcmp",
        "kexec_file_load", "kexec_load", "keyctl", "mount", "mount_setattr", "move_mount",
        "name_to_handle_at", "open_by_handle_at", "open_tree", "open_tree_attr",
        "perf_event_open", "personality", "pidfd_getfd", "pivot_root", "process_madvise",
        "process_vm_readv", "process_vm_writev", "ptrace", "request_key", "setns",
        "socketcall", "umount", "umount2", "unshare", "userfaultfd",
    ]

    private static let decidedHere = Set(denied + ["clone", "clone3", "socket"])

    /// `CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET` (clone(2)).
    private static let namespaceFlags: UInt64 = 0x7E02_0000

    private static let cloneWithoutNamespaces = Rule(
        names: ["clone"], action: "SCMP_ACT_ALLOW",
        args: [
            Argument(index: 0, value: namespaceFlags, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ")
        ])

    /// Unix, IPv4, IPv6 and netlink (but its audit protocol): no VSOCK, which no network namespace
    /// confines, no packet, no crypto sockets.
    private static let socketFamilies: [Rule] =
        [1, 2, 10].map { family in
            Rule(
                names: ["socket"], action: "SCMP_ACT_ALLOW",
                args: [Argument(index: 0, value: family, valueTwo: 0, op: "SCMP_CMP_EQ")])
        } + [
            Rule(
                names: ["socket"], action: "SCMP_ACT_ALLOW",
                args: [
                    Argument(index: 0, value: 16, valueTwo: 0, op: "SCMP_CMP_EQ"),
                    Argument(index: 2, value: 9, valueTwo: 0, op: "SCMP_CMP_NE"),
                ])
        ]

    private struct Document: Codable, Hashable {
        struct Architecture: Codable, Hashable {
            var architecture: String
            var subArchitectures: [String]?
        }

        var defaultAction: String
        var defaultErrnoRet: UInt32?
        var defaultErrno: String?
        var archMap: [Architecture]?
        var syscalls: [Rule]
    }

    private struct Argument: Codable, Hashable {
        var index: UInt32
        var value: UInt64
        var valueTwo: UInt64?
        var op: String
    }

    private struct Rule: Codable, Hashable {
        struct Condition: Codable, Hashable {
            var caps: [String]?
            var arches: [String]?
            var minKernel: String?
        }

        var names: [String]
        var action: String
        var args: [Argument]?
        var comment: String?
        var includes: Condition?
        var excludes: Condition?
        var errnoRet: UInt32?
        var errno: String?

        static func refusal(of names: [String], code: UInt32) -> Rule {
            Rule(names: names, action: "SCMP_ACT_ERRNO", errnoRet: code)
        }
    }
}
