import Foundation
import Testing

@testable import ContainerEngine

/// The comparison over values; against real containers in `EngineTests+Audit`.
@Suite struct IsolationAuditTests {
    static let container = ContainerID(String(repeating: "a", count: 64))!
    static let profile: IsolationProfile = {
        var limits = ResourceLimits(
            memoryBytes: 64 << 20, cpuMillis: 500, temporaryBytes: 32 << 20)
        limits.processes = 99
        return IsolationProfile(
            idRange: IDRange(base: 100_000), seccompProfilePath: "/s", cgroupParent: "/l/7",
            limits: limits, binds: [.input("/data/in"), .output("/data/out")])
    }()

    static let status = """
        Name:\tsh
        State:\tS (sleeping)
        Uid:\t165534\t165534\t165534\t165534
        Gid:\t165534\t165534\t165534\t165534
        Groups:\t165534\u{20}
        NSpid:\t77\t1
        CapInh:\t0000000000000000
        CapPrm:\t0000000000000000
        CapEff:\t0000000000000000
        CapBnd:\t0000000000000000
        CapAmb:\t0000000000000000
        NoNewPrivs:\t1
        Seccomp:\t2
        """

    static let mounts = """
        168 141 0:52 / / ro,relatime - overlay overlay rw,upperdir=/u
        169 168 254:0 /data/in /in ro,nosuid,nodev,relatime - ext4 /dev/vda rw
        171 168 0:55 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=32768k,uid=100000
        170 168 0:56 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
        172 168 254:0 /data/out /out rw,nosuid,nodev,noexec,relatime - ext4 /dev/vda rw
        173 168 0:57 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
        174 168 0:58 / /dev rw,nosuid,noexec - tmpfs tmpfs rw,size=65536k,mode=755
        175 174 0:59 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw
        176 174 0:54 / /dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw
        178 174 0:60 / /dev/shm rw,nosuid,nodev,noexec - tmpfs tmpfs rw,size=65536k
        177 168 254:0 /r/\(container)/userdata/hosts /etc/hosts ro,nosuid,nodev - ext4 /dev/vda rw
        183 170 0:61 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
        184 183 0:29 /l/7/libpod-\(container) /sys/fs/cgroup/cpu ro,nosuid - cgroup cgroup rw,cpu
        193 174 0:6 /null /dev/null rw,relatime - devtmpfs devtmpfs rw
        145 173 0:57 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw
        147 173 0:6 /null /proc/keys rw,relatime - devtmpfs devtmpfs rw
        149 170 0:63 / /sys/firmware ro,relatime - tmpfs tmpfs ro,uid=100000
        """

    static func view(
        status: String = status, mounts: String = mounts,
        change: (inout ConfinedView) -> Void = { _ in }
    ) -> ConfinedView {
        let names = IsolationAudit.namespaces
        var view = ConfinedView(
            namespaces: Dictionary(uniqueKeysWithValues: names.map { ($0, "\($0):[2]") }),
            hostNamespaces: Set(names.map { "\($0):[1]" }),
            userMap: "         0     100000      65536\n",
            groupMap: "         0     100000      65536\n", mounts: MountTable(mounts),
            bindLocations: [
                .init(device: "254:0", root: "/data/in"),
                .init(device: "254:0", root: "/data/out"),
            ],
            masked: ["/proc/keys", "/sys/firmware"], readOnly: ["/proc/sys"], interfaces: ["lo"],
            processes: [
                .init(
                    id: 77, status: ProcessStatus(status), userNamespace: "user:[2]",
                    controlGroups: ["memory": "/l/7/libpod-\(container)"])
            ],
            limits: .init(
                parentMemory: 64 << 20, memory: 65 << 20, swap: .none, processes: 99,
                cpuQuota: 50_000, cpuPeriod: 100_000, openFiles: 4_096))
        change(&view)
        return view
    }

    static func codes(
        _ view: ConfinedView, at moment: IsolationAudit.Moment = .confined
    ) -> [IsolationDeviation.Code] {
        IsolationAudit.deviations(in: view, of: container, from: profile, at: moment).map(\.code)
    }

    @Test func `what is confined as asked for has no deviation`() {
        #expect(Self.codes(Self.view()) == [])
        #expect(MountTable(Self.mounts).mounts.count == 17)
    }

