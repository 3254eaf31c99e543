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
        .mismatchDeviceCapability: Bilingual(
            "too few GPUs known to have compute capability {needed}",
            "已知具備計算能力（compute capability）{needed} 的 GPU 數量不足"),
        .mismatchDeviceSpeed: Bilingual(
            "too few GPUs measured at {needed} TFLOPS", "實測達 {needed} TFLOPS 的 GPU 數量不足"),
        .mismatchWindow: Bilingual(
            "closes before {needed} are over", "{needed} 之內就會收回"),
        .mismatchRegion: Bilingual("not in {needed}", "不在 {needed}"),
        .mismatchRegionRefuted: Bilingual(
            "declared there, and too near a beacon elsewhere to be",
            "宣告位於該地，但離他處的信標太近，不可能屬實"),
        .mismatchLatency: Bilingual(
            "farther than {needed}, there and back", "往返時間可能超過 {needed}"),
        .mismatchLatencyUnknown: Bilingual(
            "at a distance that nobody has measured", "往返時間未知"),
        .mismatchPrice: Bilingual("above {needed}", "高於 {needed}"),
        .mismatchTier: Bilingual("below tier {needed}", "等級低於 {needed}"),
        .mismatchNetwork: Bilingual("no network here", "此處不提供網路"),
        .mismatchSettlement: Bilingual("takes no vouchers", "不收付款憑單"),
        .relaxSettlement: Bilingual("pay from the balance with the market", "改由市場內的餘額支付"),
        .mismatchOwner: Bilingual("its owner uses it now", "擁有者正在使用"),
        .mismatchDraining: Bilingual("draining", "停止接單"),
        .mismatchDown: Bilingual("not answering", "沒有回應"),
        .mismatchBusy: Bilingual("busy now", "目前被占用"),
        .mismatchSibling: Bilingual(
            "another task of the job is there", "同一工作的另一個子工作已在該處"),
        .relaxCPU: Bilingual("ask for {value} CPU", "改為要求 {value} 個 CPU"),
        .relaxMemory: Bilingual("ask for {value} memory", "改為要求 {value} 記憶體"),
        .relaxDisk: Bilingual("ask for {value} disk", "改為要求 {value} 磁碟空間"),
        .relaxDeviceCount: Bilingual(
            "ask for {value} {value|GPU|GPUs}", "改為要求 {value} 張 GPU"),
        .relaxDeviceModel: Bilingual("accept {value} too", "也接受 {value}"),
        .relaxDeviceMemory: Bilingual(
            "ask for {value} of GPU memory", "改為要求 {value} 的 GPU 記憶體"),
        .relaxDeviceCapability: Bilingual(
            "ask for compute capability {value}", "把計算能力要求改為 {value}"),
        .relaxNoDeviceCapability: Bilingual(
            "ask for no compute capability", "不要求計算能力"),
        .relaxDeviceSpeed: Bilingual("ask for {value} TFLOPS", "把運算速度要求改為 {value} TFLOPS"),
        .relaxNoDeviceSpeed: Bilingual("ask for no measured speed", "不要求實測速度"),
        .relaxWindow: Bilingual("be done within {value}", "在 {value} 內完成"),
        .relaxRegion: Bilingual("accept {value} too", "也接受位於 {value}"),
        .relaxRegionRefuted: Bilingual("accept every country", "接受所有國家"),
        .relaxLatency: Bilingual(
            "raise max_latency to {value}", "把 max_latency 提高到 {value}"),
        .relaxLatencyUnknown: Bilingual(
            "do without max_latency", "不設 max_latency"),
        .relaxPrice: Bilingual("raise max_price to {value}", "把 max_price 提高到 {value}"),
        .relaxTier: Bilingual("accept tier {value}", "接受等級 {value}"),
        .relaxNetwork: Bilingual("do without a network", "不使用網路"),
        .relaxGang: Bilingual(
            "a gang of {placed} instead of {members} → all of it has a place now",
            "由 {members} 個一組改為 {placed} 個 → 目前全部有位置"),
        .relaxSpread: Bilingual(
            "do without spread → {placed} of {members} {members|task|tasks} {placed|has|have} a place now",
            "不設 spread → {members} 個子工作中有 {placed} 個目前有位置"),
        .relaxOutcome: Bilingual(
            "{change} → {offers} {offers|offer|offers} from {price}",
            "{change} → {offers} 個報價，最低 {price}"),
    ]
}
