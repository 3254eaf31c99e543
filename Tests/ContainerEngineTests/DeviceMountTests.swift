import Foundation
import Testing

@testable import ContainerEngine

/// What of a container's mounts is its devices', over values.
@Suite struct DeviceMountTests {
    private static let library = FileLocation(device: "254:0", root: "/lib/libcuda.so.550")

    private static func codes(
        _ line: String, _ mounts: DeviceMounts
    ) -> [IsolationDeviation.Code] {
        var profile = IsolationAuditTests.profile
        profile.deviceMounts = mounts
        let view = IsolationAuditTests.view(mounts: IsolationAuditTests.mounts + "\n" + line)
        return IsolationAudit.deviations(
            in: view, of: IsolationAuditTests.container, from: profile, at: .confined
        ).map(\.code)
    }

    @Test(arguments: ["/lib/firmware/gsp.bin", "/usr/lib/firmware/gsp.bin", "/anywhere"])
    func `a device's file is accepted wherever links of an image move it`(point: String) {
        let mounts = DeviceMounts(sources: [Self.library])
        for root in ["/lib/libcuda.so.550", "/lib/libcuda.so.550//deleted"] {
            let line = "200 168 254:0 \(root) \(point) ro,nosuid,nodev - ext4 /dev/vda rw"
            #expect(Self.codes(line, mounts) == [])
            #expect(Self.codes(line, .none) == [.mount])
        }
    }

    @Test(arguments: [
        "254:0 /etc/shadow /lib/libcuda.so.550", "254:1 /lib/libcuda.so.550 /lib/libcuda.so.550",
        "254:0 / /lib/libcuda.so.550", "254:0 /lib /lib/libcuda.so.550",
    ])
    func `another file at the place of a device's is none of its`(mount: String) {
        let line = "200 168 \(mount) ro,nosuid,nodev - ext4 /dev/vda rw"
        #expect(Self.codes(line, DeviceMounts(sources: [Self.library])) == [.mount])
    }

    static let scratch =
        "300 168 0:90 / /run/nvidia-ctk-hook rw,relatime - tmpfs tmpfs rw,size=4k"
    static let id = "c1f2aaad-129a-4a65-926c-9a7c5da43714"

    @Test(arguments: ["/run", "/var/run"], ["", id, "/" + id])
    func `the scratch folder of a device's hook is accepted, with a device alone`(
        top: String, name: String
    ) {
        let line = Self.scratch.replacingOccurrences(
            of: "/run/nvidia-ctk-hook", with: "\(top)/nvidia-ctk-hook\(name)")
        #expect(Self.codes(line, DeviceMounts(sources: [Self.library])) == [])
        #expect(Self.codes(line, DeviceMounts(points: ["/dev/nvidia0"])) == [])
        #expect(Self.codes(line, .none) == [.mount])
    }

    @Test(
        arguments: [
            ("size=4k", "size=128k"), ("size=4k", "mode=755"), ("tmpfs tmpfs", "ext4 /dev/vda"),
            ("0:90 /", "0:90 /x"), ("/run/nvidia-ctk-hook", "/etc/nvidia-ctk-hook"),
            ("/run/nvidia-ctk-hook", "/run/nvidia-ctk-hook/x/../../../usr"),
            ("/run/nvidia-ctk-hook", "/run/nvidia-ctk-hook/a/b"), ("/run/nvidia-ctk-hook", "/run"),
            ("/run/nvidia-ctk-hook", "/usr/run/nvidia-ctk-hook"),
            ("rw,relatime", "rw,relatime shared:9"),
        ] as [(String, String)])
    func `a folder that is larger, elsewhere or something else is not`(from: String, to: String) {
        let line = Self.scratch.replacingOccurrences(of: from, with: to)
        #expect(line != Self.scratch)
        #expect(Self.codes(line, DeviceMounts(sources: [Self.library])) == [.mount])
    }

    @Test func `what is noted is read back, and so are the mount points of an earlier version`()
        throws
    {
        let mounts = DeviceMounts(sources: [Self.library], points: ["/x"])
        #expect(try DeviceMounts(note: mounts.note) == mounts)
        let earlier = try DeviceMounts(note: Array(#"["/dev/nvidia0","/usr/lib/l.so"]"#.utf8))
        #expect(earlier == DeviceMounts(points: ["/dev/nvidia0", "/usr/lib/l.so"]))
        let line = "200 168 254:0 /l /usr/lib/l.so ro,nosuid,nodev - ext4 /dev/vda rw"
        #expect(Self.codes(line, earlier) == [])
        #expect(
            Self.codes(line.replacingOccurrences(of: "l.so", with: "m.so"), earlier) == [.mount])
    }

    @Test func `a device's files are looked for through links, and one that is not there is none`()
        throws
    {
        let folder = FileManager.default.temporaryDirectory.path + "/orban-mounts-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "x".write(toFile: folder + "/lib.so.1", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/lib.so", withDestinationPath: "lib.so.1")
        func mounts(_ file: String) throws -> DeviceMounts {
            try DeviceMounts(of: [
                CDIDevice(name: "x=1", ownNodes: [], commonNodes: [], files: [folder + file])
            ])
        }
        #expect(try mounts("/lib.so") == mounts("/lib.so.1"))
        #expect(try mounts("/lib.so").sources.first?.root.hasSuffix("/lib.so.1") == true)
        #expect(try mounts("/none") == .none)
    }
}
