/// Texts of why offers do not fit.
extension Message {
    static let textsMismatch: [Message: Bilingual] = [
        .mismatchLine: Bilingual("{feasible} of {total}", "{total} 個報價中有 {feasible} 個符合"),
        .mismatchCPU: Bilingual("less than {needed} {needed|CPU|CPUs}", "CPU 少於 {needed}"),
        .mismatchMemory: Bilingual("less than {needed} memory", "記憶體少於 {needed}"),
        .mismatchDisk: Bilingual("less than {needed} disk", "磁碟少於 {needed}"),
        .mismatchDeviceCount: Bilingual(
            "fewer than {needed} {needed|GPU|GPUs}", "GPU 少於 {needed} 個"),
        .mismatchDeviceModel: Bilingual("no {needed}", "沒有 {needed}"),
        .mismatchDeviceMemory: Bilingual("less than {needed} GPU memory", "GPU 記憶體少於 {needed}"),
        .mismatchRegion: Bilingual("not in {needed}", "不在 {needed}"),
        .mismatchPrice: Bilingual("above {needed}", "高於 {needed}"),
        .mismatchTier: Bilingual("below tier {needed}", "等級低於 {needed}"),
        .mismatchNetwork: Bilingual("no network here", "此處不提供網路"),
        .mismatchOwner: Bilingual("its owner uses it now", "擁有者正在使用"),
        .mismatchDraining: Bilingual("draining", "停止接單"),
        .mismatchDown: Bilingual("not answering", "沒有回應"),
        .mismatchBusy: Bilingual("busy now", "目前被占用"),
    ]
}
