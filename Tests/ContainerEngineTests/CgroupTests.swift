import Foundation
import Testing

@testable import ContainerEngine

struct CgroupTests {
    private let container = ContainerID(String(repeating: "a", count: 64))!

    private func write(_ files: [String: String], in root: String) throws {
        for (path, text) in files {
            let file = URL(fileURLWithPath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: false, encoding: .utf8)
        }
    }

    @Test(arguments: ["", "/", "lease", "/a/../b", "/a//b", "/a/", "/./a"])
    func `a path that could leave the tree is refused`(path: String) {
        let tree = CgroupTree(root: "/nowhere")
        #expect(throws: Cgroup.PathError.unusable(path)) { try Cgroup(tree: tree, path: path) }
    }

    @Test func `version 1 is read from one folder per controller`() throws {
        try withFolder { root in
            try write(
                [
                    "freezer/l/freezer.state": "THAWED\n",
                    "cpuacct/l/cpuacct.usage": "1500\n",
                    "memory/l/memory.max_usage_in_bytes": "4096\n",
                    "memory/l/memory.usage_in_bytes": "2048\n",
                    "memory/l/memory.failcnt": "3\n",
                    "freezer/l/libpod-\(container)/freezer.state": "FROZEN\n",
                    "log": """
                    6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/l,task_memcg=/l/x,pid=1
                    6,2,2,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/l2,task_memcg=/l2,pid=2
                    6,3,3,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/l/x,pid=3

                    """,
                ], in: root)
            let tree = CgroupTree(root: root)
            #expect(tree.version == .legacy)
            let group = try Cgroup(tree: tree, path: "/l")
            #expect(try group.freezerState() == .thawed)
            #expect(try group.isFrozen(container: container))
            #expect(
                try group.usage()
                    == .init(cpuNanoseconds: 1_500, peakMemoryBytes: 4_096, memoryBytes: 2_048))
            #expect(try group.memoryVerdict(kernelLog: "\(root)/log") == .killed(times: 2))
            #expect(
                try group.memoryVerdict(kernelLog: "\(root)/none") == .limitReached(times: 3))
            try group.freeze()
            #expect(try group.freezerState() == .frozen)
            try write(["freezer/l/freezer.state": "FREEZING\n"], in: root)
            #expect(try group.freezerState() == .freezing)
        }
    }

    @Test func `version 2 is read from one folder`() throws {
        try withFolder { root in
            try write(
                [
                    "cgroup.controllers": "cpu memory pids\n",
                    "l/cgroup.events": "populated 1\nfrozen 0\n",
                    "l/cgroup.freeze": "0\n",
                    "l/cpu.stat": "usage_usec 12\nuser_usec 2\n",
                    "l/memory.peak": "8192\n",
                    "l/memory.events": "low 0\nhigh 0\nmax 5\noom 1\noom_kill 0\n",
                    "l/libpod-\(container)/cgroup.events": "populated 1\nfrozen 1\n",
                ], in: root)
            let tree = CgroupTree(root: root)
            #expect(tree.version == .unified)
            let group = try Cgroup(tree: tree, path: "/l")
            #expect(try group.freezerState() == .thawed)
            #expect(try group.isFrozen(container: container))
            #expect(
                try group.usage()
                    == .init(cpuNanoseconds: 12_000, peakMemoryBytes: 8_192, memoryBytes: nil))
            try write(["l/memory.current": "1024\n"], in: root)
            #expect(try group.usage().memoryBytes == 1_024)
            #expect(try group.memoryVerdict() == .limitReached(times: 5))
            try write(["l/memory.events": "max 5\noom_kill 1\n"], in: root)
            #expect(try group.memoryVerdict() == .killed(times: 1))
            try group.freeze()
            #expect(try group.freezerState() == .freezing)
            try write(["l/cgroup.events": "populated 1\nfrozen 1\n"], in: root)
            #expect(try group.freezerState() == .frozen)
        }
    }

    @Test(arguments: ["9223372036854771712", "4096"])
    func `a limit is set with and without swap, raised or lowered`(before: String) throws {
        try withFolder { root in
            var files = ["cgroup.procs": "", "memory/cgroup.procs": ""]
            for file in ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"] {
                files["memory/l/\(file)"] = before
            }
            try write(files, in: root)
            try Cgroup(tree: CgroupTree(root: root), path: "/l").create(memoryLimitBytes: 65_536)
            #expect(try HostFile.read("\(root)/memory/l/memory.limit_in_bytes").hasPrefix("65536"))
            #expect(
                try HostFile.read("\(root)/memory/l/memory.memsw.limit_in_bytes")
                    .hasPrefix("1114112"))
        }
    }

    @Test func `a container whose group is gone is not frozen`() throws {
        try withFolder { root in
            try write(["freezer/l/freezer.state": "THAWED\n"], in: root)
            let group = try Cgroup(tree: CgroupTree(root: root), path: "/l")
            #expect(try !group.isFrozen(container: container))
        }
    }

    @Test func `removing a group removes those below it in every hierarchy`() throws {
        try withFolder { root in
            try write(["memory/cgroup.procs": "", "freezer/cgroup.procs": ""], in: root)
            for folder in ["memory/l/x/y", "freezer/l/x"] {
                try HostFile.makeFolders("\(root)/\(folder)")
            }
            let group = try Cgroup(tree: CgroupTree(root: root), path: "/l")
            try group.remove()
            try group.remove()
            #expect(!HostFile.exists("\(root)/memory/l"))
            #expect(!HostFile.exists("\(root)/freezer/l"))
            #expect(HostFile.exists("\(root)/memory"))
        }
    }
}
