import CNVML
import DynamicLibrary
import Glibc
import Synchronization

/// NVML: what NVIDIA's driver says about the GPUs of this machine.
///
/// Opens `libnvidia-ml` at run time, so that the same program runs where there is none, and reads
/// an inventory and samples from it. Knows nothing of leases, and decides nothing: what a lost
/// device or an Xid means is for the caller. What the library answers is not believed: texts are
/// cut and cleaned, counts are capped, numbers that cannot be are left out.
/// Start reading at `NVMLLibrary`, then `Session`, which is all of its state.

/// NVIDIA's management library, opened and initialised.
///
/// Every call blocks, for as long as the driver takes: a millisecond as a rule, for ever when a
/// device hangs in the kernel. Calls wait for each other. So call from a thread of your own, never
/// from the cooperative pool, and watch from outside how old the last answer is: a call that does
/// not return cannot be given up, only left alone with its thread.
package final class NVMLLibrary: Sendable {
    /// The name under which the driver installs it; searched as ld.so(8) says.
    package static let systemName = "libnvidia-ml.so.1"

    private let session: Mutex<Session>

    private init(_ session: consuming sending Session) {
        self.session = Mutex(session)
    }

    /// Opens the library of that name or path and initialises it.
    package static func open(
        _ path: String = systemName
    ) throws(NVMLUnavailable) -> NVMLLibrary {
        let (library, functions) = try functions(of: path)
        do throws(NVMLUnavailable) {
            return NVMLLibrary(try Session(library: library, functions: functions))
        } catch {
            library.close()
            throw error
        }
    }

    private static func functions(
        of path: String
    ) throws(NVMLUnavailable) -> (DynamicLibrary, orban_nvml_functions) {
        do throws(DynamicLibrary.Absence) {
            let library = try DynamicLibrary.open(path)
            do throws(DynamicLibrary.Absence) {
                return (library, try orban_nvml_functions(from: library))
            } catch {
                library.close()
                throw error
            }
        } catch {
            switch error {
            case .library(let reason): throw NVMLUnavailable(cause: .noLibrary(reason))
            case .symbol(let name): throw NVMLUnavailable(cause: .symbolMissing(name))
            }
        }
    }

    deinit {
        session.withLock { $0.end() }
    }

    /// Asks anew which devices there are, and what they are. From then on `sample` is about these.
    /// Initialises the library again when the driver was reloaded under it.
    package func inventory() throws(NVMLFailure) -> NVMLInventory {
        try session.withLock { (session) throws(NVMLFailure) in try session.inventory() }
    }

    /// What each device of the last inventory does now, in its order; none before the first one.
    package func sample() -> [NVMLSample] {
        session.withLock { $0.samples() }
    }

    /// Whether one of these devices is lost, or has reported an Xid that is about the device itself,
    /// since the last sample: one call for each. Takes nothing from the next sample.
    package func isAnyLost(of uuids: Set<String>) -> Bool {
        session.withLock { $0.isAnyLost(of: uuids) }
    }
}
