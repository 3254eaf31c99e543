import Foundation
import Testing

@testable import ContainerEngine

/// Specifications as nvidia-ctk writes them, and as somebody else may.
@Suite struct CDISpecsTests {
    private static let yaml = """
        cdiVersion: 0.5.0
        kind: nvidia.com/gpu
        containerEdits:
          deviceNodes:
          - path: /dev/nvidiactl
          - path: /dev/nvidia-uvm
          env:
          - NVIDIA_VISIBLE_DEVICES=void
          mounts:
          - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15
            hostPath: /opt/driver/libcuda.so.550.54.15
            options: [ro, nosuid, nodev, bind]
        devices:
        - name: 0
          containerEdits:
            deviceNodes:
            - path: /dev/nvidia0
        - name: "1"
          containerEdits:
            deviceNodes:
            - path: /dev/nvidia1
        - name: all
          containerEdits:
            deviceNodes:
            - path: /dev/nvidia0
            - path: /dev/nvidia1
        """

    private static func folder(_ files: [String: String]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/orban-cdi-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for (name, text) in files {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        return folder
    }

    @Test func `a device is found by its number's node when it is not called by its UUID`() throws {
        let folder = try Self.folder(["nvidia.yaml": Self.yaml])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let specs = CDISpecs(folders: [folder])
        #expect(specs.unreadable.isEmpty)
        let one = try #require(specs.device(uuid: "GPU-1", nodes: ["/dev/nvidia1"]))
        #expect(one.name == "nvidia.com/gpu=1" && one.gpuNodes == ["/dev/nvidia1"])
        #expect(
            one.hostPaths == [
                "/dev/nvidia1", "/dev/nvidiactl", "/dev/nvidia-uvm",
                "/opt/driver/libcuda.so.550.54.15",
            ])
        #expect(
            specs.device(uuid: "GPU-1", nodes: ["/dev/nvidia2"]) == nil,
            "never the one that is all of them")
        #expect(specs.device(uuid: "GPU-1", nodes: nil) == nil)
    }

    @Test func `a device that is called by its UUID is that one, also from JSON`() throws {
        let json = """
            {"cdiVersion":"0.6.0","kind":"example.com/gpu","devices":[{"name":"GPU-1","containerEdits":
            {"deviceNodes":[{"path":"/dev/nvidia7","hostPath":"/dev/null","type":"c","major":1,"minor":3}]}}]}
            """
        let folder = try Self.folder(["a.json": json, "nvidia.yaml": Self.yaml])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let specs = CDISpecs(folders: [folder, "/nowhere"])
        let found = try #require(specs.device(uuid: "GPU-1", nodes: ["/dev/nvidia1"]))
        #expect(found.name == "example.com/gpu=GPU-1")
        #expect(found.ownNodes.map(\.hostPath) == ["/dev/null"])
        #expect(found.hostPaths == ["/dev/nvidia7", "/dev/null"])
    }

    @Test func `a part of a divided GPU is told by its rights, whatever it is called`() throws {
        func device(_ name: String, _ rights: Int...) -> String {
            let nodes = ["/dev/nvidia0"] + rights.map { "/dev/nvidia-caps/nvidia-cap\($0)" }
            return "{\"name\":\"\(name)\",\"containerEdits\":{\"deviceNodes\":["
                + nodes.map { "{\"path\":\"\($0)\"}" }.joined(separator: ",") + "]}}"
        }
        let devices = [device("0:0", 3, 4), device("0:1", 12, 13), device("0")]
        let json = "{\"kind\":\"nvidia.com/gpu\",\"devices\":[\(devices.joined(separator: ","))]}"
        func right(_ minor: Int) -> String { "DeviceFileMinor: \(minor)\nDeviceFileMode: 292\n" }
        let folder = try Self.folder(["nvidia.json": json])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (place, minor) in [("gi1", 12), ("gi1/ci0", 13)] {
            let path = "\(folder)/gpu0/mig/\(place)"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try right(minor).write(toFile: path + "/access", atomically: true, encoding: .utf8)
        }
        let nodes = CDIDevice.nodes(gpu: 0, gpuInstance: 1, computeInstance: 0, driver: folder)
        let specs = CDISpecs(folders: [folder])
        #expect(specs.device(uuid: "MIG-1", nodes: nodes)?.name == "nvidia.com/gpu=0:1")
        #expect(specs.device(uuid: "GPU-1", nodes: ["/dev/nvidia0"])?.name == "nvidia.com/gpu=0")
        #expect(
            CDIDevice.nodes(gpu: 0, gpuInstance: 2, computeInstance: 0, driver: folder) == nil)
    }

    @Test func `a node is the GPU of its number, then of its place on the host, then inside`() {
        func gpu(_ path: String, _ host: String, _ major: Int64?, _ minor: Int64?) -> Set<String> {
            CDIDevice(
                name: "x=1",
                ownNodes: [.init(path: path, hostPath: host, major: major, minor: minor)],
                commonNodes: [], files: []
            ).gpuNodes
        }
        #expect(gpu("/dev/nvidia0", "/dev/nvidia0", 195, 3) == ["/dev/nvidia3"])
        #expect(gpu("/dev/nvidia0", "/dev/nvidia2", nil, nil) == ["/dev/nvidia2"])
        #expect(gpu("/dev/nvidia0", "/dev/null", 1, 3) == ["/dev/nvidia0"])
        #expect(gpu("/dev/nvidiactl", "/dev/nvidiactl", 195, 255) == [])
        #expect(gpu("/dev/nvidia-uvm", "/dev/nvidia-uvm", 510, 0) == [])
    }

    @Test func `a file that is no specification is named and leaves the others`() throws {
        let folder = try Self.folder([
            "a.yaml": "- not\n- a map", "b.json": "{\"kind\":", "c.txt": "x", "d.yaml": Self.yaml,
        ])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let specs = CDISpecs(folders: [folder])
        #expect(specs.unreadable.count == 2)
        #expect(specs.device(uuid: "-", nodes: ["/dev/nvidia0"])?.name == "nvidia.com/gpu=0")
    }

    @Test func `a container is compared with what its devices bring`() throws {
        func device(_ path: String, _ host: String, minor: Int64?) -> CDIDevice {
            CDIDevice(
                name: "x=1",
                ownNodes: [
                    .init(path: path, hostPath: host, major: minor == nil ? nil : 1, minor: minor)
                ], commonNodes: [], files: [])
        }
        #expect(
            DeviceInspection.faults(of: [device("/dev/null", "/dev/null", minor: nil)], in: "")
                .isEmpty)
        #expect(
            DeviceInspection.faults(of: [device("/dev/zero", "/dev/null", minor: nil)], in: "")
                == ["/dev/zero is device 1:5"])
        #expect(
            DeviceInspection.faults(of: [device("/dev/null", "/dev/null", minor: 5)], in: "")
                == ["/dev/null is device 1:3"])
        #expect(
            DeviceInspection.faults(
                of: [device("/dev/nvidia99", "/dev/null", minor: 3)], in: "")
                == ["/dev/nvidia99 is missing"])
        #expect(
            DeviceInspection.faults(of: [device("/etc/passwd", "/dev/null", minor: 3)], in: "")
                == ["/etc/passwd is missing"], "a file is no device")
    }
}
