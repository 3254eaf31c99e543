/// One thing that a job tries against the machine that runs it.
///
/// A case counts together with its control: the same script, with only the protection taken away
/// that stops it, has to succeed. A control harms nothing: it opens where an attacker would write,
/// writes only below the corpus' own folder, stays under limits that the corpus sets from outside,
/// and knows no network but a namespace with a loopback that the corpus makes.
package struct HostileCase: Sendable {
    package let name: String
    /// Prints `TRIED` at first and `ESCAPED` when it got what it must not get.
    let script: String
    /// What the control leaves out: one item of the profile, or all that stop it by themselves.
    let without: [Weakening]
    var evidence = Evidence.output

    enum Evidence: Sendable {
        case output
        /// Its log file has become larger than that.
        case log(bytes: Int64)
    }

    init(_ name: String, _ script: String, without: Weakening..., evidence: Evidence = .output) {
        self.name = name
        self.script = script
        self.without = without
        self.evidence = evidence
    }

    /// The same as a Perl program: every image of ours has Perl, and it makes any system call.
    static func perl(
        _ name: String, _ program: String, without: Weakening...
    ) -> HostileCase {
        HostileCase(
            name: name, script: "exec perl -e '\(prelude + program)'", without: without)
    }

    private init(name: String, script: String, without: [Weakening]) {
        self.name = name
        self.script = script
        self.without = without
    }

    private static let prelude = """
        $|=1;
        sub got { print "ESCAPED @_\\n"; exit 0 }
        sub call { got("call") if $_[0] >= 0; print "$!\\n" }

        """
}

/// A protection taken away.
enum Weakening: Sendable {
    /// An item of the request, and the JSON that it is instead.
    case item(String, String)
    case memory(bytes: Int64)
    case mountOption(String, of: String)
    case temporary(bytes: Int64)
    /// A folder of the host inside.
    case mount(String)
    /// The network namespace of the corpus' listeners.
    case network

    static let filter = Weakening.item("seccomp_profile_path", #""unconfined""#)
    static let userNamespace = Weakening.item("userns", #"{"nsmode":"host"}"#)
    static let masks = Weakening.item("unmask", #"["ALL"]"#)
    static func capability(_ name: String) -> Weakening { .item("cap_add", "[\"\(name)\"]") }
}
