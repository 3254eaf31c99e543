import Domain
import Foundation
import Wire

extension Option where Value == String {
    static let variable = Option("env", short: "e", "NAME=VALUE", .optionVariable)
    static let gpu = Option("gpu", "24GB..:1", .optionGPU)
}

extension Option where Value == NetworkAccess {
    static let network = Option("network", "none|egress", .optionNetwork) {
        NetworkAccess(rawValue: $0)
    }
}

/// A job as the words of a run describe it: a spec file, or an image and a command; options go
/// before the file.
struct JobSource {
    static let options: [OptionForm] = [
        Option.budget.form, Option<String>.name.form, Option.image.form, Option.variable.form,
        Option<Int64>.cpus.form, Option<Int64>.memory.form, Option.gpu.form,
        Option<NetworkAccess>.network.form,
    ]
    static let operand = Operand("spec", .optional, .operandSpec)

    let spec: JobSpec
    /// Where the spec's own paths begin.
    let folder: String

    /// - Throws: `UsageFault`, `WireError.specInvalid`, `.fileNotFound`.
    init(_ session: Session) throws {
        let arguments = session.arguments
        if let file = arguments.operands.first {
            guard arguments.rest.isEmpty else { throw UsageFault.imageOrFileNeeded }
            let path = session.surroundings.absolute(file)
            guard let data = FileManager.default.contents(atPath: path) else {
                throw WireError.fileNotFound(file)
            }
            spec = try Self.parse(String(decoding: data, as: UTF8.self), file: file, arguments)
            folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        } else {
            let image = try arguments.value(Option.image)
            guard let image, !arguments.rest.isEmpty else { throw UsageFault.imageOrFileNeeded }
            var top: [String: JSONValue] = ["type": .string("batch"), "image": .string(image)]
            top["run"] = .array(arguments.rest.map(JSONValue.string))
            let text = String(decoding: try WireJSON.encode(JSONValue.object(top)), as: UTF8.self)
            spec = try Self.parse(text, file: "--image", arguments)
            folder = session.surroundings.folder
        }
    }

    private static func parse(
        _ text: String, file: String, _ arguments: Arguments
    ) throws -> JobSpec {
        do {
            var spec = try JobSpec.parse(text, file: file)
            try spec.apply(arguments)
            // What options put in has to keep the rules of a spec as well.
            _ = try JobSpec.parse(spec.text, file: "--")
            return spec
        } catch let error as SpecError {
            throw WireError.specInvalid(error)
        }
    }
}

extension JobSpec {
    /// Options in the place of what the file says.
    fileprivate mutating func apply(_ arguments: Arguments) throws {
        if let money = try arguments.value(Option.budget) { budget = money }
        if let asked = try arguments.value(Option<String>.image) { image = asked }
        let cpu = try arguments.value(Option<Int64>.cpus) ?? slice.milliCPU
        let memory = try arguments.value(Option<Int64>.memory) ?? slice.memoryBytes
        slice = Resources(milliCPU: cpu, memoryBytes: memory, diskBytes: slice.diskBytes)
        if let gpu = try arguments.value(Option<String>.gpu) { devices = try Self.devices(gpu) }
        network = try arguments.value(Option<NetworkAccess>.network) ?? network
        for text in try arguments.all(Option<String>.variable) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw UsageFault.valueRefused(option: "--env", text)
            }
            environment.removeAll { $0.name == parts[0] }
            environment.append(
                Workload.Variable(name: String(parts[0]), value: String(parts[1])))
        }
        guard let asked = try arguments.value(Option<String>.name) else { return }
        name = asked
    }

    /// A need in the spec's own notation.
    private static func devices(_ text: String) throws -> DeviceNeed {
        let spec = JSONValue.object([
            "type": .string("batch"), "image": .string("-"), "run": .string("-"),
            "resources": .object(["gpu": .string(text)]),
        ])
        let bytes = try WireJSON.encode(spec)
        return try JobSpec.parse(String(decoding: bytes, as: UTF8.self), file: "--gpu").devices
    }
}
