extension NVMLSample {
    /// Xids that a program's own error raises: the device is well, and the program has ended or
    /// will. The list that NVIDIA's k8s-device-plugin ignores for the same reason
    /// (`internal/rm/health.go`); what they mean is in NVIDIA's "XID Errors".
    package static let applicationXids = [
        13,  // graphics engine exception
        31,  // GPU memory page fault
        43,  // GPU stopped processing
        45,  // preemptive cleanup, due to previous errors
        68,  // video processor exception
        109,  // context switch timeout
    ]

    /// The first Xid of this sample that is about the device itself; nil when there is none.
    package var fatalXid: Int? { xids.first { !Self.applicationXids.contains($0) } }
}
