package import Domain

/// Below which versions a machine's container software does not hold strangers back.
///
/// A node below a floor may work, at tier NEW, and says so. Where the figures of the table come from
/// stands in `docs/isolation.md`; what could not be made sure of is not in it.
package enum SecurityFloor {
    package enum Component: String, Hashable, Sendable, CaseIterable {
        case runc, crun, podman, kernel
        case containerToolkit = "nvidia-container-toolkit"
    }

    /// One piece of software on this machine.
    package struct Installed: Hashable, Sendable {
        package let component: Component
        package let version: SoftwareVersion
        /// The distribution's package that it is of, where that is known.
        package let package: DebianVersion?

        package init(_ component: Component, _ version: SoftwareVersion, package: DebianVersion?) {
            self.component = component
            self.version = version
            self.package = package
        }
    }

    /// Something known that a machine's version is open to.
    package struct Finding: Hashable, Sendable, CustomStringConvertible {
        package let advisory: String
        package let component: Component
        package let version: String
        /// The oldest release without it.
        package let fixedIn: String

        package var description: String {
            "\(advisory): \(component.rawValue) \(version), fixed in \(fixedIn)"
        }
    }

    /// What `installed` is open to, in the order of the table.
    package static func findings(_ installed: [Installed]) -> [Finding] {
        Advisory.all.flatMap { advisory in
            installed.filter { advisory.isOpen($0) }.map {
                Finding(
                    advisory: advisory.id, component: $0.component,
                    version: $0.version.description, fixedIn: advisory.fixed[0])
            }
        }
    }

    /// The tier that a machine may offer.
    package static func tier(_ asked: Tier, with findings: [Finding]) -> Tier {
        findings.isEmpty ? asked : min(asked, .new)
    }
}

/// One advisory, and since when each line of releases is free of it.
struct Advisory: Hashable, Sendable {
    let id: String
    let component: SecurityFloor.Component
    /// The first release that has it; nil when every older one does.
    let since: String?
    /// The first release without it in each line that was mended, oldest first. A line in between
    /// that was not mended has it; a line after the last does not.
    let fixed: [String]
    /// Packages of a distribution that have the fix at an older version.
    let backports: [String]

    init(
        _ id: String, _ component: SecurityFloor.Component, since: String? = nil, fixed: [String],
        backports: [String] = []
    ) {
        self.id = id
        self.component = component
        self.since = since
        self.fixed = fixed
        self.backports = backports
    }

    static let all = [
        Advisory("CVE-2019-5736", .runc, fixed: ["1.0.0-rc7"]),
        Advisory("CVE-2021-30465", .runc, fixed: ["1.0.0-rc95"]),
        Advisory(
            "CVE-2024-21626", .runc, since: "1.0.0-rc93", fixed: ["1.1.12"],
            backports: ["1.1.5+ds1-1+deb12u1"]),
        Advisory("CVE-2025-31133", .runc, fixed: ["1.2.8", "1.3.3", "1.4.0-rc.3"]),
        Advisory(
            "CVE-2025-52565", .runc, since: "1.0.0-rc3", fixed: ["1.2.8", "1.3.3", "1.4.0-rc.3"]),
        Advisory("CVE-2025-52881", .runc, fixed: ["1.2.8", "1.3.3", "1.4.0-rc.3"]),
        Advisory("CVE-2022-27650", .crun, fixed: ["1.4.4"]),
        Advisory("CVE-2022-27649", .podman, fixed: ["4.0.3"]),
        Advisory(
            "CVE-2022-0847", .kernel, since: "5.8", fixed: ["5.10.102", "5.15.25", "5.16.11"]),
        Advisory("CVE-2024-0132", .containerToolkit, fixed: ["1.16.2"]),
        Advisory("CVE-2025-23266", .containerToolkit, fixed: ["1.17.8"]),
    ]

    func isOpen(_ installed: SecurityFloor.Installed) -> Bool {
        guard installed.component == component else { return false }
        let version = installed.version
        if let since = since.flatMap({ SoftwareVersion($0) }), version < since { return false }
        if let package = installed.package,
            backports.contains(where: { package.contains(DebianVersion($0)) })
        {
            return false
        }
        let fixes = fixed.compactMap { SoftwareVersion($0) }
        if let fix = fixes.first(where: { $0.line == version.line }) { return version < fix }
        guard let last = fixes.last else { return true }
        return version < last
    }
}
