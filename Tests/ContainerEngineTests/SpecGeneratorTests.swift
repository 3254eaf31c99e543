import Foundation
import Testing

@testable import ContainerEngine

struct SpecGeneratorTests {
    private static func spec() -> ContainerSpec {
        var limits = ResourceLimits(
            memoryBytes: 1 << 30, cpuMillis: 1_500, temporaryBytes: 256 << 20)
        limits.processes = 99
        return ContainerSpec(
            name: "lease-7", image: "sha256:abc", command: ["sh", "-c", "true"],
            log: .init(path: "/log", maximumBytes: 10),
            isolation: IsolationProfile(
                idRange: IDRange(base: 165_536), seccompProfilePath: "/seccomp.json",
                cgroupParent: "/leases/7", limits: limits,
                binds: [.input("/data"), .output("/results")]))
    }

    private func fields() throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: SpecGenerator(Self.spec()).json())
        return try #require(json as? [String: Any])
    }

    @Test func `the profile cannot be left out`() throws {
        let fields = try fields()
        #expect(fields["user"] as? String == "65534:65534")
        #expect(fields["cap_drop"] as? [String] == ["all"])
        #expect(fields["no_new_privileges"] as? Bool == true)
        #expect(fields["read_only_filesystem"] as? Bool == true)
        #expect(fields["seccomp_profile_path"] as? String == "/seccomp.json")
        #expect(fields["httpproxy"] as? Bool == false)
        #expect(fields["cgroup_parent"] as? String == "/leases/7")
        #expect(fields["image_volume_mode"] as? String == "ignore")
        #expect(fields["timeout"] == nil)
        #expect(fields["privileged"] == nil)
        for key in ["userns", "pidns", "utsns", "cgroupns"] {
            #expect((fields[key] as? [String: String])?["nsmode"] == "private")
        }
        for key in ["netns", "ipcns"] {
            #expect((fields[key] as? [String: String])?["nsmode"] == "none")
        }
    }

    @Test func `the map covers one whole range`() throws {
        let mappings = try #require(try fields()["idmappings"] as? [String: [[String: Int]]])
        let expected = [["container_id": 0, "host_id": 165_536, "size": 65_536]]
        #expect(mappings == ["UIDMap": expected, "GIDMap": expected])
        #expect(Self.spec().isolation.hostUser == 231_070)
    }

    @Test func `memory has no swap and lies above the parent's limit`() throws {
        let limits = try #require(try fields()["resource_limits"] as? [String: [String: Int]])
        #expect(
            limits["memory"] == ["limit": (1 << 30) + (1 << 20), "swap": (1 << 30) + (1 << 20)])
        #expect(limits["cpu"] == ["quota": 150_000, "period": 100_000])
        #expect(limits["pids"] == ["limit": 99])
    }

    @Test func `nothing that is mounted can hold a device or raise rights`() throws {
        let mounts = try #require(try fields()["mounts"] as? [[String: Any]])
        #expect(
            mounts.compactMap { $0["destination"] as? String }
                == ["/tmp", "/dev/shm", "/in", "/out"])
        for mount in mounts {
            let options = try #require(mount["options"] as? [String])
            #expect(options.contains("nosuid"))
            #expect(options.contains("nodev"))
        }
        #expect((mounts[2]["options"] as? [String])?.contains("ro") == true)
        #expect((mounts[3]["options"] as? [String])?.contains("noexec") == true)
    }

    @Test(arguments: ["abc", "ABCDEFABCDEF", "../../etc/passwd", "g23456789012"])
    func `a text that is no container id is refused`(text: String) {
        #expect(ContainerID(text) == nil)
    }

    @Test(arguments: ["a:1", "a@sha256:12", "@sha256:" + String(repeating: "0", count: 64)])
    func `a reference without a whole digest is refused`(text: String) {
        #expect(PinnedImage(text) == nil)
    }

    @Test func `a reference cannot leave its place in the path`() {
        let name = "a/b:1?x=y#z%"
        #expect(LibpodClient.encoded(name, keeping: "/:@") == "a/b:1%3Fx%3Dy%23z%25")
    }
}

struct SeccompProfileTests {
    private static let base = """
        {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"archMap":[],"syscalls":[
        {"names":["read","mount","clone"],"action":"SCMP_ACT_ALLOW","args":[],"includes":{}},
        {"names":["bpf"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_BPF"]}},
        {"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[]}]}
        """

    @Test func `what is denied stays denied whatever the base allows`() throws {
        let profile = try SeccompProfile(base: Array(Self.base.utf8))
        for name in SeccompProfile.denied + ["clone3"] { #expect(!profile.allows(name)) }
        #expect(profile.allows("read"))
        #expect(profile.allows("clone"))
    }

    @Test func `clone and socket are allowed only under conditions`() throws {
        let text = try SeccompProfile(base: Array(Self.base.utf8)).json()
        let object = try JSONSerialization.jsonObject(with: Data(text))
        let rules = try #require((object as? [String: Any])?["syscalls"] as? [[String: Any]])
        for name in ["clone", "socket"] {
            let matching = rules.filter { ($0["names"] as? [String])?.contains(name) == true }
            #expect(!matching.isEmpty)
            for rule in matching { #expect((rule["args"] as? [Any])?.isEmpty == false) }
        }
    }

    @Test func `a base that allows by default is refused`() {
        let text = #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}"#
        #expect(throws: SeccompProfile.LoadError.permissiveBase) {
            try SeccompProfile(base: Array(text.utf8))
        }
    }
}

struct EngineConfigurationTests {
    @Test func `names and paths are quoted`() {
        #expect(EngineConfiguration.quoted("a\"b\\c\n") == #""a\"b\\c\u000a""#)
    }

    @Test func `an error says nothing that the engine said`() {
        let error = EngineError(
            operation: "start container", status: 500, cause: "secret", message: "secret path")
        #expect(error.description == "cannot start container: other (status 500)")
        #expect(error.detail == "secret path")
    }
}

struct RuntimeSelfTestTests {
    @Test func `each thing that is not applied is named`() {
        let isolation = IsolationProfile(
            idRange: IDRange(base: 100_000), seccompProfilePath: "", cgroupParent: "/x",
            limits: ResourceLimits(memoryBytes: 64 << 20, cpuMillis: 1, temporaryBytes: 1),
            binds: [])
        let good = """
            Uid: 65534 65534\nCapEff: 00\nCapPrm: 00\nCapBnd: 00\nNoNewPrivs: 1\nSeccomp: 2
            68157440
            """
        #expect(RuntimeSelfTest.missing(in: good, isolation).isEmpty)
        let bad = "Uid: 0\nCapEff: 1\nNoNewPrivs: 0\nSeccomp: 0\n9223372036854771712"
        #expect(
            RuntimeSelfTest.missing(in: bad, isolation) == [
                "user", "CapEff", "CapPrm", "CapBnd", "no new privileges", "seccomp",
                "memory limit",
            ])
    }
}
