import Glibc

/// A shared library of somebody else that was opened while the program runs, and its functions by name.
package struct DynamicLibrary {
    /// What is not there.
    package enum Absence: Error, Hashable, Sendable {
        /// The loader's own words.
        case library(String)
        case symbol(String)
    }

    private let handle: UnsafeMutableRawPointer

    /// Every symbol of the library is resolved now: a broken one shows here and not in a call.
    package static func open(_ path: String) throws(Absence) -> DynamicLibrary {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(bounded: $0, limit: 512) } ?? "no reason given"
            throw .library(reason)
        }
        return DynamicLibrary(handle: handle)
    }

    /// Nothing that was found may be called afterwards.
    package func close() { dlclose(handle) }

    /// The function under the first of these names that the library has. The caller names the type
    /// that the function is known to have; nothing can check it.
    package func first<Function>(_ names: String...) -> Function? {
        for name in names {
            if let symbol = dlsym(handle, name) {
                return unsafeBitCast(symbol, to: Function.self)
            }
        }
        return nil
    }

    package func required<Function>(_ name: String) throws(Absence) -> Function {
        guard let function: Function = first(name) else { throw .symbol(name) }
        return function
    }
}

extension String {
    /// Reads at most `limit` bytes and stops at the first zero. What is not UTF-8, and what would
    /// act on a terminal or turn the direction of a line, becomes a replacement character.
    package init(bounded text: UnsafePointer<CChar>, limit: Int) {
        let bytes = UnsafeRawBufferPointer(start: text, count: strnlen(text, limit))
        self = String(decoding: bytes, as: UTF8.self).withoutControls
    }

    private var withoutControls: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                text.unicodeScalars.append("\u{FFFD}")
            default:
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
