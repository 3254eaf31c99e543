import Domain
import SwiftProtobuf

extension Workload {
    var message: Orban_Node_V1_Workload {
        .with {
            $0.image = image.message
            $0.command = command
            $0.environment = environment.map(\.message)
            $0.inputs = inputs.map(\.message)
            $0.outputs = outputs
        }
    }

    init(_ message: Orban_Node_V1_Workload) throws(MalformedFrame) {
        guard message.inputs.count + message.outputs.count <= JobSpec.maximumMounts else {
            throw MalformedFrame("workload.inputs")
        }
        self.init(
            image: try ImageReference(message.image),
            command: try Self.command(message.command),
            environment: try Self.environment(message.environment),
            inputs: try FrameField.list(
                message.inputs, atMost: JobSpec.maximumMounts, "workload.inputs", Input.init),
            outputs: try FrameField.list(
                message.outputs, atMost: JobSpec.maximumMounts, "workload.outputs"
            ) { (path) throws(MalformedFrame) in try Self.path(path, "workload.outputs") })
    }

    /// Each word counts with the NUL that ends it.
    private static func command(_ words: [String]) throws(MalformedFrame) -> [String] {
        let field = "workload.command"
        let limit = JobSpec.maximumCommandBytes
        guard words.count <= limit, words.reduce(0, { $0 + $1.utf8.count + 1 }) <= limit else {
            throw MalformedFrame(field)
        }
        return try FrameField.list(words, atMost: limit, field) { (word) throws(MalformedFrame) in
            try FrameField.text(word, in: 0...limit, field)
        }
    }

    private static func environment(
        _ messages: [Orban_Node_V1_Variable]
    ) throws(MalformedFrame) -> [Variable] {
        let field = "workload.environment"
        let variables = try FrameField.list(
            messages, atMost: JobSpec.maximumVariables, field, Variable.init)
        guard
            variables.reduce(0, { $0 + $1.value.utf8.count }) <= FrameLimits.environmentBytes
        else { throw MalformedFrame(field) }
        return variables
    }

    fileprivate static func path(_ text: String, _ field: String) throws(MalformedFrame) -> String {
        guard text.utf8.first == UInt8(ascii: "/") else { throw MalformedFrame(field) }
        return try FrameField.text(text, in: 2...FrameLimits.pathBytes, field)
    }
}

extension ImageReference {
    fileprivate var message: Orban_Node_V1_Workload.OneOf_Image {
        switch self {
        case .archive(let name, let digest):
            .archive(
                .with {
                    $0.name = name
                    $0.digest = digest.text
                })
        case .registry(let image): .registryImage(image.description)
        }
    }

    fileprivate init(_ message: Orban_Node_V1_Workload.OneOf_Image?) throws(MalformedFrame) {
        switch message {
        case .archive(let archive):
            self = .archive(
                name: try FrameField.text(
                    archive.name, in: 1...FrameLimits.imageNameBytes, "workload.archive.name"),
                digest: try FrameField.digest(archive.digest, "workload.archive.digest"))
        case .registryImage(let text):
            guard let image = RegistryImage(text) else {
                throw MalformedFrame("workload.registry_image")
            }
            self = .registry(image)
        case nil: throw MalformedFrame("workload.image")
        }
    }
}

extension Workload.Variable {
    fileprivate var message: Orban_Node_V1_Variable {
        .with {
            $0.name = name
            $0.value = value
        }
    }

    fileprivate init(_ message: Orban_Node_V1_Variable) throws(MalformedFrame) {
        guard !message.name.utf8.contains(UInt8(ascii: "=")) else {
            throw MalformedFrame("workload.environment.name")
        }
        self.init(
            name: try FrameField.text(message.name, in: 1...128, "workload.environment.name"),
            value: try FrameField.text(
                message.value, in: 0...JobSpec.maximumVariableBytes, "workload.environment.value"))
    }
}

extension Workload.Input {
    fileprivate var message: Orban_Node_V1_Input {
        .with {
            $0.digest = digest.text
            $0.path = path
            $0.form = form.message
        }
    }

    fileprivate init(_ message: Orban_Node_V1_Input) throws(MalformedFrame) {
        self.init(
            digest: try FrameField.digest(message.digest, "workload.inputs.digest"),
            path: try Workload.path(message.path, "workload.inputs.path"),
            form: try BlobForm(message.form))
    }
}

extension BlobForm {
    fileprivate var message: Orban_Node_V1_BlobForm {
        switch self {
        case .file: .file
        case .folder: .folder
        }
    }

    fileprivate init(_ message: Orban_Node_V1_BlobForm) throws(MalformedFrame) {
        switch message {
        case .file: self = .file
        case .folder: self = .folder
        case .unspecified, .UNRECOGNIZED: throw MalformedFrame("workload.inputs.form")
        }
    }
}
