import Foundation

/// What a run finds around it, passed in so that tests can give their own.
package struct Surroundings: Sendable {
    package let environment: [String: String]
    package let terminal: Terminal
    /// Where relative paths begin.
    package let folder: String

    package init(environment: [String: String], terminal: Terminal, folder: String) {
        self.environment = environment
        self.terminal = terminal
        self.folder = folder
    }

    /// Those of this process.
    package static func ofProcess() -> Surroundings {
        Surroundings(
            environment: ProcessInfo.processInfo.environment, terminal: .ofProcess(),
            folder: FileManager.default.currentDirectoryPath)
    }

    /// `path`, absolute; `~/` is the shell's business.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : folder + "/" + path
    }
}
