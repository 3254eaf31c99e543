import Glibc

/// The gate at which the first process of an initialized container waits for its start: the FIFO
/// `exec.fifo` in the container's folder of its OCI runtime. The process writes one byte into it
/// and executes the job's program at once, so the kernel's date of that write is when the job
/// began, on whatever busy machine.
///
/// The engine's own start time is noted only after the runtime has ended, tens of milliseconds
/// later when much is started at a time. (runc: `exec` in `libcontainer/container_linux.go` and
/// `standard_init_linux.go`; crun does the same.)
package final class StartGate: Sendable {
    /// `O_PATH` (open(2)), which the C library's overlay leaves out: names the file without opening
    /// it, so that nobody who waits for a reader is woken.
    private static let pathOnly: Int32 = 0o10_000_000

    private let descriptor: Int32
    private let closedAt: Int64
    /// What holds for the process that waits: crun sets its filter only after the gate, right
    /// before the job's program (`container_init` in `src/libcrun/container.c`), runc before it.
    package let moment: IsolationAudit.Moment

    /// Takes hold of the gate, before the container is started; the runtime takes the file away.
    ///
    /// - Parameter stateRoot: where the runtimes keep their containers' folders.
    /// - Returns: nil where no runtime keeps such a gate.
    package init?(of container: ContainerID, stateRoot: String = "/run") {
        let found = ["runc", "crun"].lazy
            .map { runtime in
                let path = "\(stateRoot)/\(runtime)/\(container)/exec.fifo"
                return (runtime, open(path, Self.pathOnly | O_CLOEXEC | O_NOFOLLOW))
            }
            .first { $0.1 >= 0 }
        guard let (runtime, descriptor) = found else { return nil }
        guard let closedAt = Self.writtenAt(descriptor) else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.closedAt = closedAt
        moment = runtime == "crun" ? .beforeFilter : .confined
    }

    deinit { close(descriptor) }

    /// When the process passed, in wall-clock nanoseconds since 1970, up to
    /// `WallTime.tickNanoseconds` too early; nil while it waits.
    package var passedAt: Int64? {
        Self.writtenAt(descriptor).flatMap { $0 > closedAt ? $0 : nil }
    }

    private static func writtenAt(_ descriptor: Int32) -> Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            return nil
        }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
