/// Texts about this machine: ports, files, input devices, values of options.
extension Message {
    static let textsLocal: [Message: Bilingual] = [
        .listenMarket: Bilingual("the market", "市場"),
        .listenChannel: Bilingual("the nodes' channel", "節點連線"),
        .listenMetrics: Bilingual("metrics", "指標"),
        .listenInUse: Bilingual("something listens there already", "已有其他程式在該處監聽"),
        .listenForbidden: Bilingual("this user may not", "目前的使用者沒有權限"),
        .listenElsewhere: Bilingual("it is no address of this machine", "這不是本機的位址"),
        .listenUnknownHost: Bilingual("the name is not known here", "無法解析這個名稱"),
        .listenTakeAnother: Bilingual(
            "stop what listens there (ss -ltnp shows it), or take another port with {option}",
            "請停止在該處監聽的程式（ss -ltnp 可查詢），或以 {option} 改用其他連接埠"),
        .listenTakeHigher: Bilingual(
            "take a port from 1024 on with {option}, or run it as root",
            "請以 {option} 改用 1024 以上的連接埠，或以 root 執行"),
        .listenTakeOwn: Bilingual(
            "name an address of this machine (ip addr lists them) with {option}",
            "請以 {option} 指定本機的位址（ip addr 可查詢）"),
        .systemDiskFull: Bilingual("the disk is full", "磁碟已滿"),
        .systemForbidden: Bilingual("this user may not", "目前的使用者沒有權限"),
        .systemOther: Bilingual("the system says error {code}", "系統回報錯誤 {code}"),
        .desktopNone: Bilingual(
            "{path} shows no keyboard and no pointer", "{path} 沒有鍵盤或指標裝置"),
        .desktopUnreadable: Bilingual("{path} cannot be read: {why}", "無法讀取 {path}：{why}"),
        .expectBetween: Bilingual(
            "{expected}, from {low} to {high}", "{expected}，介於 {low} 與 {high}"),
        .expectOneOf: Bilingual("one of {words}", "{words} 其中之一"),
        .expectSomething: Bilingual("some text, not nothing", "文字，不可為空"),
        .expectPriceOrNumber: Bilingual(
            "a price such as 0.35 USD/h (a number alone is USD/h)",
            "價格，例如 0.35 USD/h（只寫數字即為 USD/h）"),
        .expectAmountOrNumber: Bilingual(
            "an amount such as 5 USD (a number alone is USD)", "金額，例如 5 USD（只寫數字即為 USD）"),
        .expectAccount: Bilingual("an account, acc_ and its letters", "帳戶：acc_ 加上其字母"),
        .expectToken: Bilingual(
            "what orban market token create printed", "orban market token create 印出的權杖"),
        .expectHost: Bilingual(
            "a host, maybe with its port, such as registry.example:5000",
            "主機，可加連接埠，例如 registry.example:5000"),
        .expectAddress: Bilingual(
            "an address and a port such as 127.0.0.1:9400", "位址與連接埠，例如 127.0.0.1:9400"),
        .expectServiceLevel: Bilingual(
            "two shares above 0, at most 100% and with at most two decimals, such as 99.5%:25%",
            "兩個大於 0、至多 100%、至多兩位小數的百分比，例如 99.5%:25%"),
        .expectMarketName: Bilingual(
            "a name without blanks and +, such as market.example",
            "不含空白與 + 的名稱，例如 market.example"),
        .expectNodeName: Bilingual(
            "a name of 1 to 64 bytes without control characters", "1 到 64 位元組、不含控制字元的名稱"),
        .expectAssignment: Bilingual("NAME=VALUE", "NAME=VALUE"),
        .expectUses: Bilingual(
            "gpu, desktop, both with a comma, or never", "gpu、desktop、兩者以逗號相連，或 never"),
        .expectLibrary: Bilingual(
            "a library file that can be read, or none", "可讀取的函式庫檔案，或 none"),
        .expectDevice: Bilingual(
            "the UUID of a GPU or of an instance of one", "GPU 或其分割實例的 UUID"),
        .expectBeacon: Bilingual(
            "NAME=URL or NAME=URL@LATITUDE,LONGITUDE, such as tokyo=https://t.example/b@35.68,139.77",
            "NAME=URL 或 NAME=URL@緯度,經度，例如 tokyo=https://t.example/b@35.68,139.77"),
        .noneAtAll: Bilingual("none", "無"),
        .expectLogKey: Bilingual("a key such as NAME+ID+KEY", "金鑰，例如 NAME+ID+KEY"),
    ]
}
