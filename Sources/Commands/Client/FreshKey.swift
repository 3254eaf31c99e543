import ControlPlane
import Transparency

/// Texts that nobody has used before.
enum FreshKey {
    /// 128 random bits in hexadecimal.
    static func make() -> String { Hex.encode(RandomBytes.make(16)) }
}
