import Domain
import Foundation
import Glibc
import Testing
import Wire

@testable import Commands

@Suite struct SettingsTests {
    private func settings(_ folder: ScratchFolder, _ more: [String: String] = [:]) -> Settings {
        Settings(environment: ["XDG_CONFIG_HOME": folder.path].merging(more) { _, new in new })
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o601, 0o660] as [mode_t])
    func `keys that others may read are refused`(mode: mode_t) throws {
        let folder = try ScratchFolder()
        let settings = settings(folder)
        try settings.save([.renter: "orb_1"], of: "local")
        chmod(settings.credentialsPath, mode)
        let context = Context(name: "local", url: "http://x", authorityPEM: nil)
        #expect(throws: WireError.credentialsExposed(path: settings.credentialsPath)) {
            try settings.key(of: context, roles: [.renter])
        }
    }

    @Test func `keys are written for their owner alone and read back`() throws {
        let folder = try ScratchFolder()
        let settings = settings(folder)
        try settings.save([.renter: "orb_1", .operator: "orb_2"], of: "local")
        try settings.save([.renter: "orb_3"], of: "other")
        let attributes = try FileManager.default.attributesOfItem(
            atPath: settings.credentialsPath)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try settings.keys(of: "local") == [.renter: "orb_1", .operator: "orb_2"])
        let other = Context(name: "other", url: "http://x", authorityPEM: nil)
        #expect(try settings.key(of: other, roles: [.operator, .renter]) == "orb_3")
        #expect(
            throws: WireError.roleMissing(
                context: "other", has: [.renter], needs: [.provider, .operator])
        ) {
            try settings.key(of: other, roles: [.provider, .operator])
        }
        let third = Context(name: "third", url: "http://x", authorityPEM: nil)
        #expect(throws: WireError.loginRequired(context: "third")) {
            try settings.key(of: third, roles: [.operator])
        }
    }

    @Test func `a user who does not want their distance measured is heard, and stays heard`()
        throws
    {
        let folder = try ScratchFolder()
        let settings = settings(folder)
        let context = Context(name: "a", url: "https://a:1", authorityPEM: nil)
        try settings.save(context)
        #expect(try settings.context("a").latency == .on)
        let path = settings.configPath
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.contains("url:") })
        let indent = line.prefix { $0 == " " }
        try text.replacing(line + "\n", with: "\(line)\n\(indent)latency: off\n")
            .write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try settings.context("a").latency == .off)
        try settings.save(context)
        #expect(try settings.context("a").latency == .off)
    }

    @Test func `a saved context is the current one`() throws {
        let folder = try ScratchFolder()
        let settings = settings(folder)
        #expect(throws: UsageFault.marketMissing) { try settings.context(nil) }
        let first = Context(name: "a", url: "https://a:1", authorityPEM: "-----\nPEM\n-----\n")
        let second = Context(name: "b", url: "http://b:2", authorityPEM: nil)
        try settings.save(first)
        try settings.save(second)
        #expect(try settings.context(nil) == second)
        #expect(try settings.context("a") == first)
        #expect(throws: UsageFault.contextUnknown("c")) { try settings.context("c") }
    }

    @Test func `the environment goes before the files`() throws {
        let folder = try ScratchFolder()
        try settings(folder).save(Context(name: "a", url: "http://a", authorityPEM: nil))
        let given = settings(folder, ["ORBAN_API_URL": "http://b/", "ORBAN_TOKEN": "orb_9"])
        let context = try given.context(nil)
        #expect(context.url == "http://b")
        #expect(try given.key(of: context, roles: [.operator]) == "orb_9")
        #expect(try given.key(of: context, roles: []) == nil)
    }

    @Test func `the files' form gives back what was put in`() throws {
        var file = PlainYAML()
        file[["current"]] = "a"
        file[["contexts", "a", "url"]] = "http://a"
        file[["contexts", "a", "ca"]] = "line\n\"two\": \\ # 工作"
        file[["contexts", "b", "url"]] = ""
        #expect(try PlainYAML(parsing: file.text) == file)
        #expect(file.keys(under: ["contexts"]) == ["a", "b"])
        file.removeAll(under: ["contexts", "a"])
        #expect(file.keys(under: ["contexts"]) == ["b"])
    }

    @Test(arguments: [
        "a", "a b: c", " a: b", "a: b: c\n   d: e", "a: 'x'", "a: [1]", "a: \"x", "- a", "a: &x y",
        "\ta: b",
    ])
    func `what is not that form is refused with its line`(text: String) {
        #expect(throws: PlainYAML.Malformed.self) { try PlainYAML(parsing: text) }
    }
}
