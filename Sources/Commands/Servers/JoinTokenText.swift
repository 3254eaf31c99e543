import Transparency
import Wire

/// A join token as one word that people can paste: `orbjoin_` and the base64 of its JSON.
enum JoinTokenText {
    private static let prefix = "orbjoin_"

    static func of(_ token: JoinTokenDTO) throws -> String {
        prefix + Base64.encode(try WireJSON.encode(token))
    }

    /// - Returns: nil when the word is no join token.
    static func token(_ word: String) -> JoinTokenDTO? {
        guard word.hasPrefix(prefix), let bytes = Base64.decode(word.dropFirst(prefix.count))
        else { return nil }
        return try? WireJSON.decode(JoinTokenDTO.self, from: bytes)
    }
}