    @Test(
        arguments: [
            ("Uid:\t165534", "Uid:\t100000", .user), ("Uid:\t165534", "Uid:\t0", .user),
            ("Gid:\t165534", "Gid:\t0", .user), ("Groups:\t165534", "Groups:\t0", .user),
            ("CapInh:\t0", "CapInh:\t1", .capabilities),
            ("CapPrm:\t0", "CapPrm:\t1", .capabilities),
            ("CapEff:\t0", "CapEff:\t1", .capabilities),
            ("CapBnd:\t0", "CapBnd:\t1", .capabilities),
            ("CapAmb:\t0", "CapAmb:\t1", .capabilities), ("CapBnd", "CapXyz", .capabilities),
            ("NoNewPrivs:\t1", "NoNewPrivs:\t0", .noNewPrivileges),
            ("Seccomp:\t2", "Seccomp:\t0", .seccomp), ("NSpid:\t77\t1", "NSpid:\t77", .namespace),
        ] as [(String, String, IsolationDeviation.Code)])
    func `each right of a process that should not be is seen`(
        from: String, to: String, code: IsolationDeviation.Code
    ) {
        let status = Self.status.replacingOccurrences(of: from, with: to)
        #expect(status != Self.status)
        #expect(Self.codes(Self.view(status: status)) == [code])
    }

    @Test(
        arguments: [
            ("/ / ro", "/ / rw", .rootWritable),
            ("/in ro,", "/in rw,", .mount), ("/out rw,nosuid,", "/out rw,", .mount),
            ("nodev,noexec,relatime - ext4", "nodev,relatime - ext4", .mount),
            ("size=32768k", "size=65500k", .mount),
            ("/tmp rw,nosuid,nodev", "/tmp rw,nosuid", .mount),
            ("/dev/shm rw,nosuid,nodev,noexec", "/dev/shm rw,nosuid,nodev", .mount),
            ("254:0 /data/in /in", "254:0 /etc /in", .mount),
            ("254:0 /data/in /in", "254:1 /data/in /in", .mount),
            ("/sys ro,", "/sys rw,", .mount), ("/proc/sys ro", "/proc/sys rw", .mount),
            ("/sys/fs/cgroup/cpu ro", "/sys/fs/cgroup/cpu rw", .mount),
            ("/proc/keys rw", "/proc/kexs rw", .mount),
            ("/null /dev/null", "/vda /dev/null", .mount),
            ("/sys/firmware ro", "/sys/firmware rw", .mount), ("/userdata/hosts", "/x", .mount),
            ("/in ro,nosuid,nodev,relatime -", "/in ro,nosuid,nodev shared:3 -", .mount),
            ("0:58 / /dev rw,nosuid", "0:58 / /dev rw", .mount),
        ] as [(String, String, IsolationDeviation.Code)])
    func `each mount that is not of the profile is seen`(
        from: String, to: String, code: IsolationDeviation.Code
    ) {
        let mounts = Self.mounts.replacingOccurrences(of: from, with: to)
        #expect(mounts != Self.mounts)
        let found = Self.codes(Self.view(mounts: mounts))
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0 == code })
    }

    @Test func `a mount of the host and a line of unknown form are seen`() {
        let host = Self.mounts + "\n200 168 254:0 /root /mnt ro,nosuid,nodev - ext4 /dev/vda rw"
        #expect(Self.codes(Self.view(mounts: host)) == [.mount])
        #expect(Self.codes(Self.view(mounts: Self.mounts + "\nnonsense")) == [.mount])
    }

    @Test(
        arguments: [
            ("user", .userNamespace), ("net", .network), ("mnt", .namespace), ("pid", .namespace),
            ("ipc", .namespace), ("uts", .namespace), ("cgroup", .namespace),
        ] as [(String, IsolationDeviation.Code)])
    func `each namespace shared with the host is seen`(
        name: String, code: IsolationDeviation.Code
    ) {
        let shared = Self.view { $0.namespaces[name] = "\(name):[1]" }
        #expect(Self.codes(shared).first == code)
        #expect(Self.codes(Self.view { $0.namespaces[name] = nil }).first == code)
    }

    @Test func `maps, interfaces, strays and groups are looked at`() {
        #expect(Self.codes(Self.view { $0.userMap = "0 0 4294967295" }) == [.userNamespace])
        #expect(Self.codes(Self.view { $0.groupMap = "" }) == [.userNamespace])
        #expect(Self.codes(Self.view { $0.interfaces = ["eth0", "lo"] }) == [.network])
        let stray = ConfinedView.Process(
            id: 78, status: ProcessStatus(Self.status), userNamespace: "user:[3]",
            controlGroups: ["memory": "/", "pids": "/l/7/libpod-\(Self.container)/x"])
        #expect(
            Self.codes(Self.view { $0.processes.append(stray) }) == [
                .userNamespace, .controlGroup,
            ])
    }

    @Test func `each limit that is higher or missing is seen`() {
        func codes(_ change: (inout ConfinedView.Limits) -> Void) -> [IsolationDeviation.Code] {
            Self.codes(Self.view { change(&$0.limits) })
        }
        #expect(codes { $0.parentMemory = (64 << 20) + 4_096 } == [.memoryLimit])
        #expect(codes { $0.memory = nil } == [.memoryLimit])
        #expect(codes { $0.swap = .limited(nil) } == [.swapLimit])
        #expect(codes { $0.swap = .limited(2 << 20) } == [.swapLimit])
        #expect(codes { $0.swap = .limited(1 << 20) } == [])
        #expect(codes { $0.processes = 100 } == [.processLimit])
        #expect(codes { $0.processes = nil } == [.processLimit])
        #expect(codes { $0.cpuQuota = nil } == [.cpuLimit])
        #expect(codes { $0.cpuQuota = 50_001 } == [.cpuLimit])
        #expect(codes { $0.cpuPeriod = 50_000 } == [.cpuLimit])
        #expect(codes { $0.cpuQuota = .max } == [.cpuLimit])
        #expect(codes { $0.openFiles = 4_097 } == [.fileLimit])
    }

    @Test func `a filter that comes after the gate is asked for after it`() {
        let status = Self.status.replacingOccurrences(of: "Seccomp:\t2", with: "Seccomp:\t0")
        #expect(Self.codes(Self.view(status: status), at: .beforeFilter) == [])
        #expect(Self.codes(Self.view(status: status), at: .confined) == [.seccomp])
    }

    @Test func `a path lies in the deepest and last mount over it`() {
        let table = MountTable(
            """
            1 0 8:1 / / rw - ext4 /dev/a rw
            2 1 8:2 /sub /data rw - ext4 /dev/b rw
            3 1 8:3 / /data/a\\040b rw shared:1 - ext4 /dev/c rw
            4 1 8:4 / /data rw - ext4 /dev/d rw
            """)
        func location(_ path: String) -> String? {
            table.location(of: path).map { "\($0.device) \($0.root)" }
        }
        #expect(location("/") == "8:1 /")
        #expect(location("/datax") == "8:1 /datax")
        #expect(location("/data/x") == "8:4 /x")
        #expect(location("/data/a b/c") == "8:3 /c")
        #expect(table.mounts[1].root == "/sub")
        #expect(table.mounts[2].isPropagated)
    }

    @Test func `a process on its way out is told by its flags`() {
        #expect(ConfinedReader.isExiting("7 (a) b) Z 1 7 7 0 -1 4228364 0"))
        #expect(!ConfinedReader.isExiting("7 (a) b) S 1 7 7 0 -1 4194560 0"))
        #expect(ConfinedReader.isExiting(""))
    }
}

