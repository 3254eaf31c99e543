import Crypto

/// SHA-256 of a salt followed by a text: hides an identifier until its owner shows the salt.
package enum SaltedHash {
    package static func of(_ text: String, salt: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: salt + Array(text.utf8)))
    }
}
