import Testing

@testable import ContainerEngine

@Suite struct EngineErrorTests {
    @Test(arguments: [
        ("write /var/lib/x: no space left on device", true),
        ("mkdir /y: disk quota exceeded", true), ("runc create failed", false),
    ])
    func `an engine that has no room is told from a container that cannot start`(
        message: String, isDiskFull: Bool
    ) {
        let error = EngineError(operation: "create", status: 500, cause: "", message: message)
        #expect(error.isDiskFull == isDiskFull)
        let caused = EngineError(operation: "create", status: 500, cause: message, message: "")
        #expect(caused.isDiskFull == isDiskFull)
    }
}