/// A container that may use the network.
extension IsolationAuditTests {
    private func codes(interfaces: [String], faults: [String]?) -> [IsolationDeviation.Code] {
        var profile = Self.profile
        profile.network = .filtered(EgressPolicy(EgressOwnerFile(), hostAddresses: []))
        let view = Self.view {
            $0.interfaces = interfaces
            $0.filterFaults = faults
        }
        return IsolationAudit.deviations(
            in: view, of: Self.container, from: profile, at: .confined
        ).map(\.code)
    }

    @Test func `one filtered link is accepted from a container that asked for it, and no other`() {
        #expect(codes(interfaces: ["lo", "up0"], faults: []) == [])
        #expect(Self.codes(Self.view { $0.interfaces = ["lo", "up0"] }) == [.network])
    }

    @Test(arguments: [["lo"], ["lo", "eth0"], ["eth0", "lo", "up0"], ["up0"], []])
    func `other links are not`(interfaces: [String]) {
        #expect(codes(interfaces: interfaces, faults: []) == [.network])
    }

    @Test func `nor is a filter with a fault, or one that was not looked at`() {
        let links = ["lo", "up0"]
        #expect(codes(interfaces: links, faults: ["set denied4 differs"]) == [.network])
        #expect(codes(interfaces: links, faults: nil) == [.network])
    }
}
