import ControlPlane
import Domain
import Foundation
import Wire

/// Contexts and keys of this user: `config.yaml` and `credentials.yaml` under
/// `$XDG_CONFIG_HOME/orban`. `ORBAN_API_URL` and `ORBAN_TOKEN` go before them.
struct Settings: Sendable {
    private let environment: [String: String]

    init(environment: [String: String]) { self.environment = environment }

    var configPath: String {
        given("ORBAN_CONFIG") ?? folder("XDG_CONFIG_HOME", ".config") + "/config.yaml"
    }
    var credentialsPath: String { folder("XDG_CONFIG_HOME", ".config") + "/credentials.yaml" }
    var statePath: String { folder("XDG_STATE_HOME", ".local/state") }
    var cachePath: String { folder("XDG_CACHE_HOME", ".cache") }

    private func folder(_ variable: String, _ home: String) -> String {
        (given(variable) ?? (given("HOME") ?? "/") + "/" + home) + "/orban"
    }

    /// A variable that is set and not empty.
    private func given(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Contexts

    /// The named context, or `ORBAN_CONTEXT`, or the current one.
    ///
    /// - Throws: `UsageFault.contextUnknown`, `.marketMissing`.
    func context(_ asked: String?) throws -> Context {
        let config = try read(configPath)
        let name = asked ?? given("ORBAN_CONTEXT") ?? config[["current"]]
        let known = name.flatMap { config[["contexts", $0, "url"]] }
        if let asked, known == nil { throw UsageFault.contextUnknown(asked) }
        if let url = given("ORBAN_API_URL") {
            let authority = name.flatMap { config[["contexts", $0, "ca"]] }
            return Context(
                name: name ?? "environment", url: trimmed(url), authorityPEM: authority,
                latency: latency(of: name, config))
        }
        guard let name, let known else { throw UsageFault.marketMissing }
        return Context(
            name: name, url: trimmed(known), authorityPEM: config[["contexts", name, "ca"]],
            latency: latency(of: name, config))
    }

    /// Its user writes `latency: off` beside the context's `url`; anything else measures.
    private func latency(of name: String?, _ config: PlainYAML) -> Context.LatencySetting {
        name.flatMap { config[["contexts", $0, "latency"]] }
            .flatMap(Context.LatencySetting.init(rawValue:)) ?? .on
    }

    private func trimmed(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// Keeps `context` and makes it the current one; what its user wrote there of latency stays.
    func save(_ context: Context) throws {
        var config = try read(configPath)
        let latency = config[["contexts", context.name, "latency"]]
        config.removeAll(under: ["contexts", context.name])
        config[["current"]] = context.name
        config[["contexts", context.name, "url"]] = context.url
        config[["contexts", context.name, "ca"]] = context.authorityPEM
        config[["contexts", context.name, "latency"]] = latency
        try makeFolder(of: configPath)
        try Data(config.text.utf8).write(to: URL(fileURLWithPath: configPath), options: .atomic)
    }

    // MARK: Keys

    /// The context's key with the first of `roles` that it has one for; nil when `roles` is empty.
    ///
    /// - Throws: `WireError.loginRequired`, `.roleMissing`, `.credentialsExposed`.
    func key(of context: Context, roles: [Role]) throws -> String? {
        guard !roles.isEmpty else { return nil }
        if let token = given("ORBAN_TOKEN") { return token }
        let credentials = try credentials()
        if let key = roles.lazy.compactMap({ credentials[[context.name, $0.rawValue]] }).first {
            return key
        }
        let has = Role.allCases.filter { credentials[[context.name, $0.rawValue]] != nil }
        throw has.isEmpty
            ? WireError.loginRequired(context: context.name)
            : WireError.roleMissing(context: context.name, has: has, needs: roles)
    }

    /// Every key of a context, by role.
    func keys(of name: String) throws -> [Role: String] {
        let credentials = try credentials()
        return Role.allCases.reduce(into: [:]) { $0[$1] = credentials[[name, $1.rawValue]] }
    }

    /// Keeps `keys` for the context; keys of other roles stay. The file is 0600 from its first byte.
    func save(_ keys: [Role: String], of name: String) throws {
        var file = try credentials()
        for (role, key) in keys { file[[name, role.rawValue]] = key }
        try makeFolder(of: credentialsPath)
        try SecretFile.write(Array(file.text.utf8), to: credentialsPath)
    }

    /// - Throws: `WireError.credentialsExposed` when others may read the file.
    private func credentials() throws -> PlainYAML {
        let manager = FileManager.default
        guard manager.fileExists(atPath: credentialsPath) else { return PlainYAML() }
        let attributes = try manager.attributesOfItem(atPath: credentialsPath)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        guard mode & 0o077 == 0 else {
            throw WireError.credentialsExposed(path: credentialsPath)
        }
        return try read(credentialsPath)
    }

    private func read(_ path: String) throws -> PlainYAML {
        guard let data = FileManager.default.contents(atPath: path) else { return PlainYAML() }
        do throws(PlainYAML.Malformed) {
            return try PlainYAML(parsing: String(decoding: data, as: UTF8.self))
        } catch {
            throw WireError.localFailure("\(path): \(error)")
        }
    }

    private func makeFolder(of path: String) throws {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }
}
