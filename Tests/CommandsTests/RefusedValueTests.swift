import Domain
import Foundation
import NodeAgent
import Testing
import Wire

@testable import Commands

/// What cannot be is refused before anything starts, with what it has to be, in both languages.
@Suite struct RefusedValueTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let words: [String]
        let english: [String]
        let chinese: String
        var testDescription: String { words.joined(separator: " ") }

        init(_ words: [String], _ english: [String], _ chinese: String) {
            self.words = words
            self.english = english
            self.chinese = chinese
        }
    }

    @Test(arguments: [
        Wrong(["up", "--cpus", "0"], ["--cpus", "from 0.01 to 4096"], "介於 0.01 與 4096"),
        Wrong(["up", "--cpus", "many"], ["a number of CPUs such as 2"], "CPU 數量"),
        Wrong(["up", "--memory", "0GB"], ["from 4 MiB to 512 TiB"], "介於 4 MiB 與 512 TiB"),
        Wrong(["up", "--memory", "5"], ["a size with a unit"], "帶單位的大小"),
        Wrong(["up", "--disk", "999999TB"], ["from 1 MiB to 512 TiB"], "介於 1 MiB 與 512 TiB"),
        Wrong(["up", "--disk", "512TiB"], ["cannot offer 512 TiB"], "無法提供 512 TiB"),
        Wrong(["up", "--max-image", "0GB"], ["from 1 MB to 64 GiB"], "介於 1 MB 與 64 GiB"),
        Wrong(["up", "--price", "0"], ["0.35 USD/h", "to 100000"], "只寫數字即為 USD/h"),
        Wrong(["up", "--price", "1 EUR"], ["0.35 USD/h"], "價格"),
        Wrong(["up", "--region", "tw"], ["two capital letters"], "兩個大寫字母"),
        Wrong(["up", "--name", ""], ["1 to 64 bytes"], "1 到 64 位元組"),
        Wrong(["up", "--state-dir", ""], ["not nothing"], "不可為空"),
        Wrong(["up", "--registry", "/"], ["registry.example:5000"], "主機"),
        Wrong(["up", "--metrics", "9400"], ["127.0.0.1:9400"], "位址與連接埠"),
        Wrong(["up", "--port", "65536"], ["from 0 to 65535"], "介於 0 與 65535"),
        Wrong(["up", "--commission-bps", "10001"], ["from 0 to 10000"], "介於 0 與 10000"),
        Wrong(["up", "--write-rate", "0"], ["from 1 to 1000000"], "介於 1 與 1000000"),
        Wrong(["up", "--beacon", "tokyo"], ["NAME=URL@LATITUDE,LONGITUDE"], "緯度,經度"),
        Wrong(
            ["up", "--beacon", "a=http://a/b", "--beacon", "a=http://c/d"], ["NAME=URL"],
            "NAME=URL"),
        Wrong(["up", "--blob-quota", "0GB"], ["from 1 kB"], "介於 1 kB"),
        Wrong(["up", "--series-quota", "0GB"], ["from 1 MB"], "介於 1 MB"),
        Wrong(["up", "--cuda", "/nowhere"], ["library file"], "函式庫檔案"),
        Wrong(
            ["up", "--nvml", "none", "--clear-quarantine", "bogus"],
            ["no GPU \"bogus\"", "it has"], "本機沒有 GPU「bogus」"),
        Wrong(["run", "--gpu", "-1", "x"], ["--gpu", "RTX 4090:2", "0 to 64"], "介於 0 與 64"),
        Wrong(["plan", "--gpu", "65", "x"], ["--gpu", "0 to 64"], "介於 0 與 64"),
        Wrong(["run", "--cpus", "0", "x"], ["from 0.01 to 4096"], "介於 0.01 與 4096"),
        Wrong(["run", "-e", "X", "x"], ["--env", "NAME=VALUE"], "NAME=VALUE"),
        Wrong(["run", "--network", "all", "x"], ["one of none, egress"], "none, egress 其中之一"),
        Wrong(["run", "--budget", "0", "x"], ["a number alone is USD"], "只寫數字即為 USD"),
        Wrong(["ps", "--limit", "0"], ["from 1 to 1000"], "介於 1 與 1000"),
        Wrong(["wait", "a", "--timeout", "5x"], ["such as 8s"], "時間長度"),
        Wrong(["top", "--since", "31d"], ["from 1s to 30d"], "介於 1s 與 30d"),
        Wrong(["logs", "a", "--stream", "x"], ["one of out, err, system"], "其中之一"),
        Wrong(
            ["market", "token", "create", "--timeout", "2h"], ["from 1m to 1h"], "介於 1m 與 1h"),
        Wrong(["market", "serve", "--origin", "a b"], ["without blanks"], "不含空白"),
        Wrong(["market", "credit", "me", "1", "--reason", "r"], ["account", "acc_"], "帳戶"),
        Wrong(["node", "join", "x"], ["orban market token create"], "印出的權杖"),
        Wrong(["ps", "-o", "yaml"], ["one of table, json"], "table, json 其中之一"),
    ])
    func `a value that cannot be is refused with its bounds and where help is`(
        _ wrong: Wrong
    ) async throws {
        let spec = "type: batch\nimage: i\nrun: x\nbudget: {max_total: 1 USD}\n"
        for (language, parts) in [("en", wrong.english), ("zh-TW", [wrong.chinese])] {
            let program = try Program([
                "ORBAN_API_URL": "http://127.0.0.1:1", "ORBAN_TOKEN": "orb_0",
            ])
            try program.folder.write(spec, to: "x")
            let (code, output, error) = await program.run(
                wrong.words + ["--lang", language, "--no-input"])
            #expect(code == 2 && output.isEmpty, "\(code)")
            #expect(error.contains("[usage]") && error.contains("orban help \(wrong.words[0])"))
            for part in parts { #expect(error.contains(part), "\(error)") }
            #expect(!error.contains("{"), "\(error)")
        }
    }

    @Test(arguments: [("en", "orban node join TOKEN"), ("zh-TW", "尚未加入任何市場")])
    func `a node that never joined is told to`(language: String, part: String) async throws {
        let program = try Program()
        let (code, _, error) = await program.run(
            ["node", "run", "--state-dir", "node", "--lang", language])
        #expect(code == 3 && error.contains("[node_not_joined]"))
        #expect(error.contains(part) && error.contains(program.folder.path + "/node"), "\(error)")
    }

    @Test func `standard output that takes no more is a failure that is said`() async throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        #expect(throws: Terminal.OutputFailed(code: ENOSPC)) {
            try Terminal.write([1], to: full)
        }
        for (language, part) in [("en", "the disk is full"), ("zh-TW", "磁碟已滿")] {
            let heard = RecordedTerminal()
            let terminal = Terminal(
                isOutputTerminal: false, isErrorTerminal: false, isInputTerminal: false,
                send: { stream, bytes in
                    guard stream == .error else { throw Terminal.OutputFailed(code: ENOSPC) }
                    try heard.terminal().send(stream, bytes)
                }, readLine: { nil })
            let code = await OrbanCommandLine.run(
                ["version", "--lang", language],
                surroundings: Surroundings(environment: [:], terminal: terminal, folder: "/"))
            #expect(code == 1)
            #expect(heard.error.contains("[output_failed]") && heard.error.contains(part))
        }
    }

    @Test func `a reader that went away is no failure to tell`() throws {
        var ends: [Int32] = [0, 0]
        signal(SIGPIPE, SIG_IGN)
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        #expect(throws: Terminal.OutputClosed.self) { try Terminal.write([1], to: ends[1]) }
    }

    @Test(arguments: JobState.allCases)
    func `what is said of a stop is what became of the job`(state: JobState) {
        let text = state.stopText(of: "job", in: .english)
        let isStopping = [.waiting, .matching, .starting, .running, .stopping].contains(state)
        #expect(text.contains("being stopped") == isStopping, "\(text)")
        #expect(text.contains("over already") == [.finished, .failed].contains(state), "\(text)")
    }

    @Test func `what stands against a node's start has a code, why and a fix in both languages`()
        throws
    {
        let node = try #require(NodeID("nod_1"))
        let much = Resources(milliCPU: 4_000, memoryBytes: 8_000_000_000, diskBytes: 0)
        let less = Resources(milliCPU: 500, memoryBytes: -1, diskBytes: 0)
        let faults: [(any Error, String, [String])] = [
            (
                CapacityRefusal.tooLittleFree(asked: much, free: less), "capacity_taken",
                ["4 CPU · 8 GB", "0.5 CPU · 0 B", "--cpus"]
            ),
            (
                LibpodRuntime.Unfit.selfTestImageMissing(
                    name: "localhost/base:1", store: "/s", run: "/r"),
                "self_test_image_missing",
                ["localhost/base:1", "podman --root /s --runroot /r load"]
            ),
            (
                LibpodRuntime.Unfit.otherStore(found: "/s", wanted: "/t"), "engine_other",
                ["/s", "/t"]
            ),
            (CapacityRefusal.nodeRunsAlready(node), "node_runs_already", ["nod_1", "--state-dir"]),
            (
                UsageFault.yieldsToNoDesktop(.unreadable("/dev/input/event1", EACCES)), "usage",
                ["/dev/input/event1", "desktop"]
            ),
            (
                ListenFailure(.metrics, at: "::1", port: 9, .inUse), "cannot_listen",
                ["[::1]:9", "--metrics"]
            ),
        ]
        for (fault, code, parts) in faults {
            for language in ["en", "zh-TW"] {
                let report = ErrorReport(
                    OutputHints(["up", "--lang", language], environment: [:]),
                    RecordedTerminal().terminal())
                let problem = report.problem(of: fault)
                #expect(problem.code == code && problem.hint?.isEmpty == false)
                let text = problem.detail + (problem.hint ?? "")
                for part in parts { #expect(text.contains(part), "\(text)") }
                let isChinese = text.unicodeScalars.contains { $0.value > 0x4E00 }
                #expect(isChinese == (language == "zh-TW") && !text.contains("{"), "\(text)")
            }
        }
    }
}
