import Foundation
import Glibc
import NodeAgent
import Wire

// What the system says of a file becomes a sentence in the reader's language.
extension WireError {
    /// Nil for an error of something else than a file.
    init?(ofFile error: any Error) {
        switch error {
        case let failure as FileFailure: self = .unusable(failure.path, failure.code)
        case let failure as CocoaError:
            let path = failure.userInfo[NSFilePathErrorKey] as? String
            guard let path = path ?? failure.url?.path else { return nil }
            let cause = failure.underlying as? POSIXError
            self = .unusable(path, cause?.code.rawValue ?? Self.code(failure.code))
        default: return nil
        }
    }

    private static func unusable(_ path: String, _ code: Int32) -> WireError {
        let why: Message
        switch code {
        case ENOTDIR, EEXIST: why = .fileIsNoFolder
        case EISDIR: why = .fileIsFolder
        case EACCES, EPERM, EROFS: why = .fileNotAllowed
        case ENOSPC, EDQUOT: why = .fileHasNoRoom
        case ENOENT: why = .fileIsGone
        default:
            let reason = code == 0 ? "?" : String(cString: strerror(code))
            return .fileUnusable(path: path, .fileFails, ["reason": reason])
        }
        return .fileUnusable(path: path, why, [:])
    }

    /// Of an error that does not say what the system said; 0 where that cannot be told.
    private static func code(_ code: CocoaError.Code) -> Int32 {
        switch code {
        case .fileWriteFileExists: EEXIST
        case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
        case .fileWriteNoPermission, .fileReadNoPermission: EACCES
        case .fileWriteVolumeReadOnly: EROFS
        case .fileWriteOutOfSpace: ENOSPC
        default: 0
        }
    }
}
