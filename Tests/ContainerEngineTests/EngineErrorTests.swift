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

    @Test(arguments: [
        (
            #"crun: {"msg":"error executing hook `/usr/bin/nvidia-ctk` (exit code: 1)","level":"error"}: "#
                + "OCI runtime error", true
        ),
        (
            "crun: error executing hook `/usr/bin/nvidia-ctk` (exit code: 1): OCI runtime error",
            true
        ),
        (
            "runc: runc create failed: unable to start container process: error during container "
                + "init: error running hook #0: error running hook: exit status 1", true
        ),
        ("runc: runc create failed: error running createContainer hook #0: exit status 1", true),
        ("runc: runc create failed: error running a program that hook is called", false),
        (
            "runc: runc create failed: unable to start container process: exec: "
                + #""error running hook #0": executable file not found in $PATH"#, false
        ),
        ("crun: executable file `error executing hook ` not found in $PATH", false),
        ("crun: {\"msg\":\"cannot stat `error executing hook `\"}: OCI runtime error", false),
        ("", false),
    ])
    func `a hook that fails is told by the runtime's own words, never by what a job may choose`(
        message: String, isOfHook: Bool
    ) {
        let error = EngineError(operation: "create", status: 500, cause: "", message: message)
        #expect(error.isOfHook == isOfHook)
    }
}
