import Domain
import Foundation
import Testing

@testable import NodeAgent

@Suite struct SecurityFloorTests {
    private func findings(
        _ component: SecurityFloor.Component, _ version: String, _ package: String? = nil
    ) throws -> [String] {
        let installed = SecurityFloor.Installed(
            component, try #require(SoftwareVersion(version)),
            package: package.map { DebianVersion($0) })
        return SecurityFloor.findings([installed]).map(\.advisory)
    }

    private static let of2025 = ["CVE-2025-31133", "CVE-2025-52565", "CVE-2025-52881"]

    @Test(
        arguments: [
            ("1.0.0-rc6", ["CVE-2019-5736", "CVE-2021-30465"] + of2025),
            ("1.0.0-rc94", ["CVE-2021-30465", "CVE-2024-21626"] + of2025),
            ("1.1.11", ["CVE-2024-21626"] + of2025), ("1.1.12", of2025), ("1.2.7", of2025),
            ("1.2.8", []), ("1.2.9", []), ("1.3.0", of2025), ("1.3.2", of2025), ("1.3.3", []),
            ("1.4.0-rc.2", of2025), ("1.4.0-rc.3", []), ("1.4.0", []), ("2.0.0", []),
        ] as [(String, [String])])
    func `a runc below a floor is named with its advisories`(
        version: String, advisories: [String]
    ) throws {
        #expect(try findings(.runc, version) == advisories)
    }

    @Test(
        arguments: [
            ("1.1.5+ds1-1+deb12u1", of2025), ("1.1.5+ds1-1+deb12u2", of2025),
            ("1.1.5+ds1-1+deb12u10", of2025),
            ("1.1.5+ds1-1", ["CVE-2024-21626"] + of2025),
            ("1.1.5+ds1-1~bpo11+1", ["CVE-2024-21626"] + of2025),
            ("1.1.5-1+deb12u1", ["CVE-2024-21626"] + of2025),
        ] as [(String, [String])])
    func `what a distribution mended at an older version counts as mended`(
        package: String, advisories: [String]
    ) throws {
        #expect(try findings(.runc, "1.1.5+ds1", package) == advisories)
    }

    @Test(
        arguments: [
            (.crun, "1.4.3", ["CVE-2022-27650"]), (.crun, "1.8.1", []),
            (.podman, "4.0.2", ["CVE-2022-27649"]), (.podman, "4.3.1", []),
            (.kernel, "5.7.19", []), (.kernel, "5.8.0", ["CVE-2022-0847"]),
            (.kernel, "5.10.101", ["CVE-2022-0847"]), (.kernel, "5.10.102", []),
            (.kernel, "5.11.22", ["CVE-2022-0847"]), (.kernel, "5.15.25", []),
            (.kernel, "5.16.10", ["CVE-2022-0847"]), (.kernel, "5.17", []), (.kernel, "6.1.0", []),
            (.containerToolkit, "1.16.1", ["CVE-2024-0132", "CVE-2025-23266"]),
            (.containerToolkit, "1.17.7", ["CVE-2025-23266"]), (.containerToolkit, "1.17.8", []),
        ] as [(SecurityFloor.Component, String, [String])])
    func `each floor holds in each line of releases`(
        component: SecurityFloor.Component, version: String, advisories: [String]
    ) throws {
        #expect(try findings(component, version) == advisories)
    }

    @Test func `below a floor every tier becomes new, and above it none changes`() {
        let finding = SecurityFloor.Finding(
            advisory: "CVE-1", component: .runc, version: "1", fixedIn: "2")
        for tier in Tier.allCases {
            #expect(SecurityFloor.tier(tier, with: [finding]) == .new)
            #expect(SecurityFloor.tier(tier, with: []) == tier)
        }
    }

    @Test func `the software's own words are read`() throws {
        let runc = "runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev"
        #expect(SecurityFloor.version(ofProgram: runc) == SoftwareVersion("1.1.5"))
        #expect(
            SecurityFloor.version(ofProgram: "crun version 1.8.1\n") == SoftwareVersion("1.8.1"))
        #expect(SecurityFloor.version(ofProgram: "unknown") == nil)
        #expect(
            SecurityFloor.package("runc_1.1.5+ds1-1+deb12u1_amd64")
                == DebianVersion("1.1.5+ds1-1+deb12u1"))
        #expect(SecurityFloor.package("runc-1.1.12-1.fc39.x86_64") == nil)
        #expect(SecurityFloor.package("Unknown") == nil)
    }

    @Test(arguments: [
        ("NVIDIA Container Toolkit CLI version 1.16.1", ["CVE-2024-0132", "CVE-2025-23266"]),
        ("NVIDIA Container Toolkit CLI version 1.17.4", ["CVE-2025-23266"]),
        ("NVIDIA Container Toolkit CLI version 1.17.8", []),
        ("no version here", []),
    ])
    func `a container toolkit below a floor is found by what it says of itself`(
        said: String, advisories: [String]
    ) throws {
        let program = "/tmp/orban-toolkit-\(UUID().uuidString)"
        defer { unlink(program) }
        let script = "#!/bin/sh\n[ \"$1\" = --version ] && echo '\(said)' && echo 'commit: 0'\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: program))
        chmod(program, 0o755)
        let toolkit = SecurityFloor.toolkit(programs: ["/no/such/program", program])
        let found = SecurityFloor.findings(toolkit.map { [$0] } ?? [])
        #expect(found.map(\.advisory) == advisories)
        #expect(SecurityFloor.toolkit(programs: ["/no/such/program"]) == nil)
    }

    @Test(arguments: [
        ("6.18.44-fc", "Linux version 6.18.44-fc (x@y) #1 SMP", "", "6.18.44"),
        (
            "5.10.0-11-amd64", "Linux version 5.10.0-11-amd64 #1 SMP Debian 5.10.92-1 (2022)", "",
            "5.10.92"
        ),
        (
            "5.15.0-23-generic", "Linux version 5.15.0-23", "Ubuntu 5.15.0-23.23-generic 5.15.27\n",
            "5.15.27"
        ),
    ])
    func `a kernel is the release that it was made of`(
        release: String, build: String, signature: String, version: String
    ) {
        #expect(
            SecurityFloor.kernelVersion(release: release, build: build, signature: signature)
                == SoftwareVersion(version))
    }

    @Test func `revisions are in Debian's order`() {
        let ordered = ["1~bpo1", "1", "1+b1", "1+deb12u1", "1+deb12u2", "1+deb12u10", "2"]
        for (index, revision) in ordered.enumerated() {
            for later in ordered[(index + 1)...] {
                #expect(DebianVersion.precedes(revision, later), "\(revision) \(later)")
                #expect(!DebianVersion.precedes(later, revision), "\(later) \(revision)")
            }
            #expect(!DebianVersion.precedes(revision, revision))
        }
    }
}
