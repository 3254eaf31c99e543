import CNVML
import DynamicLibrary

/// The library's state and ours about it: one user at a time.
struct Session {
    private let library: DynamicLibrary
    let functions: orban_nvml_functions
    /// Whether an answer said that the driver went away, so that everything the library handed out
    /// before is void and it must be initialised anew.
    var isStale = false
    var devices: [WatchedDevice] = []

    /// More devices than a machine can have are not asked for.
    static var mostDevices: UInt32 { 64 }

    init(
        library: DynamicLibrary, functions: orban_nvml_functions
    ) throws(NVMLUnavailable) {
        self.library = library
        self.functions = functions
        let code = Self.initialise(functions)
        guard code == ORBAN_NVML_SUCCESS else {
            throw NVMLUnavailable(cause: .initFailed(code, NVMLFailure.text(of: code)))
        }
    }

    private static func initialise(_ functions: orban_nvml_functions) -> Int32 {
        functions.initialize?() ?? ORBAN_NVML_FUNCTION_NOT_FOUND
    }

    /// Gives everything back; nothing may be asked afterwards.
    mutating func end() {
        for device in devices { stopWatching(device) }
        devices = []
        _ = functions.shutdown?()
        library.close()
    }

    /// Initialises the library anew. The devices stay, as ones that cannot be asked, until an
    /// inventory says which there are now.
    mutating func restart() throws(NVMLFailure) {
        for index in devices.indices {
            devices[index].handle = nil
            devices[index].events = nil
        }
        // A count of initialisations is kept inside: without this one it would not begin anew. It
        // fails where the library has noticed by itself.
        _ = functions.shutdown?()
        let code = Self.initialise(functions)
        isStale = code != ORBAN_NVML_SUCCESS
        if isStale { throw NVMLFailure(call: "nvmlInit_v2", code: code) }
    }

    /// Remembers what a failure says about the driver.
    mutating func note(_ failure: NVMLFailure) {
        if failure.isDriverGone { isStale = true }
    }
}

/// A device of the last inventory.
struct WatchedDevice {
    let uuid: String
    let index: Int
    /// Nil when the library was initialised anew since.
    var handle: OpaquePointer?
    /// A set of its own for each device: the wait on a set fails when any device in it is lost.
    var events: OpaquePointer?
    /// Xids that were read since the last sample, for the next one.
    var unread: [Int] = []
}
