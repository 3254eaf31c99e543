import NVML
import Testing

@Suite struct FailureTests {
    @Test func `a library that is not there is named with the loader's reason`() throws {
        let path = "/nonexistent/libnvidia-ml.so.1"
        let none = try #require(throws: NVMLUnavailable.self) { try NVMLLibrary.open(path) }
        guard case .noLibrary(let reason) = none.cause else {
            Issue.record("\(none)")
            return
        }
        #expect(reason.contains(path) && reason.contains("No such file"))
        #expect("\(none)" == "cannot open NVIDIA's management library: \(reason)")
    }

    @Test func `a file that is no library is told apart from none`() throws {
        let none = try #require(throws: NVMLUnavailable.self) {
            try NVMLLibrary.open("/etc/os-release")
        }
        #expect("\(none)".contains("/etc/os-release"))
    }

    @Test func `another library lacks the first function that is needed`() throws {
        let none = try #require(throws: NVMLUnavailable.self) {
            try NVMLLibrary.open("libm.so.6")
        }
        #expect(none.cause == .symbolMissing("nvmlInit_v2"))
    }

    @Test(arguments: 0...40 as ClosedRange<Int32>)
    func `a device is lost by exactly the answers that mean it`(code: Int32) {
        let failure = NVMLFailure(call: "nvmlDeviceGetMemoryInfo(0)", code: code, text: "")
        #expect(failure.isLost == [1, 6, 9, 15, 16].contains(code))
    }
}

/// Which Xids are about the device.
@Suite struct XidTests {
    private static func sample(_ xids: [Int]) -> NVMLSample {
        NVMLSample(
            uuid: "GPU-1", failure: NVMLFailure(call: "", code: 999, text: ""), xids: xids)
    }

    @Test(arguments: [13, 31, 43, 45, 68, 109])
    func `an Xid that a program raises is not about the device`(xid: Int) {
        #expect(Self.sample([xid]).fatalXid == nil)
        #expect(Self.sample([xid, 79, 48]).fatalXid == 79)
    }

    @Test(arguments: [1, 12, 14, 32, 48, 62, 63, 64, 74, 79, 92, 94, 95, 119, 120, 154, Int.max])
    func `every other Xid is`(xid: Int) {
        #expect(Self.sample([xid]).fatalXid == xid)
    }

    @Test func `no Xid is none`() {
        #expect(Self.sample([]).fatalXid == nil)
    }
}
