import AsyncHTTPClient
import Domain
import Foundation
import Testing

@testable import NodeAgent

/// Inputs, outputs and logs of real containers, over real HTTP.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct BytesTests {
    @Test func `inputs are there read-only, outputs come back, the log keeps its order`()
        async throws
    {
        try await Rig.run { rig in
            let file = try rig.input(Data("from a file\n".utf8), at: "/in/file", .file)
            let tree = try rig.input(
                folder: "printf deep > a/b/c; ln -s a/b/c link", at: "/in/tree")
            let empty = try rig.input(Data(), at: "/in/empty", .file)
            try await rig.running {
                let dispatch = try rig.dispatch(
                    """
                    test -f /in/empty && test ! -s /in/empty || echo not empty
                    cat /in/file; cat /in/tree/a/b/c; cat /in/tree/link; echo
                    echo x > /in/file || echo read-only file >&2
                    touch /in/tree/new || echo read-only folder >&2
                    mkdir /out/deep; echo result > /out/deep/r; printf partial
                    echo "$ORBAN_TASK_INDEX $ORBAN_ARRAY_INDEX $ORBAN_TASK_COUNT $HOME" > /out/env
                    ln -s /etc/passwd /out/leak; ln -s deep/r /out/inside
                    """, inputs: [file, tree, empty], outputs: ["/out"])
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 0)))
                #expect(try rig.output(of: dispatch.lease, "deep/r") == "result\n")
                #expect(try rig.output(of: dispatch.lease, "env") == "1 1 1 /tmp\n")
                let names = shell("tar -tf \"$1\"", try rig.archive(of: dispatch.lease))
                #expect(names.split(separator: "\n") == ["deep/", "deep/r", "env", "inside"])
                let log = try rig.log(of: dispatch.lease)
                #expect(log.out == "from a file\ndeepdeep\npartial")
                #expect(log.err.contains("read-only file\n"))
                #expect(log.err.contains("read-only folder\n"))
                #expect(log.hasEnd)
            }
        }
    }

    @Test func `a market that fails for a while loses no byte and no line`() async throws {
        try await Rig.run { rig in
            let big = Data(repeating: 7, count: 10 << 20) + Data(repeating: 8, count: 10 << 20)
            let input = try rig.input(big, at: "/in/big", .file)
            rig.bytes.fail(next: 3)
            try await rig.running {
                let dispatch = try rig.dispatch(
                    "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; cp /in/big /out/",
                    inputs: [input], outputs: ["/out"])
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                rig.bytes.fail(next: 5)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 0)))
                let lines = try rig.log(of: dispatch.lease).out.split(separator: "\n")
                #expect(lines.count == 3_000)
                #expect(lines.last == "line 2999")
                let archive = try rig.archive(of: dispatch.lease)
                let sum = shell("tar -xOf \"$1\" big | cksum", archive)
                try big.write(to: URL(fileURLWithPath: rig.folder + "/big"))
                #expect(sum == shell("cksum < \"$1\"", rig.folder + "/big"))
                #expect(rig.bytes.requests("PUT", "/v1/blobs/").count >= 3)
            }
        }
    }

    @Test func `an archive that leaves its folder, and one that is damaged, fail the start`()
        async throws
    {
        try await Rig.run { rig in
            let leaving = try rig.input(folder: "ln -s /etc evil", at: "/in/tree")
            let damaged = try rig.input(Data("right".utf8), at: "/in/file", .file)
            rig.bytes.offer(Data("wrong".utf8), as: damaged.digest.text)
            try await rig.running {
                for (name, input) in [("a", leaving), ("b", damaged)] {
                    let dispatch = try rig.dispatch("true", lease: name, inputs: [input])
                    rig.market.dispatch(dispatch)
                    let end = try await rig.market.end(of: dispatch.lease)
                    #expect(end.status == .ended(.startFailed(code: "input")))
                }
            }
        }
    }

    @Test func `outputs that outgrow the lease's disk end it`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch(
                    "head -c 100000000 /dev/zero > /out/big; sleep 100", outputs: ["/out"])
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.killed))
            }
        }
    }
}

extension Rig {
    func input(_ content: Data, at path: String, _ form: BlobForm) throws -> Workload.Input {
        let file = folder + "/input-\(content.count)"
        try content.write(to: URL(fileURLWithPath: file))
        let digest = try PlainFile(reading: file).digest()
        bytes.offer(content, as: digest.text)
        return Workload.Input(digest: digest, path: path, form: form)
    }

    /// A tar archive of what `script` makes in an empty folder that has `a/b`.
    func input(folder script: String, at path: String) throws -> Workload.Input {
        let place = folder + "/tree"
        shell(
            "rm -rf \"$1\"; mkdir -p \"$1/a/b\"; cd \"$1\"; \(script); tar -cf \"$1.tar\" .", place)
        let content = try Data(contentsOf: URL(fileURLWithPath: place + ".tar"))
        return try input(content, at: path, .folder)
    }
}
