/// Texts of `orban top` and `orban node show`.
extension Message {
    static let textsTelemetry: [Message: Bilingual] = [
        .headingUtilisation: Bilingual("UTIL", "使用率"),
        .headingVRAM: Bilingual("VRAM", "顯示記憶體"),
        .headingTemperature: Bilingual("TEMP", "溫度"),
        .headingPower: Bilingual("POWER", "功率"),
        .headingClock: Bilingual("CLOCK", "時脈"),
        .topEmpty: Bilingual(
            "no samples yet: a node sends them every few seconds while a task runs",
            "尚無取樣：子工作執行時，節點每隔數秒傳送一次"),
        .topDropped: Bilingual(
            "{count} {count|sample was|samples were} lost: the market was away for too long, or "
                + "there were too many",
            "遺失 {count} 筆取樣：市場離線過久，或取樣過多"),
        .nodeReported: Bilingual("reported", "回報時間"),
        .nodeNotReported: Bilingual(
            "not since the market started", "市場啟動後尚未回報"),
        .nodeDriver: Bilingual("driver", "驅動程式"),
        .nodeAdvisory: Bilingual(
            "the machine's software is open to {advisory}", "本機軟體存在弱點 {advisory}"),
        .deviceOffered: Bilingual("offered", "提供中"),
        .deviceLeased: Bilingual("leased", "租用中"),
        .throttleIdle: Bilingual("idle", "閒置"),
        .throttleApplicationClocks: Bilingual("clocks set by hand", "手動設定時脈"),
        .throttlePowerCap: Bilingual("power cap", "功率上限"),
        .throttleHardware: Bilingual("hardware slowdown", "硬體降速"),
        .throttleSyncBoost: Bilingual("bound to other GPUs", "與其他 GPU 同步"),
        .throttleHeat: Bilingual("heat", "過熱"),
        .throttleHardwareHeat: Bilingual("heat (hardware)", "過熱（硬體）"),
        .throttlePowerBrake: Bilingual("power supply", "供電限制"),
        .throttleDisplayClocks: Bilingual("display clocks", "顯示時脈"),
    ]

    private static let throttleReasons: [String: Message] = [
        "idle": .throttleIdle, "application_clocks": .throttleApplicationClocks,
        "power_cap": .throttlePowerCap, "hardware": .throttleHardware,
        "sync_boost": .throttleSyncBoost, "heat": .throttleHeat,
        "hardware_heat": .throttleHardwareHeat, "hardware_power_brake": .throttlePowerBrake,
        "display_clocks": .throttleDisplayClocks,
    ]

    /// A word of `ThrottleReasons`.
    package static func throttle(_ word: String, in language: Language) -> String {
        throttleReasons[word].map { $0.text(in: language) } ?? word
    }
}
