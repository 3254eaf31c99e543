import Domain
import Foundation
import Wire

extension Option where Value == String {
    static let variable = Option(
        "env", short: "e", "NAME=VALUE", .optionVariable,
        ValueForm(.expectAssignment) { text in
            text.firstIndex(of: "=").map { $0 > text.startIndex } == true ? text : nil
        })
}

extension Option where Value == DeviceNeed {
    static let gpu = Option(
        "gpu", "24GB..:1", .optionGPU,
        ValueForm(
            ExpectedValue(.expectGPU, bounds: ["0", String(JobSpec.maximumDevices)])
        ) { SpecUnits.devices($0) })
}

extension Option where Value == NetworkAccess {
    static let network = Option("network", "none|egress", .optionNetwork, .word())
}

extension Option where Value == JobSpec.Payment {
    static let pay = Option("pay", "balance|vault|lock", .optionPay, .word())
}

/// A job as the words of a run describe it: a spec file, or an image and a command; options go
/// before the file.
struct JobSource {
    static let options: [OptionForm] = [
        Option.budget.form, Option<String>.name.form, Option.image.form, Option.variable.form,
        Option<Int64>.cpus.form, Option<Int64>.memory.form, Option<DeviceNeed>.gpu.form,
        Option<NetworkAccess>.network.form, Option<JobSpec.Payment>.pay.form,
        Flag.noLatency.form,
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
            do {
                spec = try Self.parse(text, file: "--image", arguments)
            } catch WireError.specInvalid(let error) {
                throw WireError.specInvalid(error.inOptions)
            }
            folder = session.surroundings.folder
        }
    }

    private static func parse(
        _ text: String, file: String, _ arguments: Arguments
    ) throws -> JobSpec {
        do {
            var spec = try JobSpec.parse(text, file: file)
            try spec.apply(arguments)
            do throws(SpecError) {
                // What options put in has to keep the rules of a spec as well.
                _ = try JobSpec.parse(spec.text, file: file)
            } catch {
                throw error.inOptions
            }
            return spec
        } catch let error as SpecError {
            throw WireError.specInvalid(error)
        }
    }
}

extension SpecError {
    /// The same fault where people wrote it: in an option, not in the text that we made of it.
    fileprivate var inOptions: SpecError {
        let options = [
            "/name": "--name", "/image": "--image", "/env": "--env", "/budget": "--budget",
            "/resources/cpu": "--cpus", "/resources/memory": "--memory",
            "/resources/gpu": "--gpu", "/network": "--network", "/run": "--",
        ]
        let option = options.first { pointer == $0.key || pointer.hasPrefix($0.key + "/") }
        return SpecError(fault, pointer: pointer, file: option?.value ?? file)
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
        devices = try arguments.value(Option<DeviceNeed>.gpu) ?? devices
        network = try arguments.value(Option<NetworkAccess>.network) ?? network
        payment = try arguments.value(Option<JobSpec.Payment>.pay) ?? payment
        for text in try arguments.all(Option<String>.variable) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let variable = Workload.Variable(name: String(parts[0]), value: String(parts[1]))
            environment.removeAll { $0.name == variable.name }
            environment.append(variable)
        }
        guard let asked = try arguments.value(Option<String>.name) else { return }
        name = asked
    }
}
