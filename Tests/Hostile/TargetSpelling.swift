/// An address that a job must not reach, written as programs take it.
package struct TargetSpelling: Hashable, Sendable {
    package enum Reader: Hashable, Sendable {
        /// `getaddrinfo(3)` of the GNU C library takes it.
        case system
        /// Other libraries do: a closing dot, brackets.
        case others
    }

    package let text: String
    /// The address that it is, in its plain form.
    package let address: String
    package let reader: Reader

    /// Metadata services, private networks, loopback, and no address at all.
    package static let targets: [[UInt32]] = [
        [169, 254, 169, 254], [169, 254, 170, 2], [100, 100, 100, 200], [168, 63, 129, 16],
        [192, 0, 0, 192], [10, 0, 0, 1], [172, 16, 0, 1], [192, 168, 1, 1], [127, 0, 0, 1],
        [0, 0, 0, 0], [198, 18, 0, 1], [224, 0, 0, 1],
    ]

    package static let all: [TargetSpelling] =
        targets.flatMap { four($0) + embedded($0) } + plainSix

    private static let plainSix = [
        "::", "::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::a9fe:a9fe", "fc00::1",
        "fec0::1", "ff02::1", "ff05::2", "100::1", "2001:db8::1", "3fff::1",
    ].map { TargetSpelling(text: $0, address: $0, reader: .system) }

    private static func hex(_ number: UInt32, width: Int = 0) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static func octal(_ number: UInt32) -> String { "0" + String(number, radix: 8) }

    private static func four(_ b: [UInt32]) -> [TargetSpelling] {
        let dotted = b.map(String.init).joined(separator: ".")
        let whole = b.reduce(0) { $0 << 8 | $1 }
        let three = b[1] << 16 | b[2] << 8 | b[3]
        let two = b[2] << 8 | b[3]
        let system = [
            dotted, "\(whole)", "0x" + hex(whole), "0X" + hex(whole).uppercased(), octal(whole),
            "000" + octal(whole), "0x0000" + hex(whole, width: 8),
            "\(b[0]).\(three)", "0x\(hex(b[0])).0x\(hex(three))", "\(octal(b[0])).\(octal(three))",
            "\(b[0]).\(b[1]).\(two)", "\(octal(b[0])).\(octal(b[1])).\(two)",
            b.map { "0x" + hex($0) }.joined(separator: "."),
            b.map { "0x" + hex($0, width: 4) }.joined(separator: "."),
            b.map(octal).joined(separator: "."), b.map { "00" + octal($0) }.joined(separator: "."),
            "0x\(hex(b[0])).\(octal(b[1])).\(b[2]).0x\(hex(b[3]))",
            "\(b[0]).0x\(hex(b[1])).\(octal(b[2])).\(b[3])",
        ]
        let others = [dotted + ".", "\(whole).", "[\(dotted)]", "0x\(hex(whole))."]
        return system.map { TargetSpelling(text: $0, address: dotted, reader: .system) }
            + others.map { TargetSpelling(text: $0, address: dotted, reader: .others) }
    }

    /// Inside of IPv6: what a host or a router may unwrap.
    private static func embedded(_ b: [UInt32]) -> [TargetSpelling] {
        let dotted = b.map(String.init).joined(separator: ".")
        let words = [b[0] << 8 | b[1], b[2] << 8 | b[3]]
        let low = words.map { hex($0) }.joined(separator: ":")
        let masked = words.map { hex($0 ^ 0xffff) }.joined(separator: ":")
        let text = [
            "::ffff:\(dotted)", "::FFFF:\(low)", "0:0:0:0:0:ffff:\(low)",
            "0000:0000:0000:0000:0000:ffff:\(words.map { hex($0, width: 4) }.joined(separator: ":"))",
            "::ffff:0:\(dotted)", "64:ff9b::\(dotted)", "64:ff9b::\(low)",
            "0064:ff9b:0:0:0:0:\(low)", "64:ff9b:1::\(low)",
            "64:ff9b:1:\(hex(words[0])):\(hex(b[2])):\(hex(b[3] << 8))::", "2002:\(low)::1",
            "2002:\(low):1::\(low)", "2001:0:\(low)::1", "2001:0:cb00:7101::\(masked)",
            "2600::5efe:\(dotted)", "2600::200:5efe:\(low)", "fd00::\(dotted)",
            "fe80::5efe:\(dotted)",
        ]
        return text.map { TargetSpelling(text: $0, address: $0, reader: .system) }
            + [
                TargetSpelling(
                    text: "[::ffff:\(dotted)]", address: "::ffff:\(dotted)", reader: .others)
            ]
    }
}
