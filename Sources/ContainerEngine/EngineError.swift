/// A request that the container engine did not carry out.
///
/// `description` is safe to show. `detail` holds the engine's own words and belongs in the log.
package struct EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller can act on, stable across engine versions.
    package enum Category: String, Hashable, Sendable, CaseIterable {
        /// The container does not exist.
        case notFound
        /// The name is taken, or the container's state does not allow the request.
        case conflict
        /// The image is not in the store, or could not be fetched.
        case imageMissing
        /// The image that was fetched is not the one that was asked for.
        case imageDiffers
        /// Nobody answers on the socket, or the connection broke before the answer was whole.
        case unreachable
        /// The engine understood the request and will not do it.
        case refused
        /// Anything else, such as a runtime that cannot start the container.
        case other
    }

    /// What was asked for, such as `start container`.
    package let operation: String
    package let category: Category
    /// The HTTP status, or nil when there was no answer.
    package let status: Int?
    /// The engine's text: unbounded trust in it is a mistake, so it never enters `description`.
    package let detail: String

    package var description: String {
        let answer = status.map { " (status \($0))" } ?? ""
        return "cannot \(operation): \(category.rawValue)\(answer)"
    }
}

extension EngineError {
    /// The engine tells it in its own words only: strerror(3) of ENOSPC and EDQUOT, as Go says them.
    package var isDiskFull: Bool {
        detail.contains("no space left on device") || detail.contains("disk quota exceeded")
    }

    /// The runtime could not run a hook, by its own words, which are looked for only where they
    /// begin: what follows may quote a job's program or paths, which may be called anything.
    package var isOfHook: Bool {
        var rest = detail[...]
        while let word = Self.beforeHook.first(where: rest.hasPrefix) {
            rest = rest.dropFirst(word.count)
        }
        // `error running createContainer hook #0: …` of runc 1.2
        guard rest.hasPrefix("error running ") else {
            return rest.hasPrefix("error executing hook ")
        }
        let words = rest.split(separator: " ", maxSplits: 4)
        return words.count > 3 && (words[2] == "hook" || words[3] == "hook")
    }

    private static let beforeHook = [
        "OCI runtime error: ", "crun: ", "runc: ", "runc create failed: ",
        "unable to start container process: ", "error during container init: ", #"{"msg":""#,
    ]

    /// The error for an HTTP answer. libpod answers 500 to most refusals; there the `cause` field,
    /// one of its fixed sentinel errors (`libpod/define/errors.go`), is the only code it sends.
    init(operation: String, status: Int, cause: String, message: String) {
        self.operation = operation
        self.status = status
        self.category = Self.category(status: status, cause: cause)
        self.detail = message.isEmpty ? cause : message
    }

    private static func category(status: Int, cause: String) -> Category {
        switch cause {
        case "image not known": .imageMissing
        case "no such container": .notFound
        case "that name is already in use", "container state improper": .conflict
        default:
            switch status {
            case 404: .notFound
            case 409: .conflict
            case 400, 403: .refused
            default: .other
            }
        }
    }
}

/// A call to the operating system that failed.
package struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    package let path: String
    /// `errno` right after the call.
    package let code: Int32

    package var description: String { "cannot \(operation) \(path): errno \(code)" }
}
