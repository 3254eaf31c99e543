import Domain
import Foundation
import Testing

@testable import NodeAgent

/// Archives against GNU tar, and against an attacker.
@Suite struct TarTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "tar-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/into", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func unpack(_ folder: String, limit: Int64 = 1 << 30) throws {
        try TarReader.unpack(
            ByteSource(PlainFile(reading: folder + "/a.tar")), into: folder + "/into",
            for: .container, limitBytes: limit)
    }

    @Test(arguments: ["gnu", "pax", "ustar"])
    func `what GNU tar packs is unpacked`(format: String) throws {
        try inFolder { folder in
            let long = String(repeating: "long/", count: format == "ustar" ? 25 : 50)
            shell(
                """
                mkdir -p "$1/from/$3" "$1/from/empty"; cd "$1/from"
                printf one > one; ln one hard; ln -s ../from soft-out 2>/dev/null; rm soft-out
                printf x > "$3/deep"; ln -s one soft; printf '#!/bin/sh' > run; chmod +x run
                tar --format="$2" -cf "$1/a.tar" .
                """, folder, format, long)
            try unpack(folder)
            #expect(shell("diff -r --no-dereference \"$1/from\" \"$1/into\"", folder) == "")
            #expect(access(folder + "/into/run", X_OK) == 0)
        }
    }

    @Test func `what we pack GNU tar unpacks, and the same content gives the same bytes`() throws {
        try inFolder { folder in
            let long = String(repeating: "é", count: 120)
            shell(
                """
                mkdir -p "$1/from/d" "$1/copy"; cd "$1/from"
                printf one > one; printf two > "d/$2"; ln -s d/x in; ln -s ../.. out; mkfifo pipe
                """, folder, long)
            let first = try TarWriter.pack(folder: folder + "/from", to: folder + "/a.tar")
            shell("touch -d 2001-01-01 \"$1/from/one\"", folder)
            let second = try TarWriter.pack(folder: folder + "/from", to: folder + "/b.tar")
            #expect(try first.digest() == second.digest())
            shell(
                "tar -C \"$1/copy\" -xf \"$1/a.tar\"; rm \"$1/from/out\" \"$1/from/pipe\"", folder)
            #expect(shell("diff -r --no-dereference \"$1/from\" \"$1/copy\"", folder) == "")
            try unpack(folder)
            #expect(shell("diff -r --no-dereference \"$1/from\" \"$1/into\"", folder) == "")
        }
    }

    @Test(arguments: [
        "tar -P -cf a.tar /etc/hostname",
        "mkdir d; touch up; cd d; tar -P -cf ../a.tar ../up",
        "ln -s /etc out; tar -cf a.tar out",
        "ln -s a/../../x out; tar -cf a.tar out",
        "mkfifo pipe; tar -cf a.tar pipe",
        "mkdir real; ln -s real link; tar -cf a.tar link; rm link; mkdir link; touch link/f; tar -rf a.tar link/f",
        "printf damaged-header > x; tar -cf a.tar x; printf Z | dd of=a.tar bs=1 seek=3 conv=notrunc 2>/dev/null",
        "head -c 5000 /dev/zero > x; tar -cf y.tar x; head -c 3000 y.tar > a.tar",
        "head -c 5000 /dev/zero > x; tar -cf a.tar x x x",
    ])
    func `an archive that means harm is refused and leaves nothing outside`(script: String) throws {
        try inFolder { folder in
            shell("cd \"$1\"; \(script)", folder)
            #expect(throws: (any Error).self) { try unpack(folder, limit: 12_000) }
            #expect(!FileManager.default.fileExists(atPath: folder + "/x/f"))
        }
    }

    /// Bytes flipped at random: unpacked or refused, never a trap, never outside.
    @Test func `mutated archives never trap`() throws {
        let seed = UInt64.random(in: 0..<UInt64.max)
        print("seed \(seed)")
        var generator = Seeded(state: seed)
        try inFolder { folder in
            shell("cd \"$1\"; mkdir d; echo a > d/a; ln -s d/a l; tar -cf good.tar d l", folder)
            let good = try Data(contentsOf: URL(fileURLWithPath: folder + "/good.tar"))
            for _ in 0..<300 {
                var bad = good
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    bad[Int.random(in: 0..<2_048, using: &generator)] =
                        UInt8.random(in: 0...255, using: &generator)
                }
                try bad.write(to: URL(fileURLWithPath: folder + "/a.tar"))
                do { try unpack(folder, limit: 1 << 16) } catch { continue }
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
