/// Texts of faults of a job spec.
extension Message {
    static let textsSpec: [Message: Bilingual] = [
        .specUnreadable: Bilingual("not readable as YAML: {what}", "無法讀成 YAML：{what}"),
        .specTooLarge: Bilingual("larger than {limit}", "超過 {limit}"),
        .specTooDeep: Bilingual("nested deeper than {limit} levels", "巢狀超過 {limit} 層"),
        .specTooManyNodes: Bilingual("more than {limit} values", "超過 {limit} 個值"),
        .specManyDocuments: Bilingual("only one document is allowed", "只能有一份文件"),
        .specAliases: Bilingual("more than {limit} aliases", "別名超過 {limit} 個"),
        .specTag: Bilingual("tags such as {found} are not allowed", "不允許使用 {found} 這類標籤"),
        .specEmpty: Bilingual("the spec is empty", "規格是空的"),
        .specDuplicateKey: Bilingual("key \"{key}\" stands twice", "鍵「{key}」重複"),
        .specUnknownKey: Bilingual("unknown key \"{key}\"", "不明的鍵「{key}」"),
        .specUnsupportedKey: Bilingual("\"{key}\" is not supported yet", "尚未支援「{key}」"),
        .specUnsupportedValue: Bilingual("{what} is not supported yet", "尚未支援 {what}"),
        .specMissingKey: Bilingual("\"{key}\" is missing", "缺少「{key}」"),
        .specWrongType: Bilingual(
            "\"{key}\" must be {expected}, not {found}", "「{key}」必須是{expected}，不是{found}"),
        .specBadValue: Bilingual(
            "\"{key}\" must be {expected}, not \"{found}\"", "「{key}」必須是{expected}，不是「{found}」"),
        .specTooMany: Bilingual(
            "\"{key}\" has more than {limit} elements", "「{key}」超過 {limit} 個元素"),
        .specTooLong: Bilingual("\"{key}\" is longer than {limit}", "「{key}」長度超過 {limit}"),
        .specOutOfRange: Bilingual(
            "\"{key}\" must be within {low} and {high}", "「{key}」必須在 {low} 到 {high} 之間"),
        .specBefore: Bilingual(
            "\"{key}\" is before \"{other}\"", "「{key}」早於「{other}」"),
        .specOverlap: Bilingual("path {path} overlaps {other}", "路徑 {path} 與 {other} 重疊"),
        .specReserved: Bilingual("path {path} belongs to the system", "路徑 {path} 屬於系統"),
        .specTwice: Bilingual("\"{name}\" stands twice", "「{name}」重複"),
        .specConflict: Bilingual(
            "\"{key}\" does not go with \"{other}\"", "「{key}」不能與「{other}」並用"),
        .specInputMissing: Bilingual("input {path} was not uploaded", "輸入 {path} 尚未上傳"),
        .specInputUnknown: Bilingual(
            "uploaded input {path} is not in the spec", "已上傳的輸入 {path} 不在規格中"),
        .specInputDiffers: Bilingual(
            "input {path} differs from the digest in the spec", "輸入 {path} 與規格中的摘要不符"),
        .foundText: Bilingual("text", "文字"),
        .foundNumber: Bilingual("a number", "數字"),
        .foundTruth: Bilingual("true or false", "真假值"),
        .foundNothing: Bilingual("nothing", "空值"),
        .foundList: Bilingual("a list", "清單"),
        .foundMap: Bilingual("a map", "對映"),
        .expectText: Bilingual("text", "文字"),
        .expectQuoted: Bilingual("text (put it in quotes)", "文字（請加引號）"),
        .expectMap: Bilingual("a map", "對映"),
        .expectList: Bilingual("a list", "清單"),
        .expectWhole: Bilingual("a whole number", "整數"),
        .expectVersion: Bilingual("1", "1"),
        .expectType: Bilingual("batch", "batch"),
        .expectName: Bilingual(
            "lower-case letters, digits and inner hyphens, at most 63", "小寫字母、數字與中間的連字號，最多 63 個字元"),
        .expectCommand: Bilingual("a command line, or a list of words", "命令列，或字詞清單"),
        .expectScalar: Bilingual("text, a number or true/false", "文字、數字或真假值"),
        .expectVariable: Bilingual(
            "a name of letters, digits and _, not starting with a digit", "由字母、數字與 _ 組成、不以數字開頭的名稱"),
        .expectPlain: Bilingual("text without control characters", "不含控制字元的文字"),
        .expectCPU: Bilingual(
            "a number of CPUs such as 2, 0.5 or \"2..\"", "CPU 數量，例如 2、0.5 或 \"2..\""),
        .expectSize: Bilingual(
            "a size with a unit, such as 512 MiB, 2GB or \"2GB..\"",
            "帶單位的大小，例如 512 MiB、2GB 或 \"2GB..\""),
        .expectGPU: Bilingual(
            "a GPU need such as \"24GB..:1\", \"RTX 4090:2\" or 1",
            "GPU 需求，例如 \"24GB..:1\"、\"RTX 4090:2\" 或 1"),
        .expectCountry: Bilingual(
            "two capital letters of ISO 3166-1 such as TW", "ISO 3166-1 的兩個大寫字母，例如 TW"),
        .expectTier: Bilingual(
            "any, tested, verified or attested", "any、tested、verified 或 attested"),
        .expectFailures: Bilingual("a whole number, or a part such as \"5%\"", "整數，或比例，例如 \"5%\""),
        .expectPath: Bilingual(
            "an absolute path without . or .. such as /in/data", "不含 . 或 .. 的絕對路徑，例如 /in/data"),
        .expectLocal: Bilingual("a path on this machine", "本機路徑"),
        .expectDigest: Bilingual("sha256: and 64 lower-case hex digits", "sha256: 加 64 個小寫十六進位數字"),
        .expectMoney: Bilingual("an amount such as 5 USD or 0.05 USD", "金額，例如 5 USD 或 0.05 USD"),
        .expectPrice: Bilingual("a price such as 0.35 USD/h", "價格，例如 0.35 USD/h"),
        .expectNetwork: Bilingual("none or egress", "none 或 egress"),
        .expectCapability: Bilingual(
            "a CUDA compute capability such as 8.9, from 1.0 to 99.9",
            "CUDA 計算能力（compute capability），例如 8.9，介於 1.0 到 99.9"),
        .expectSpeed: Bilingual(
            "a number of TFLOPS such as 20 or 82.6, with at most three decimals",
            "TFLOPS 數值，例如 20 或 82.6，最多三位小數"),
        .expectLatency: Bilingual(
            "a time such as 80ms, 1.5ms or 0.5s", "時間，例如 80ms、1.5ms 或 0.5s"),
        .expectMoment: Bilingual(
            "a moment such as 2026-11-27T18:00:00+08:00, or a time from the submit such as 6h",
            "時刻，例如 2026-11-27T18:00:00+08:00，或自提交起算的時間，例如 6h"),
        .expectSpread: Bilingual("node or provider", "node 或 provider"),
        .expectPayment: Bilingual("balance, vault or lock", "balance、vault 或 lock"),
        .expectSpot: Bilingual(
            "true, false or a notice such as {notice: 45s}",
            "true、false 或通知時間，例如 {notice: 45s}"),
        .expectDuration: Bilingual("a duration such as 8s, 90m or 1h30m", "時間長度，例如 8s、90m 或 1h30m"),
    ]
}
