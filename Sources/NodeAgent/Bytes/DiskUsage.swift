import Glibc

/// How much of the disk a folder holds that somebody else is writing to.
enum DiskUsage {
    private static let mostEntries = 1_000_000
    private static let mostDepth = 64

    /// Bytes of disk below `path`, no link followed. What cannot be counted, because it is too deep
    /// or too much, counts as endless; what vanishes meanwhile as nothing.
    static func bytes(below path: String) -> Int64 {
        let root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0 else { return 0 }
        var entries = 0
        return bytes(in: PlainFile(descriptor: root, path: path), depth: 0, entries: &entries)
    }

    private static func bytes(in folder: PlainFile, depth: Int, entries: inout Int) -> Int64 {
        let copy = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return 0 }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return 0
        }
        defer { closedir(stream) }
        var sum: Int64 = 0
        while let entry = readdir(stream) {
            var name = entry.pointee.d_name
            sum += withUnsafePointer(to: &name.0) { name in
                bytes(of: name, in: folder, depth: depth, entries: &entries)
            }
            guard entries <= mostEntries, depth <= mostDepth else { return .max / 1_024 }
        }
        return min(sum, .max / 1_024)
    }

    private static func bytes(
        of name: UnsafePointer<CChar>, in folder: PlainFile, depth: Int, entries: inout Int
    ) -> Int64 {
        if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return 0 }
        entries += 1
        var status = stat()
        guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
        let own = Int64(status.st_blocks) * 512
        guard status.st_mode & S_IFMT == S_IFDIR else { return own }
        let inner = openat(
            folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else { return own }
        let below = bytes(
            in: PlainFile(descriptor: inner, path: folder.path), depth: depth + 1,
            entries: &entries)
        return own + below
    }
}
