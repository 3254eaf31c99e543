/// What a request's parameter has to be, as the fix of one that is not.
extension ErrorText {
    static func form(of parameter: String) -> Bilingual {
        forms[parameter]
            ?? Bilingual(
                "api/openapi.yaml says what it has to be", "api/openapi.yaml 說明了它的格式")
    }

    private static let forms: [String: Bilingual] = [
        "account": Bilingual("an account is acc_ and its letters", "帳戶為 acc_ 加上其字母"),
        "by": Bilingual(
            "name a moment that is still to come, within a year", "請指定未來一年內的時刻"),
        "image": Bilingual(
            "1 to 200 bytes, and not the form of a registry's image",
            "1 到 200 位元組，且不可為登錄庫映像的格式"),
        "limit": Bilingual(
            "a whole number, not above what the list gives at once",
            "整數，且不超過清單單次可列出的數量"),
        "name": Bilingual(
            "1 to 64 bytes without control characters", "1 到 64 位元組，不含控制字元"),
        "node": Bilingual(
            "a node is nod_ and its letters: orban node list lists them",
            "節點為 nod_ 加上其字母：orban node list 會列出"),
        "reason": Bilingual("say why in a few words", "請用幾個字說明理由"),
        "task": Bilingual(
            "tasks count from 1: orban show JOB lists them", "子工作從 1 起算：orban show JOB 會列出"),
        "uses": Bilingual("a whole number from 1 to 100", "1 到 100 的整數"),
        "valid_minutes": Bilingual("a whole number from 1 to 60", "1 到 60 的整數"),
    ]
}
